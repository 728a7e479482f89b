import type { LedgerEventBody } from '../../ledger/events.ts';
import { type Environment, nodeName } from '../environment.ts';
import { decodeRollupConfig } from '../op-node/rollup-config.ts';
import type { Process } from '../process.ts';
import type { RollupProvider } from './rollup-provider.ts';

const LOOK_AGAIN_MS = 500;

/**
 * Writes into the ledger of the chain. A proposer does not know its chain, and the real one asks for no rollup config:
 * this does, and keeps what happened until an op-node has answered.
 */
export function createRecord(
  process: Process,
  environment: Environment,
  rollups: RollupProvider,
): (event: LedgerEventBody) => void {
  const early: LedgerEventBody[] = [];
  let write: ((event: LedgerEventBody) => void) | undefined;
  process.spawn(async () => {
    do {
      const hash = await genesisHash(rollups);
      if (hash === undefined) continue;
      const ledger = environment.ledgerOf(hash);
      const actor = ledger.newActor(nodeName(process));
      write = (event) => ledger.record(actor, event);
      for (const event of early) write(event);
      return;
    } while (await process.sleep(LOOK_AGAIN_MS));
  });
  return (event) => (write === undefined ? void early.push(event) : write(event));
}

async function genesisHash({ all }: RollupProvider): Promise<string | undefined> {
  for (const rollup of all) {
    const config = await rollup.call('optimism_rollupConfig', []).catch(() => undefined);
    if (config !== undefined) return decodeRollupConfig(JSON.stringify(config)).genesis.l2.hash;
  }
  return undefined;
}
