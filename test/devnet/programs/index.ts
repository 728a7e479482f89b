/**
 * Simulated op-* programs: they behave as the real ones were recorded to, also where those are awkward. The pod runner
 * starts them in-process by image name; they know each other only through the network and the chain's ledger.
 */
import type { Ledger, Ledgers } from '../ledger/ledger.ts';
import type { Program } from '../program.ts';
import { busybox } from './busybox/main.ts';
import type { Environment, KnownNetworks } from './environment.ts';
import { geth } from './execution/geth.ts';
import { reth } from './execution/reth.ts';
import { createFaults, type Faults } from './faults.ts';
import { opBatcher } from './op-batcher/main.ts';
import { opChallenger } from './op-challenger/main.ts';
import { opNode } from './op-node/main.ts';
import { opProposer } from './op-proposer/main.ts';
import { opSigner } from './op-signer/main.ts';
import { type Process, runProcess } from './process.ts';

export { createFaults, type Faults } from './faults.ts';

/**
 * Programs by image name (last path segment without tag).
 * @param ledgers one ledger for everything, or one per chain
 * @param faults switchboard for faults of single pods
 * @param networks chains that they know by name
 */
export function createPrograms(
  ledgers: Ledger | Ledgers,
  faults: Faults = createFaults(),
  networks: KnownNetworks = new Map(),
): Record<string, Program> {
  const environment: Environment = {
    ledgerOf: 'forGenesis' in ledgers ? (hash) => ledgers.forGenesis(hash) : () => ledgers,
    delays: ledgers.delays,
    faults,
    networks,
    l1Caches: new Map(),
    lockedDirectories: new Set(),
  };
  const program =
    (main: (process: Process, environment: Environment) => Promise<number>): Program =>
    (context) =>
      runProcess(context, (process) => main(process, environment));
  return {
    'op-node': program(opNode),
    'op-geth': program(geth),
    'op-reth': program(reth),
    'op-batcher': program(opBatcher),
    'op-proposer': program(opProposer),
    'op-challenger': program(opChallenger),
    'op-signer': program(opSigner),
    busybox: program(busybox),
  };
}
