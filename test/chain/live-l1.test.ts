/** Discovery, L1 client and samples against a real L1 with real contracts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonRpcProvider, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossCheck } from '../../src/chain/discovery/cross-check.ts';
import { discover } from '../../src/chain/discovery/discover.ts';
import { genesisBlockHash } from '../../src/chain/genesis.ts';
import { checkGenesis } from '../../src/chain/genesis-check.ts';
import { parseRollupConfig } from '../../src/chain/rollup-config.ts';
import { checkRollupConfig } from '../../src/chain/rollup-config-check.ts';
import { takeSample } from '../../src/chain/sample.ts';
import { batching } from '../../src/plan/gates/batching.ts';
import { configMatchesChain } from '../../src/plan/gates/config-matches-chain.ts';
import { l1Reachable } from '../../src/plan/gates/l1-reachable.ts';
import { noForeignBatcher } from '../../src/plan/gates/no-foreign-batcher.ts';
import { makeChainFiles } from '../devnet/servers/chain-files.ts';
import { type Deployment, deployContracts } from '../devnet/servers/contracts.ts';
import { type L1, startL1 } from '../devnet/servers/l1.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { context } from '../plan/gates/scene.ts';

const never = new AbortController().signal;
let dir: string;
let l1: L1;
let deployment: Deployment;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opstack-live-l1-'));
  l1 = await startL1({ dir });
  deployment = await deployContracts(l1, { l2ChainId: 901 });
});

afterAll(async () => {
  await l1?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Contracts that were deployed a moment ago cannot be read yet at a block that is deep enough. */
function whenDeepEnough<T>(read: () => Promise<T | undefined>): Promise<T> {
  return waitUntil('the contracts are deep enough', () =>
    read().catch((error: { type?: string }) => {
      if (error.type !== 'NotReadyYet') throw new Error('not the expected wait', { cause: error });
      return undefined;
    }),
  );
}

const systemConfig = () => deployment.addresses['SystemConfigProxy'] ?? '';

describe('discovery on a real L1', () => {
  it('finds what was deployed a moment ago, and it agrees with the chain files', async () => {
    const files = await makeChainFiles(deployment);
    const rollup = parseRollupConfig(files.rollup);
    // The deployment lasts some blocks: the dispute game is the last of it.
    const discovery = await whenDeepEnough(() =>
      discover({
        l1: l1.rpcUrl,
        systemConfig: systemConfig(),
        expected: { l1ChainId: l1.chainId, l2ChainId: 901 },
        l1GenesisNumber: rollup.genesis.l1.number,
      }).then((found) => (found.roles.proposer === undefined ? undefined : found)),
    );
    const { accounts, addresses } = deployment;
    expect(discovery).toMatchObject({
      generation: 'v1.4',
      version: '2.3.0-beta.2',
      roles: {
        batcher: accounts.batcher,
        unsafeBlockSigner: accounts.sequencerSigner,
        proposer: accounts.proposer,
        challenger: accounts.challenger,
        owner: accounts.deployer,
      },
      addresses: {
        optimismPortal: addresses['OptimismPortal2Proxy'],
        disputeGameFactory: addresses['DisputeGameFactoryProxy'],
      },
      gameType: 1,
      unreadable: [],
    });
    expect(checkRollupConfig(rollup)).toEqual([]);
    expect(await checkGenesis(files.genesis, rollup)).toEqual([]);
    expect(await genesisBlockHash(files.genesis)).toBe(files.genesisHash);
    const keys = { batcherAddress: accounts.batcher, signerAddress: accounts.sequencerSigner };
    expect(crossCheck(discovery, rollup, keys)).toEqual([]);
    expect(crossCheck(discovery, rollup, { ...keys, batcherAddress: accounts.proposer })).toHaveLength(1);
  });

  it.each([
    ['an account', () => deployment.accounts.batcher, /has no code/],
    ['the implementation', () => deployment.implementations['SystemConfig'] ?? '', /not its proxy/],
    ['another proxy', () => deployment.addresses['OptimismPortal2Proxy'] ?? '', /is not a SystemConfig/],
  ])('refuses %s', async (_, address, message) => {
    const failure = whenDeepEnough(() =>
      discover({ l1: l1.rpcUrl, systemConfig: address(), expected: { l1ChainId: l1.chainId } }).catch(
        (error: { type?: string }) => {
          if (error.type === 'NotReadyYet') throw error;
          return error;
        },
      ),
    );
    expect(await failure).toMatchObject({
      type: 'ChainMismatch',
      message: expect.stringMatching(message),
    });
  });
});

