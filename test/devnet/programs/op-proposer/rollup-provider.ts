import type { Delays } from '../../ledger/delays.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { createSequencerSearch } from '../service/active-sequencer.ts';
import { DIAL_ATTEMPTS, dialFor } from '../service/dial.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';

/** Finds the op-node to read from. */
export interface RollupProvider {
  readonly all: readonly RpcClient[];
  /** With one URL always that one; with several the one that sequenced at the last check. */
  active(): Promise<RpcClient>;
}

/** @throws SetupError when no op-node can be used */
export async function createRollupProvider(
  process: Process,
  log: Log,
  delays: Delays,
  settings: Settings,
): Promise<RollupProvider> {
  const fail = (why: string) => new SetupError(`failed to build L2 endpoint provider: ${why}`);
  const all = settings.list('rollup-rpc').map((url) => createRpcClient(process, url));
  const [only] = all;
  if (all.length === 1 && only !== undefined) {
    if (await dialFor(process, log, delays.batcherDial, only.url)) return { all, active: async () => only };
    throw fail(`operation failed permanently after ${DIAL_ATTEMPTS} attempts: address unavailable (${only.url})`);
  }
  const active = followActive(process, all, log, settings.duration('active-sequencer-check-duration'));
  try {
    await active();
  } catch (error) {
    throw fail(`setting provider rollup client: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { all, active };
}

function followActive(
  process: Process,
  all: readonly RpcClient[],
  log: Log,
  checkEveryMs: number,
): () => Promise<RpcClient> {
  const search = createSequencerSearch(
    process,
    all.map((rollup) => ({ rollup })),
    log,
  );
  let current: RpcClient | undefined;
  let checkAt = 0;
  return async () => {
    if (current !== undefined && Date.now() < checkAt) return current;
    const { rollup } = await search();
    current = rollup;
    checkAt = Date.now() + checkEveryMs;
    return rollup;
  };
}
