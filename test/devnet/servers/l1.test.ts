import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HDNodeWallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { deployContracts } from './contracts.ts';
import { type Hex, jsonRpc, jsonRpcBatch } from './json-rpc.ts';
import { type L1, startL1 } from './l1.ts';
import { waitUntil } from './wait-until.ts';

let dir: string;
let l1: L1;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'l1-'));
  l1 = await startL1({ dir, slotsInAnEpoch: 2 });
});
afterAll(async () => {
  await l1?.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Block {
  number: Hex;
  hash: Hex;
  timestamp: Hex;
}

const head = async (): Promise<number> => Number(await jsonRpc<Hex>(l1.rpcUrl, 'eth_blockNumber'));

describe('the L1', () => {
  test('makes blocks by itself, in step with the real time', async () => {
    const before = await head();
    await waitUntil('two more blocks', async () => ((await head()) >= before + 2 ? true : undefined));
    const { timestamp } = await jsonRpc<Block>(l1.rpcUrl, 'eth_getBlockByNumber', ['latest', false]);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(5);
  });

  test('has safe and finalized tags that follow the head', async () => {
    const blocks = await jsonRpcBatch<Block>(
      l1.rpcUrl,
      ['latest', 'safe', 'finalized'].map((tag) => ['eth_getBlockByNumber', [tag, false]]),
    );
    const [latest = 0, safe, finalized] = blocks.map(({ number }) => Number(number));
    expect(safe).toBe(latest - 2);
    expect(finalized).toBe(latest - 4);
  });

  test('has a beacon API with what op-node asks for', async () => {
    const get = async (path: string): Promise<unknown> => (await fetch(`${l1.beaconUrl}/eth/v1/${path}`)).json();
    const oldest = await jsonRpc<Block>(l1.rpcUrl, 'eth_getBlockByNumber', ['0x0', false]);
    expect(await get('node/version')).toEqual({ data: { version: expect.any(String) } });
    expect(await get('config/spec')).toMatchObject({ data: { SECONDS_PER_SLOT: '1' } });
    expect(await get('beacon/genesis')).toMatchObject({ data: { genesis_time: `${Number(oldest.timestamp)}` } });
    expect(await get('node/syncing')).toMatchObject({ data: { is_syncing: false, sync_distance: '0' } });
    expect(await get('beacon/blobs/0')).toMatchObject({ data: [] });
    expect((await fetch(`${l1.beaconUrl}/eth/v1/no/such`)).status).toBe(404);
  });

  test('goes on where it was after kill -9, with its blocks, transactions and contracts', async () => {
    const { startBlock, addresses } = await deployContracts(l1, { l2ChainId: 4001 });
    const code = (): Promise<Hex> => jsonRpc(l1.rpcUrl, 'eth_getCode', [addresses['SystemConfigProxy'], 'latest']);
    const codeBefore = await code();
    expect(codeBefore.length).toBeGreaterThan(100);

    await l1.process.kill();
    await expect(head()).rejects.toThrow();
    await l1.process.restart();

    expect(await code()).toBe(codeBefore);
    const block = await jsonRpc<Block & { transactions: Hex[] }>(l1.rpcUrl, 'eth_getBlockByHash', [
      startBlock.hash,
      false,
    ]);
    expect(Number(block.number)).toBe(startBlock.number);
    const receipt = await jsonRpc<{ status: Hex }>(l1.rpcUrl, 'eth_getTransactionReceipt', [block.transactions[0]]);
    expect(receipt.status).toBe('0x1');
    const after = await head();
    expect(after).toBeGreaterThanOrEqual(startBlock.number);
    await waitUntil('a new block', async () => ((await head()) > after ? true : undefined));
    const { timestamp } = await jsonRpc<Block>(l1.rpcUrl, 'eth_getBlockByNumber', ['latest', false]);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(5);
  });
});

test('the L1 that tests share is the chain of the recordings (fixtures/cmd/anvil.txt), with faster and bigger blocks', async () => {
  const line = readFileSync(new URL('../fixtures/cmd/anvil.txt', import.meta.url), 'utf8').replaceAll('\\ ', ' ');
  const flag = (name: string) => new RegExp(`--${name} (.+?)(?= --|$)`).exec(line)?.[1] ?? '';
  const url = inject('l1RpcUrl');
  const info = await jsonRpc<{ hardFork: string; environment: { chainId: number; gasLimit: number | string } }>(
    url,
    'anvil_nodeInfo',
  );
  expect(info.environment.chainId).toBe(Number(flag('chain-id')));
  expect(info.hardFork.toLowerCase()).toBe(flag('hardfork'));
  expect(Number(info.environment.gasLimit)).toBeGreaterThan(Number(flag('gas-limit')));
  const [latest = 0, finalized] = (
    await jsonRpcBatch<Block>(
      url,
      ['latest', 'finalized'].map((tag) => ['eth_getBlockByNumber', [tag, false]]),
    )
  ).map(({ number }) => Number(number));
  expect(finalized).toBe(latest - 2 * Number(flag('slots-in-an-epoch')));
  const [account] = await jsonRpc<string[]>(url, 'eth_accounts');
  expect(account).toBe(HDNodeWallet.fromPhrase(flag('mnemonic')).address.toLowerCase());
});
