/** What L1 says of a network, held against its spec and the registry; on recorded contracts. */
import { id } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { CompleteWish } from '../../src/activities/desire.ts';
import { gatherChainFiles } from '../../src/activities/gather/chain-files.ts';
import { checkChain } from '../../src/activities/gather/check-chain.ts';
import type { References } from '../../src/activities/gather/references.ts';
import { parseObject } from '../../src/api/parse.ts';
import { createRegistry, loadRegistry } from '../../src/catalogue/registry.ts';
import { sample } from '../api/sample-objects.ts';
import { type Recording, readRecording, replayL1 } from '../chain/l1-replay.ts';

type Recorded = Recording & {
  readonly expected: { readonly addresses: Readonly<Record<string, string>>; readonly proposer?: string };
};

const unichain = loadRegistry().find('sepolia/unichain') ?? expect.fail();
const nothing: References = { resolved: [], problems: [], lostCopies: [], copies: () => [], find: () => undefined };

/** A network that names its chain; the registry has that of a recording, on whatever addresses are given. */
async function wishOf(recording: Recorded, l1Url: string, contracts: object, registered: object = {}) {
  const { addresses } = recording.expected;
  const chain = {
    ...unichain,
    chain_id: 901,
    l1_chain_id: 900,
    genesis: { ...unichain.genesis, l1: { number: 1, hash: recording.block.hash } },
    addresses: {
      SystemConfigProxy: recording.systemConfig,
      OptimismPortalProxy: addresses['optimismPortal'] ?? '',
      ...registered,
    },
  };
  const unsaid = ['l1.chainId', 'l2', 'rollupConfig', 'genesis'].map((field) => [`spec.${field}`, undefined]);
  const network = parseObject(
    'OptimismNetwork',
    sample('OptimismNetwork', {
      ...Object.fromEntries(unsaid),
      'spec.network': 'sepolia/unichain',
      'spec.contracts': contracts,
    }),
  );
  if (!network.ok) throw new Error('the sample is not valid');
  const { files } = await gatherChainFiles(network.value, nothing, createRegistry({ 'sepolia/unichain': chain }));
  return { network: network.value, files, l1Url } as unknown as CompleteWish;
}

const check = (wish: CompleteWish) =>
  checkChain(wish, { installed: false, now: 0, signal: AbortSignal.timeout(10_000) });

const elsewhere = '0x7777777777777777777777777777777777777777';

describe('the contracts of a network', () => {
  const recording = readRecording<Recorded>('v6.0.0');
  const { addresses } = recording.expected;

  it('of the spec count, and what L1 says otherwise is told', async () => {
    await using l1 = await replayL1(recording);
    const { discovery, problems } = await check(
      await wishOf(recording, l1.url, { addresses: { proxyAdmin: elsewhere } }),
    );
    expect(problems).toEqual([]);
    expect(discovery?.addresses['proxyAdmin']).toBe(elsewhere);
    expect(discovery?.contradictions).toEqual([
      { contract: 'proxyAdmin', source: 'spec', address: elsewhere, onL1: addresses['proxyAdmin'] },
    ]);
  });

  it('are read anew when the spec says others', async () => {
    await using l1 = await replayL1(recording);
    const plain = await check(await wishOf(recording, l1.url, {}));
    const changed = await check(await wishOf(recording, l1.url, { addresses: { proxyAdmin: elsewhere } }));
    expect([plain, changed].map(({ discovery }) => discovery?.addresses['proxyAdmin'])).toEqual([
      addresses['proxyAdmin'],
      elsewhere,
    ]);
  });

  it('may be those of the registry alone', async () => {
    await using l1 = await replayL1(recording);
    const registered = { DisputeGameFactoryProxy: addresses['disputeGameFactory'], ProxyAdmin: elsewhere };
    const { discovery } = await check(await wishOf(recording, l1.url, { discovery: 'Registry' }, registered));
    expect(discovery?.addresses).toEqual({
      systemConfig: recording.systemConfig,
      optimismPortal: addresses['optimismPortal'],
      disputeGameFactory: addresses['disputeGameFactory'],
      proxyAdmin: elsewhere,
    });
    expect(discovery?.contradictions.map(({ contract, source }) => [contract, source])).toEqual([
      ['proxyAdmin', 'registry'],
    ]);
  });
});

