/**
 * Many chains on one L1. Every network needs a SystemConfig of its own, or it is refused as a duplicate; contracts for
 * each would be 48 transactions. So the proxy is copied, code and storage, to further addresses, where it answers as the
 * original does and names the same other contracts.
 */
import { gunzipSync } from 'node:zlib';
import { type Hex, jsonRpc, jsonRpcBatch } from '../../devnet/servers/json-rpc.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';

/** So that one request is no gigabyte. */
const CALLS_PER_REQUEST = 1000;

interface Account {
  readonly code: Hex;
  readonly storage: Readonly<Record<Hex, Hex>>;
}

/** Resolves when the copies can be read at the finalized block. */
export async function copyContract(rpcUrl: string, original: Hex, addresses: readonly Hex[]): Promise<void> {
  const { code, storage } = await accountAt(rpcUrl, original);
  const calls = addresses.flatMap((address): [string, unknown[]][] => [
    ['anvil_setCode', [address, code]],
    ...Object.entries(storage).map(([slot, value]): [string, unknown[]] => [
      'anvil_setStorageAt',
      [address, word(slot), word(value)],
    ]),
  ]);
  for (let from = 0; from < calls.length; from += CALLS_PER_REQUEST)
    await jsonRpcBatch(rpcUrl, calls.slice(from, from + CALLS_PER_REQUEST));
  await waitUntil('the copies are final', async () => {
    const found = await jsonRpc<Hex>(rpcUrl, 'eth_getCode', [addresses.at(-1), 'finalized']);
    return found === code ? true : undefined;
  });
}

/** Which slots are used nobody can ask a node for, but anvil's state has them all. */
async function accountAt(rpcUrl: string, address: Hex): Promise<Account> {
  const dump = await jsonRpc<Hex>(rpcUrl, 'anvil_dumpState');
  const { accounts } = JSON.parse(gunzipSync(Buffer.from(dump.slice(2), 'hex')).toString()) as {
    accounts: Record<string, Account>;
  };
  const account = accounts[address.toLowerCase()];
  if (!account) throw new Error(`the L1 has no account ${address}`);
  return account;
}

function word(value: string): Hex {
  return `0x${value.slice(2).padStart(64, '0')}`;
}
