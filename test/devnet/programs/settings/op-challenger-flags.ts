import { compareVersions, type Version } from '../version.ts';
import { type Flag, flagTable } from './flag-table.ts';
import { observabilityFlags, signerFlags, txManagerFlags } from './service-flags.ts';

/**
 * The challenger's own number of a release. What was recorded prints the number of the op-node of its commit, 1.16.11;
 * the challengers of that time were between 1.8 and 1.9.3.
 */
export const challengerRelease = (version: Version): Version =>
  compareVersions(version, '1.16.0') >= 0 ? [1, 9, 0] : version;

/** Flags of op-challenger (op-stack.md 2.6 and appendix A). It has no RPC server. */
export function opChallengerFlags(version: Version): readonly Flag[] {
  return flagTable(
    'OP_CHALLENGER',
    challengerRelease(version),
    `${observabilityFlags}${signerFlags}${txManagerFlags(3, '24s')}
  l1-eth-rpc                     string    L1_ETH_RPC                     -
  l1-rpc-kind                    choice(alchemy|quicknode|infura|parity|nethermind|debug_geth|erigon|basic|any|standard)  L1_RPC_KIND  standard
  l1-beacon                      string    L1_BEACON                      -
  supernode-rpc                  string    SUPERNODE_RPC                  -                   until=1.9.5
  superroot-rpc                  string    SUPERROOT_RPC                  -                   since=1.9.5
  rollup-rpc                     string    ROLLUP_RPC                     -
  network                        list      NETWORK                        -
  game-factory-address           string    GAME_FACTORY_ADDRESS           -
  game-allowlist                 list      GAME_ALLOWLIST                 -
  trace-type                     list      TRACE_TYPE                     cannon,cannon-kona  until=1.8.0
  game-types,trace-type          list      GAME_TYPES,TRACE_TYPE          cannon,cannon-kona  since=1.8.0  until=1.9.5
  game-types,trace-type          list      GAME_TYPES,TRACE_TYPE          cannon-kona         since=1.9.5
  datadir                        string    DATADIR                        -
  max-concurrency                uint      MAX_CONCURRENCY                2
  l2-eth-rpc                     list      L2_ETH_RPC                     -
  l2-experimental-eth-rpc        string    L2_EXPERIMENTAL_ETH_RPC        -
  max-pending-tx                 uint64    MAX_PENDING_TX                 10
  http-poll-interval             duration  HTTP_POLL_INTERVAL             12s
  min-update-interval            duration  MIN_UPDATE_INTERVAL            0s
  additional-bond-claimants      list      ADDITIONAL_BOND_CLAIMANTS      -
  cannon-l2-custom               bool      CANNON_L2_CUSTOM               false
  cannon-bin                     string    CANNON_BIN                     -
  cannon-server                  string    CANNON_SERVER                  -
  cannon-prestate                string    CANNON_PRESTATE                -
  cannon-snapshot-freq           uint      CANNON_SNAPSHOT_FREQ           1000000000
  cannon-info-freq               uint      CANNON_INFO_FREQ               10000000
  cannon-kona-server             string    CANNON_KONA_SERVER             -
  cannon-kona-prestate           string    CANNON_KONA_PRESTATE           -
  cannon-kona-l2-custom          bool      CANNON_KONA_L2_CUSTOM          false
  game-window                    duration  GAME_WINDOW                    672h
  selective-claim-resolution     bool      SELECTIVE_CLAIM_RESOLUTION     false
  unsafe-allow-invalid-prestate  bool      UNSAFE_ALLOW_INVALID_PRESTATE  false
  response-delay                 duration  RESPONSE_DELAY                 0s
  response-delay-after           uint64    RESPONSE_DELAY_AFTER           0
${machineFlags()}`,
  );
}

/** Virtual machines with settings of their own: the name of each is the prefix of its flags and variables. */
const MACHINES = ['cannon', 'cannon-kona', 'super-cannon-kona'];

/** Settings of the virtual machines, once for all of them and once for each. */
const PER_MACHINE: Readonly<Record<string, 'string' | 'list'>> = {
  'prestates-url': 'string',
  'rollup-config': 'list',
  'l2-genesis': 'list',
  'l1-genesis': 'string',
  'depset-config': 'string',
};

const machineFlags = (): string =>
  Object.entries(PER_MACHINE)
    .flatMap(([name, type]) => [name, ...MACHINES.map((machine) => `${machine}-${name}`)].map((flag) => [flag, type]))
    .map(([flag = '', type]) => `${flag} ${type} ${flag.toUpperCase().replaceAll('-', '_')} -`)
    .join('\n');
