import type { Ledger } from '../../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';
import { waitForL1 } from '../service/wait-for-l1.ts';
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
  await waitForL1(process, log, ledger.delays, target, async () => (await endpoints.active()).rollup);
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
