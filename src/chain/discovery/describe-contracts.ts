import { getAddress } from 'ethers';
import type { DiscoveredRoles, Discovery } from './discovery.ts';
import { ASKED_GAME_TYPES, compact } from './dispute-game.ts';
import { generationOf } from './generations/index.ts';
import type { ChainReading } from './read-chain.ts';
import type { GameReading } from './read-game.ts';

/** Everything that was read, in the words of the API. */
export function describeContracts(systemConfig: string, chain: ChainReading, reading: GameReading): Discovery {
  const { answers } = chain;
  const { gameType, game } = reading;
  const has = (getter: string) =>
    answers.keys().some((key) => key.startsWith(`systemConfig.${getter}(`) && answers.has(key));
  const startBlock = answers.integer('systemConfig.startBlock()');
  return {
    generation: generationOf(has) ?? 'unknown',
    version: answers.text('systemConfig.version()') ?? 'unknown',
    l1ChainId: chain.chainId,
    blockNumber: chain.number,
    blockHash: chain.blockHash,
    addresses: addressesOf(systemConfig, chain, reading),
    roles: rolesOf(chain, reading),
    mode: gameType === undefined ? 'outputOracle' : 'disputeGames',
    registeredGameTypes: ASKED_GAME_TYPES.filter((type) => answers.address(`disputeGameFactory.gameImpls(${type})`)),
    gasLimit: (answers.integer('systemConfig.gasLimit()') ?? 0n).toString(),
    unreadable: [...answers.unreadable(), ...reading.answers.unreadable(), ...reading.unreadable],
    ...compact({
      gameType,
      respectedGame: game,
      startBlock: startBlock === undefined ? undefined : Number(startBlock),
      l2ChainId: answers.integer('systemConfig.l2ChainId()')?.toString() ?? game?.l2ChainId,
      // Of the chain: from v4 it can be paused alone, which SuperchainConfig does not tell.
      paused: answers.flag('optimismPortal.paused()'),
      l1GenesisHash: chain.l1GenesisHash,
    }),
  };
}

function addressesOf(
  systemConfig: string,
  { answers, portal, disputeGameFactory, proxyAdmin }: ChainReading,
  { game, addressManager }: GameReading,
) {
  return compact({
    systemConfig: getAddress(systemConfig),
    optimismPortal: portal,
    l1CrossDomainMessenger: answers.address('systemConfig.l1CrossDomainMessenger()'),
    l1StandardBridge: answers.address('systemConfig.l1StandardBridge()'),
    l1ERC721Bridge: answers.address('systemConfig.l1ERC721Bridge()'),
    optimismMintableERC20Factory: answers.address('systemConfig.optimismMintableERC20Factory()'),
    l2OutputOracle: answers.address('systemConfig.l2OutputOracle()'),
    disputeGameFactory,
    anchorStateRegistry: answers.address('optimismPortal.anchorStateRegistry()') ?? game?.anchorStateRegistry,
    delayedWETH: game?.delayedWETH,
    superchainConfig:
      answers.address('systemConfig.superchainConfig()') ?? answers.address('optimismPortal.superchainConfig()'),
    proxyAdmin,
    addressManager,
  }) as Readonly<Record<string, string>>;
}

function rolesOf({ answers, batcher }: ChainReading, { answers: rest, game }: GameReading): DiscoveredRoles {
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
