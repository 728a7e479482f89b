import { compareVersions, type Version } from '../version.ts';
import { type Flag, flagTable } from './flag-table.ts';
import { serviceFlags, signerFlags, txManagerFlags } from './service-flags.ts';

/** Flags of op-proposer (op-stack.md 2.5 and appendix A). */
export const opProposerFlags = (version: Version): readonly Flag[] => {
  const superRoots = superRootFlag(version);
  return flagTable(
    'OP_PROPOSER',
    version,
    `${serviceFlags(8545)}${signerFlags}${txManagerFlags(10)}
  l1-eth-rpc                        string    L1_ETH_RPC                        -
  rollup-rpc                        string    ROLLUP_RPC                        -
  ${superRoots}  list  ${superRoots.toUpperCase().replace('-', '_')}  -
  poll-interval                     duration  POLL_INTERVAL                     12s
  allow-non-finalized               bool      ALLOW_NON_FINALIZED               false
  game-factory-address              string    GAME_FACTORY_ADDRESS              -
  l2oo-address                      string    L2OO_ADDRESS                      -       until=1.11.0
  proposal-interval                 duration  PROPOSAL_INTERVAL                 0s
  game-type                         uint      GAME_TYPE                         0
  active-sequencer-check-duration   duration  ACTIVE_SEQUENCER_CHECK_DURATION   2m
  wait-node-sync                    bool      WAIT_NODE_SYNC                    false
`,
  );
};

/**
 * Where super roots come from has another name in every few releases. The recorded programs bear the version of the
 * op-node beside them (1.16.11, 1.18.2), but are older than op-proposer's own release 1.16.4.
 */
export function superRootFlag(version: Version): 'supervisor-rpcs' | 'supernode-rpcs' | 'superroot-rpcs' {
  const is = (other: string) => compareVersions(version, other) === 0;
  if (is('1.16.11') || compareVersions(version, '1.16.3') < 0) return 'supervisor-rpcs';
  return is('1.18.2') || is('1.16.3') ? 'supernode-rpcs' : 'superroot-rpcs';
}
