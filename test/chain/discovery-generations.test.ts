/** Every recording of real contracts: discovery finds exactly what was deployed, and what has changed in each phase. */
import { readdirSync } from 'node:fs';
import { AbiCoder, dataSlice, getAddress, id } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { GivenAddresses } from '../../src/chain/discovery/addresses.ts';
import { discover } from '../../src/chain/discovery/discover.ts';
import type { Discovery, RegisteredGame } from '../../src/chain/discovery/discovery.ts';
import { inPhase, type L1Replay, type Phase, type Recording, readRecording, replayL1 } from './l1-replay.ts';

/** Of EIP-1967. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';

const GIVEN_BEFORE_V1_3 = [
  'l1CrossDomainMessenger',
  'l1ERC721Bridge',
  'l1StandardBridge',
  'optimismMintableERC20Factory',
  'optimismPortal',
];
const VERSION = id('version()').slice(0, 10);
/** Whose version is read. */
const VERSIONED = [
  'systemConfig',
  'optimismPortal',
  'disputeGameFactory',
  'l2OutputOracle',
  'anchorStateRegistry',
  'superchainConfig',
  'l1CrossDomainMessenger',
  'l1StandardBridge',
  'l1ERC721Bridge',
  'optimismMintableERC20Factory',
  'ethLockbox',
];

type OrNull<T> = { readonly [K in keyof T]: T[K] | null };

interface Generation extends Recording {
  readonly expected: {
    readonly systemConfigVersion: string;
    readonly l2ChainIdOnChain: boolean;
    readonly gasLimit: number;
    readonly startBlock: number | null;
    readonly paused: boolean;
    readonly respectedGameType: number | null;
    readonly roles: Readonly<Record<string, string | null>>;
    readonly addresses: Readonly<Record<string, string | null>>;
    readonly games: readonly (OrNull<
      Pick<RegisteredGame, 'absolutePrestate' | 'vm' | 'anchorStateRegistry' | 'proposer' | 'challenger'>
    > & {
      readonly gameType: number;
      readonly impl: string;
      readonly weth: string | null;
      readonly l2ChainId: number | null;
      readonly initBond: string;
    })[];
    readonly proposer: string | null;
    readonly challenger: string | null;
  };
}

const NAMES = readdirSync(new URL('fixtures/l1-contracts', import.meta.url))
  .map((file) => file.replace('.json', ''))
  .filter((name) => /^v/.test(name));

/** By the getters they have. The contracts of some releases are the same on this side. */
const GENERATION: Readonly<Record<string, string>> = {
  'v1.6.0': 'v1.4',
  'v5.0.0-upgraded-to-v6.0.0': 'v6',
  'v8-dev-2026-06-super': 'v7',
};
const generationOf = (name: string) =>
  GENERATION[name] ?? name.replace('-permissionless', '').replace(/^(v1\.\d|v4\.\d|v\d).*/, '$1');

const find = (l1: L1Replay, { systemConfig, expected }: Generation) =>
  discover({
    l1: l1.url,
    systemConfig,
    expected: { l1ChainId: 900, l2ChainId: 901 },
    // Contracts before v1.3 tell nothing by themselves.
    given: expected.startBlock === null ? { registry: nonNull(expected.addresses) } : {},
  });

