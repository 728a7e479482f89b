import { getAddress } from 'ethers';
import { compact } from '../compact.ts';
import { type Addresses, addressesInUse, contradictionsIn, type GivenAddresses } from './addresses.ts';
import type { DiscoveredRoles, Discovery } from './discovery.ts';
import { ASKED_GAME_TYPES } from './dispute-game.ts';
import { type Generation, nameOf } from './generations/generation.ts';
import { generationOf, gettersOf, NEWEST_GENERATION } from './generations/index.ts';
import type { ChainReading } from './read-chain.ts';
import type { GameReading } from './read-game.ts';
import { agreedGeneration, isUnknownVersion } from './release-versions.ts';

/** Everything that was read, in the words of the API. */
export function describeContracts(
  systemConfig: string,
  chain: ChainReading,
  reading: GameReading,
  given: GivenAddresses = {},
): Discovery {
  const { answers, gameType } = chain;
  const { games } = reading;
  const respectedGame = games.find(({ type }) => type === gameType);
  const version = answers.text('systemConfig.version()') ?? 'unknown';
  const isUnknown = isUnknownVersion(version);
  // A later one is held against the newest: what it does not answer of that is worth telling.
  const generation = isUnknown ? NEWEST_GENERATION : generationOf((getter) => hasGetter(chain, 'systemConfig', getter));
  const startBlock = answers.integer('systemConfig.startBlock()');
  const told: Addresses = {
    systemConfig,
    ...chain.onL1,
    anchorStateRegistry: chain.onL1['anchorStateRegistry'] ?? respectedGame?.anchorStateRegistry,
    // SystemConfig has one from v7; super games say none.
    delayedWETH: respectedGame?.delayedWETH ?? answers.address('systemConfig.delayedWETH()'),
    superchainProxyAdmin: reading.superchainProxyAdmin,
    addressManager: reading.addressManager,
  };
  const addresses = addressesInUse(told, given, gameType);
  return {
    generation: isUnknown ? 'unknown' : agreedGeneration(generation?.name ?? 'unknown', version),
    version,
    l1ChainId: chain.chainId,
    blockNumber: chain.number,
    blockHash: chain.blockHash,
    addresses: { systemConfig: getAddress(systemConfig.toLowerCase()), ...known(addresses) },
    given: Object.keys(known(addresses))
      .filter((contract) => told[contract] === undefined)
      .sort(),
    versions: versionsOf(chain, reading),
    implementations: { ...chain.implementations, ...compact({ game: respectedGame?.implementation }) },
    roles: rolesOf(chain, reading),
    mode: gameType === undefined ? 'outputOracle' : 'disputeGames',
    games,
    registeredGameTypes: ASKED_GAME_TYPES.filter((type) => answers.address(`disputeGameFactory.gameImpls(${type})`)),
    gasLimit: (answers.integer('systemConfig.gasLimit()') ?? 0n).toString(),
    isUnknownVersion: isUnknown,
    unreadable: [
      ...new Set([
        ...(generation ? missing(chain, generation) : []),
        ...answers.unreadable(),
        ...reading.answers.unreadable(),
        ...reading.unreadable,
      ]),
    ],
    contradictions: contradictionsIn(told, given),
    ...compact({
      gameType,
      respectedGame,
      startBlock: startBlock === undefined ? undefined : Number(startBlock),
      l2ChainId: answers.integer('systemConfig.l2ChainId()')?.toString() ?? respectedGame?.l2ChainId,
      // Of the chain: from v4 it can be paused alone, which SuperchainConfig does not tell.
      paused: answers.flag('optimismPortal.paused()'),
      l1GenesisHash: chain.l1GenesisHash,
    }),
  };
}

function versionsOf({ answers, addresses }: ChainReading, { answers: rest }: GameReading): Record<string, string> {
  return compact(
    Object.fromEntries(
      ['systemConfig', ...Object.keys(addresses)].map((contract) => {
        const key = `${contract}.version()`;
        return [contract, answers.text(key) ?? rest.text(key)];
      }),
    ),
  ) as Record<string, string>;
}

/** Whatever its arguments. */
function hasGetter({ answers }: ChainReading, contract: string, getter: string): boolean {
  return answers.keys().some((key) => key.startsWith(`${contract}.${getter}(`) && answers.has(key));
}

/** Getters that the generation has and that did not answer. */
function missing(chain: ChainReading, generation: Generation): string[] {
  const absent = (contract: string, name: string) =>
    hasGetter(chain, contract, name) ? [] : [`${contract}.${name}()`];
  return [
    ...gettersOf(generation, 'systemConfig').flatMap((getter) => absent('systemConfig', nameOf(getter))),
    ...gettersOf(generation, 'portal').flatMap((getter) => absent('optimismPortal', nameOf(getter))),
  ];
}

function known(addresses: Addresses): Readonly<Record<string, string>> {
  return compact(addresses) as Readonly<Record<string, string>>;
}

function rolesOf({ answers, batcher, gameType }: ChainReading, { answers: rest, games }: GameReading): DiscoveredRoles {
  const game = games.find(({ type }) => type === gameType);
  const others = compact({
    unsafeBlockSigner: answers.address('systemConfig.unsafeBlockSigner()'),
    owner: answers.address('systemConfig.owner()'),
    proposer: rest.address('l2OutputOracle.proposer()') ?? game?.proposer,
    challenger: rest.address('l2OutputOracle.challenger()') ?? game?.challenger,
    guardian: answers.address('systemConfig.guardian()') ?? answers.address('optimismPortal.guardian()'),
    proxyAdminOwner: answers.address('systemConfig.proxyAdminOwner()') ?? rest.address('proxyAdmin.owner()'),
    disputeGameFactoryOwner: answers.address('disputeGameFactory.owner()'),
  });
  return { batcher, ...others };
}
