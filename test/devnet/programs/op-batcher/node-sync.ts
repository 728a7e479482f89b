import { type BlockId, ZERO_HASH } from '../../ledger/block.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import type { Settings } from '../settings/settings.ts';
import type { Endpoints } from './endpoints.ts';

/** `--wait-node-sync`: waits until op-node has derived up to the L1 head, or to the last own transaction. */
export async function waitForNodeSync(
  process: Process,
  l1: RpcClient,
  endpoints: Endpoints,
  address: string,
  settings: Settings,
  ledger: Ledger,
  log: Log,
): Promise<void> {
  const head = Number(await l1.call('eth_blockNumber', []));
  const depth = settings.number('check-recent-txs-depth');
  const target = depth === 0 ? head : await lastOwnTransaction(l1, address, head, depth, log);
  while (!process.ended.aborted) {
    const current = await currentL1(endpoints);
    const fields = { current_l1: `${current.hash}:${current.number}`, target_l1: target };
    if (current.number >= target) {
      log.info('rollup current L1 block target reached', fields);
      return;
    }
    log.info('rollup current L1 block still behind target, retrying', fields);
    await process.sleep(ledger.delays.waitNodeSync);
  }
}

async function currentL1(endpoints: Endpoints): Promise<BlockId> {
  try {
    const { rollup } = await endpoints.active();
    const status = (await rollup.call('optimism_syncStatus', [])) as { current_l1: BlockId };
    return status.current_l1;
  } catch {
    return { hash: ZERO_HASH, number: -1 };
  }
}

/** The L1 block of the key's newest transaction within the depth, else the head. */
async function lastOwnTransaction(
  l1: RpcClient,
  address: string,
  head: number,
  depth: number,
  log: Log,
): Promise<number> {
  if (head - depth < 0) throw new Error('failed to retrieve previous nonce: hex string without 0x prefix');
  for (let number = head; number > head - depth; number -= 1) {
    const block = await l1.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, true]);
    const { transactions } = block as { transactions: readonly { readonly from: string }[] };
    if (!transactions.some(({ from }) => from.toLowerCase() === address.toLowerCase())) continue;
    log.info('checked recent transactions', { found: true, block: number });
    return number;
  }
  log.info('checked recent transactions', { found: false, block: head });
  return head;
}