/** What a correct discovery returns, in our words. */
function wanted(name: string, { block, expected, storage, calls }: Generation): Discovery {
  const { roles, addresses, respectedGameType, startBlock } = expected;
  const { systemConfigOwner: owner, proposer: _, challenger: __, ...others } = roles;
  const games = expected.games
    .map(({ gameType: type, impl: implementation, weth, l2ChainId, initBond, ...rest }): RegisteredGame => {
      const { absolutePrestate, vm, anchorStateRegistry, proposer, challenger } = rest;
      const parameters = { absolutePrestate, vm, anchorStateRegistry, proposer, challenger, delayedWETH: weth };
      const chain = l2ChainId ? { l2ChainId: String(l2ChainId) } : {};
      return {
        type,
        implementation,
        version: expect.any(String),
        ...nonNull(parameters),
        ...chain,
        initBondWei: initBond,
      };
    })
    .sort((a, b) => a.type - b.type);
  const respectedGame = games.find(({ type }) => type === respectedGameType);
  const { proposer, challenger } = respectedGame ?? expected;
  const versionOf = (address: string | null) => {
    const asked = calls.find(({ to, data }) => to === address?.toLowerCase() && data === VERSION);
    return asked?.result === undefined || asked.result.length < 130
      ? undefined
      : String(AbiCoder.defaultAbiCoder().decode(['string'], asked.result)[0]);
  };
  const implementationOf = (contract: string) => {
    const proxy = addresses[contract]?.toLowerCase();
    const found = storage.find(({ address, slot }) => address === proxy && slot === IMPLEMENTATION_SLOT);
    return found && getAddress(dataSlice(found.value, 12));
  };
  return {
    generation: generationOf(name),
    version: expected.systemConfigVersion,
    l1ChainId: 900,
    blockNumber: block.number,
    blockHash: block.hash,
    addresses: {
      ...nonNull(addresses),
      // That of the game; SystemConfig has none before v7.
      ...nonNull({ delayedWETH: respectedGame?.delayedWETH ?? null }),
    } as Discovery['addresses'],
    // Nobody tells them before v1.3.
    given: startBlock === null ? GIVEN_BEFORE_V1_3 : [],
    versions: Object.fromEntries(
      Object.entries(addresses).flatMap(([contract, address]) => {
        const version = versionOf(address);
        // Before v4 only the game tells it, with the last answers.
        const isLate = contract === 'anchorStateRegistry' && !expected.l2ChainIdOnChain;
        return version && VERSIONED.includes(contract) && !isLate ? [[contract, version]] : [];
      }),
    ),
    implementations: {
      systemConfig: implementationOf('systemConfig') ?? '',
      ...nonNull({
        optimismPortal: implementationOf('optimismPortal'),
        disputeGameFactory: implementationOf('disputeGameFactory'),
        game: respectedGame?.implementation,
      }),
    },
    roles: nonNull({ owner, proposer, challenger, ...others }) as unknown as Discovery['roles'],
    mode: respectedGameType === null ? 'outputOracle' : 'disputeGames',
    games,
    registeredGameTypes: games.map(({ type }) => type),
    gasLimit: String(expected.gasLimit),
    paused: expected.paused,
    isUnknownVersion: false,
    unreadable: [],
    contradictions: [],
    ...nonNull({ gameType: respectedGameType, startBlock }),
    ...(respectedGame ? { respectedGame } : {}),
    ...(expected.l2ChainIdOnChain || respectedGame?.l2ChainId ? { l2ChainId: '901' } : {}),
  };
}

function nonNull<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], null | undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], null | undefined>;
  };
}

/** Variants were recorded without the owner of the ProxyAdmin, and without storage of some proxies. */
function asRecorded(discovery: Discovery, { calls, storage }: Generation): Discovery {
  const { addressManager, superchainProxyAdmin, ...addresses } = discovery.addresses;
  const { proxyAdminOwner, ...roles } = discovery.roles;
  const hasSlotOf = (contract: string) =>
    storage.some(({ address }) => address === discovery.addresses[contract]?.toLowerCase());
  const hasOwner = calls.some(
    ({ to, data, result = '' }) =>
      (data === PROXY_ADMIN_OWNER && result.length === 66) ||
      (data === OWNER && to === discovery.addresses['proxyAdmin']?.toLowerCase()),
  );
  return {
    ...discovery,
    addresses: {
      ...addresses,
      ...(hasSlotOf('l1CrossDomainMessenger') && addressManager ? { addressManager } : {}),
      ...(hasSlotOf('superchainConfig') && superchainProxyAdmin ? { superchainProxyAdmin } : {}),
    },
    roles: { ...roles, ...(hasOwner && proxyAdminOwner ? { proxyAdminOwner } : {}) },
  };
}

const OWNER = id('owner()').slice(0, 10);
const PROXY_ADMIN_OWNER = id('proxyAdminOwner()').slice(0, 10);
const GAME_IMPLS = id('gameImpls(uint32)').slice(0, 10);

describe('discovery of contracts as they were recorded', () => {
  it('covers all of them', () => expect(NAMES).toHaveLength(19));

  it.each(NAMES)('finds exactly those of %s', async (name) => {
    const recording = readRecording<Generation>(name);
    await using l1 = await replayL1(recording);
    expect(await find(l1, recording)).toEqual(asRecorded(wanted(name, recording), recording));
    expect(l1.requests).toBe(3);
  });
});

