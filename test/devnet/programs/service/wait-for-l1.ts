import { type BlockId, ZERO_HASH } from '../../ledger/block.ts';
import type { Delays } from '../../ledger/delays.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';

/** Waits until op-node has derived up to an L1 block, or the process is over. */
export async function waitForL1(
  process: Process,
  log: Log,
  delays: Delays,
  target: number,
  rollup: () => Promise<RpcClient>,
): Promise<void> {
  while (!process.ended.aborted) {
    const current = await currentL1(rollup);
    const fields = { current_l1: `${current.hash}:${current.number}`, target_l1: target };
    if (current.number >= target) {
      log.info('rollup current L1 block target reached', fields);
      return;
    }
    log.info('rollup current L1 block still behind target, retrying', fields);
    await process.sleep(delays.waitNodeSync);
  }
}

async function currentL1(rollup: () => Promise<RpcClient>): Promise<BlockId> {
  try {
    const status = (await (await rollup()).call('optimism_syncStatus', [])) as { current_l1: BlockId };
    return status.current_l1;
  } catch {
    return { hash: ZERO_HASH, number: -1 };
  }
}