describe('contracts before v1.3', () => {
  const recording = readRecording<Recorded>('v1.2.0');

  it('are found where the registry knows their portal', async () => {
    await using l1 = await replayL1(recording);
    const { discovery, problems } = await check(await wishOf(recording, l1.url, {}));
    expect(problems).toEqual([]);
    expect(discovery).toMatchObject({ generation: 'v1.2', mode: 'outputOracle' });
    expect(discovery?.addresses['l2OutputOracle']).toBe(recording.expected.addresses['l2OutputOracle']);
  });

  it('are found from the bridge, which has to be of this chain', async () => {
    await using l1 = await replayL1(recording);
    const l1StandardBridge = recording.expected.addresses['l1StandardBridge'];
    const found = await check(await wishOf(recording, l1.url, { discovery: 'Auto', l1StandardBridge }));
    expect(found.discovery?.addresses['l1StandardBridge']).toBe(l1StandardBridge);
  });
});

describe('an L1 that does not tell what it told before', () => {
  const recording = readRecording<Recorded>('v6.0.0');
  const running = (now: number, seen?: object) =>
    ({ installed: true, now, signal: AbortSignal.timeout(10_000), ...(seen ? { seen } : {}) }) as const;

  it('does not set a network back to an earlier block', async () => {
    await using l1 = await replayL1(recording);
    const wish = await wishOf(recording, l1.url, {});
    const { systemConfig } = recording;
    expect((await checkChain(wish, running(0, { systemConfig, blockNumber: 49 }))).discovery?.blockNumber).toBe(49);
    expect(await checkChain(wish, running(1, { systemConfig, blockNumber: 50 }))).toEqual({ problems: [] });
    const later = await checkChain(wish, running(130_000, { systemConfig, blockNumber: 50 }));
    expect(later).toMatchObject({
      problems: [],
      unread: {
        type: 'L1Unavailable',
        message: expect.stringContaining('at block 49, and they were read at block 50'),
      },
    });
    // Of other contracts nothing was read yet.
    const others = { systemConfig: elsewhere, blockNumber: 50 };
    expect((await checkChain(wish, running(140_000, others))).discovery?.blockNumber).toBe(49);
  });

  it('is told of a network that runs when it lasts, and no sooner', async () => {
    const isAbsent = { on: true };
    await using l1 = await replayL1(recording, ({ method, params }) => {
      const [call] = params as [{ data: string }];
      const asksOwner = method === 'eth_call' && call.data === id('owner()').slice(0, 10);
      return isAbsent.on && asksOwner ? { error: { code: 3, message: 'execution reverted', data: '0x' } } : undefined;
    });
    const wish = await wishOf(recording, l1.url, {});
    expect(await checkChain(wish, running(0))).toEqual({ problems: [] });
    expect(await checkChain(wish, running(119_000))).toEqual({ problems: [] });
    expect(await checkChain(wish, running(120_000))).toMatchObject({
      unread: { message: expect.stringContaining('systemConfig.owner()') },
    });
    isAbsent.on = false;
    expect((await checkChain(wish, running(121_000))).unread).toBeUndefined();
    isAbsent.on = true;
    expect(await checkChain(wish, running(300_000))).toEqual({ problems: [] });
  });
});

describe('a chain that has dispute games by now', () => {
  it('does not go by the L2OutputOracle that the registry still has', async () => {
    const recording = readRecording<Recorded>('v6.0.0');
    await using l1 = await replayL1(recording);
    const { discovery } = await check(await wishOf(recording, l1.url, {}, { L2OutputOracleProxy: elsewhere }));
    expect(discovery?.addresses).not.toHaveProperty('l2OutputOracle');
    expect(discovery).toMatchObject({ mode: 'disputeGames', roles: { proposer: recording.expected.proposer } });
  });

  it('needs its factory where no address is taken from L1', async () => {
    const recording = readRecording<Recorded>('v6.0.0');
    await using l1 = await replayL1(recording);
    const { optimismPortal } = recording.expected.addresses;
    const { systemConfig } = recording;
    const { problems } = await check(
      await wishOf(recording, l1.url, { discovery: 'Manual', systemConfig, addresses: { optimismPortal } }),
    );
    expect(problems).toEqual([
      expect.objectContaining({
        type: 'InvalidSpec',
        fix: expect.stringContaining('spec.contracts.addresses.disputeGameFactory'),
      }),
    ]);
  });

  it('takes addresses in any case', async () => {
    const recording = readRecording<Recorded>('v6.0.0');
    await using l1 = await replayL1(recording);
    const mixed = `0x${'aAaaAaaa'.repeat(5)}`;
    const { discovery } = await check(await wishOf(recording, l1.url, { addresses: { proxyAdmin: mixed } }));
    expect(discovery?.addresses['proxyAdmin']?.toLowerCase()).toBe(mixed.toLowerCase());
  });
});