describe('samples of a real L1', () => {
  it('hold heads, contracts, the sender and its inbox transactions, and the gates judge them', async () => {
    const provider = new JsonRpcProvider(l1.rpcUrl, l1.chainId, { staticNetwork: true });
    try {
      const wallet = new Wallet(deployment.keys.batcher, provider);
      const inbox = deployment.addresses['BatchInbox'] ?? '';
      const targets = {
        l1: { rpc: l1.rpcUrl, beacon: l1.beaconUrl },
        contracts: { systemConfig: systemConfig(), l1GenesisNumber: deployment.startBlock.number },
        pods: [],
        batcher: { address: wallet.address, lookBackBlocks: 5 },
        inbox: { address: inbox },
      };
      const before = await takeSample(targets, never);
      const address = wallet.address.toLowerCase();
      const chain = {
        l1ChainId: l1.chainId,
        l1Genesis: deployment.startBlock,
        portal: (deployment.addresses['OptimismPortal2Proxy'] ?? '').toLowerCase(),
        batcherAddress: address,
        signerAddress: deployment.accounts.sequencerSigner.toLowerCase(),
      };
      const moment = () => ({ ...context({ chain }), now: Date.now() });
      expect(l1Reachable([before], moment())).toMatchObject({ outcome: 'pass' });
      expect(configMatchesChain([before], moment())).toMatchObject({ outcome: 'pass' });
      expect(noForeignBatcher([before, await takeSample(targets, never)], moment())).toMatchObject({
        outcome: 'pass',
        message: expect.stringContaining('never sent'),
      });
      expect(before.inbox).toMatchObject({ ok: true, value: { transactions: [] } });

      const sent = await wallet.sendTransaction({ to: inbox, data: '0x00' });
      const receipt = await sent.wait();
      const scanned = before.inbox?.ok ? before.inbox.value.toBlock + 1 : 0;
      const after = await waitUntil('the transaction is in a scan', async () => {
        const sample = await takeSample({ ...targets, inbox: { address: inbox, fromBlock: scanned } }, never);
        return sample.inbox?.ok && sample.inbox.value.transactions.length > 0 ? sample : undefined;
      });
      expect(after.batcher).toMatchObject({
        ok: true,
        value: {
          address,
          nonceLatest: 1,
          noncePending: 1,
          lastInboxTransaction: { hash: sent.hash, from: address, blockNumber: receipt?.blockNumber },
        },
      });
      expect(after.inbox).toMatchObject({ value: { fromBlock: scanned } });
      expect(noForeignBatcher([before, after], moment())).toMatchObject({
        outcome: 'wait',
        message: expect.stringContaining('nonce 0 → 1'),
      });
      expect(batching([before, after], moment())).toEqual({
        outcome: 'wait',
        message: 'no node reports a safe head yet',
      });
    } finally {
      provider.destroy();
    }
  });

  it('do not scan beyond the head, nor too much at once', async () => {
    const head = (await takeSample({ l1: { rpc: l1.rpcUrl }, pods: [] }, never)).l1;
    if (!head?.ok) throw new Error('no L1 head');
    const inbox = { address: deployment.addresses['BatchInbox'] ?? '' };
    const scan = async (fromBlock: number) =>
      (await takeSample({ l1: { rpc: l1.rpcUrl }, pods: [], inbox: { ...inbox, fromBlock } }, never)).inbox;
    expect(await scan(0)).toMatchObject({ ok: true, value: { fromBlock: 0, toBlock: 19, transactions: [] } });
    const future = await scan(head.value.head.number + 1000);
    expect(future).toMatchObject({ ok: true, value: { transactions: [] } });
  });
});
