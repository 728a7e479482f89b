import type { Process } from '../process.ts';
import type { RpcClient } from '../rpc/client.ts';

const BALANCE_INTERVAL_MS = 10_000;

/** Reads the key's L1 balance now and then; the result is the last one, in ether. */
export function watchBalance(process: Process, l1: RpcClient, address: string): () => number {
  let ether = 0;
  process.spawn(async () => {
    do {
      const wei = await l1.call('eth_getBalance', [address, 'latest']).catch(() => undefined);
      if (typeof wei === 'string') ether = Number(wei) / 1e18;
    } while (await process.sleep(BALANCE_INTERVAL_MS));
  });
  return () => ether;
}