/** What each phase changes in what was there before. */
const CHANGES: Readonly<Record<string, (before: Discovery, phase: Phase) => Discovery>> = {
  rotation: (before, { expected = {} }) => ({
    ...before,
    roles: {
      ...before.roles,
      batcher: String(expected['batcher']),
      unsafeBlockSigner: String(expected['unsafeBlockSigner']),
    },
    gasLimit: String(expected['gasLimit']),
  }),
  ownerTransfer: (before, { expected = {} }) => ({
    ...before,
    roles: { ...before.roles, owner: String(expected['owner']) },
  }),
  pausedChain: (before) => ({ ...before, paused: true }),
  pausedSuperchain: (before) => ({ ...before, paused: true }),
  game: (before) => before,
  proposerRotation: (before, { expected = {}, calls }) => {
    const type = gameTypeIn(calls);
    const proposer = String(expected['proposer']);
    const games = before.games.map((game) =>
      game.type === type ? { ...game, proposer, implementation: String(expected['impl']) } : game,
    );
    const respectedGame = games.find((game) => game.type === before.gameType);
    return {
      ...before,
      games,
      implementations: { ...before.implementations, ...(respectedGame ? { game: respectedGame.implementation } : {}) },
      ...(respectedGame ? { respectedGame } : {}),
      ...(type === before.gameType ? { roles: { ...before.roles, proposer } } : {}),
    };
  },
  // Its parameters stay behind in the factory, and are nobody's.
  implRemoved: (before, { calls }) => {
    const type = gameTypeIn(calls);
    const { respectedGame, ...others } = before;
    const rest = {
      games: before.games.filter((game) => game.type !== type),
      registeredGameTypes: before.registeredGameTypes.filter((known) => known !== type),
    };
    if (type !== before.gameType) return { ...before, ...rest };
    const { proposer, challenger, ...roles } = before.roles;
    const { delayedWETH, ...addresses } = before.addresses;
    const ofSystemConfig = before.generation === 'v7' && delayedWETH ? { delayedWETH } : {};
    const { game, ...implementations } = before.implementations;
    return { ...others, ...rest, implementations, roles, addresses: { ...addresses, ...ofSystemConfig } };
  },
};

function gameTypeIn(calls: Phase['calls']): number {
  const call = calls.find(({ data }) => data.startsWith(GAME_IMPLS));
  return Number(`0x${call?.data.slice(10)}`);
}

/** Of a new implementation only the roles were recorded: the rest is as in the former one, from the same source. */
function withNewImplementation(recording: Generation, { expected: { impl } = {}, calls }: Phase): Generation {
  const former = recording.expected.games.find(({ gameType }) => gameType === gameTypeIn(calls))?.impl.toLowerCase();
  if (impl === undefined || former === undefined) return recording;
  const same = recording.calls.filter(({ to }) => to === former).map((call) => ({ ...call, to: String(impl) }));
  return { ...recording, calls: [...recording.calls, ...same] };
}

describe('discovery of recorded contracts after something has changed', () => {
  const phases = NAMES.flatMap((name) => Object.keys(readRecording(name).phases ?? {}).map((phase) => [name, phase]))
    // The contracts after it are a recording of their own.
    .filter(([, phase]) => phase !== 'upgrade');

  it('covers all phases', () => expect(phases).toHaveLength(78));

  it.each(phases)('%s: %s', async (name = '', phaseName = '') => {
    const before = readRecording<Generation>(name);
    const phase = before.phases?.[phaseName];
    const change = CHANGES[phaseName];
    if (!phase || !change) throw new Error(`phase ${phaseName} is not known`);
    const recording = inPhase(withNewImplementation(before, phase), phase);
    await using l1 = await replayL1(recording);
    expect(await find(l1, recording)).toEqual(change(asRecorded(wanted(name, recording), before), phase));
  });
});

