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
    if (current >= target) {
      log.info('rollup current L1 block target reached', { current_l1: current, target_l1: target });
      return;
    }
    log.info('rollup current L1 block still behind target, retrying', { current_l1: current, target_l1: target });
    await process.sleep(delays.waitNodeSync);
  }
}

async function currentL1(rollup: () => Promise<RpcClient>): Promise<number> {
  try {
    const status = (await (await rollup()).call('optimism_syncStatus', [])) as { current_l1: { number: number } };
    return status.current_l1.number;
  } catch {
    return -1;
  }
}