describe('discovery of contracts before v1.3', () => {
  const recording = readRecording<Generation>('v1.2.0');
  const { systemConfig, expected } = recording;
  const given = (spec: Record<string, string>) => ({ systemConfig, expected: { l1ChainId: 900 }, given: { spec } });

  it('goes from the L1StandardBridge, in five round trips', async () => {
    await using l1 = await replayL1(recording);
    const found = await discover({
      l1: l1.url,
      ...given({ l1StandardBridge: expected.addresses['l1StandardBridge'] ?? '' }),
    });
    // Nobody tells where these are.
    const { l1ERC721Bridge, optimismMintableERC20Factory, ...known } = wanted('v1.2.0', recording).addresses;
    expect(found).toEqual({
      ...wanted('v1.2.0', recording),
      addresses: known,
      given: ['l1CrossDomainMessenger', 'l1StandardBridge', 'optimismPortal'],
    });
    expect(l1.requests).toBe(5);
  });

  it('says what it needs where nothing is given', async () => {
    await using l1 = await replayL1(recording);
    await expect(discover({ l1: l1.url, ...given({}) })).rejects.toMatchObject({
      type: 'InvalidSpec',
      message: expect.stringContaining('(version 1.11.0) is older than v1.3'),
      fix: expect.stringContaining('spec.contracts.l1StandardBridge'),
    });
  });

  it('refuses the bridge of another chain, and a contract that is none', async () => {
    await using l1 = await replayL1(recording, ({ method, params }) => {
      const [call] = params as [{ to: string; data: string }];
      const asksPortal =
        method === 'eth_call' && call.to.toLowerCase() === expected.addresses['optimismPortal']?.toLowerCase();
      return asksPortal && call.data === SYSTEM_CONFIG
        ? { result: `0x${'0'.repeat(24)}${'77'.repeat(20)}` }
        : undefined;
    });
    const bridge = expected.addresses['l1StandardBridge'] ?? '';
    await expect(discover({ l1: l1.url, ...given({ l1StandardBridge: bridge }) })).rejects.toMatchObject({
      type: 'ChainMismatch',
      message: expect.stringMatching(/portal 0x0165.* belongs to the SystemConfig 0x7777.*, not to 0x5FC8/),
    });
    const noBridge = expected.addresses['superchainConfig'] ?? '';
    await expect(discover({ l1: l1.url, ...given({ l1StandardBridge: noBridge }) })).rejects.toMatchObject({
      type: 'InvalidSpec',
    });
  });
});

const SYSTEM_CONFIG = id('systemConfig()').slice(0, 10);

describe('addresses that are given', () => {
  const recording = readRecording<Generation>('v6.0.0');
  const { systemConfig, expected } = recording;
  const elsewhere = '0x7777777777777777777777777777777777777777';
  const from = (l1: L1Replay, given: GivenAddresses) =>
    discover({ l1: l1.url, systemConfig, expected: { l1ChainId: 900, l2ChainId: 901 }, given });

  it('of the spec count, and a contradiction is told with both', async () => {
    await using l1 = await replayL1(recording);
    const found = await from(l1, { spec: { l1StandardBridge: elsewhere } });
    expect(found.addresses['l1StandardBridge']).toBe(elsewhere);
    expect(found.contradictions).toEqual([
      {
        contract: 'l1StandardBridge',
        source: 'spec',
        address: elsewhere,
        onL1: expected.addresses['l1StandardBridge'],
      },
    ]);
  });

  it('of the registry fill in what L1 does not tell, and nothing else', async () => {
    await using l1 = await replayL1(recording);
    const found = await from(l1, { registry: { l1StandardBridge: elsewhere, ethLockbox: elsewhere } });
    expect(found.addresses['l1StandardBridge']).toBe(expected.addresses['l1StandardBridge']);
    expect(found.addresses['ethLockbox']).toBe(elsewhere);
    expect(found.contradictions).toEqual([]);
  });

  it('are all there is where nothing shall be taken from L1', async () => {
    await using l1 = await replayL1(recording);
    const { optimismPortal = '', disputeGameFactory = '' } = nonNull(expected.addresses) as Record<string, string>;
    const found = await from(l1, { spec: { optimismPortal, disputeGameFactory }, from: 'spec' });
    expect(found.addresses).toEqual({ systemConfig, optimismPortal, disputeGameFactory });
    expect(found.roles.proposer).toBe(expected.proposer);
  });
});
