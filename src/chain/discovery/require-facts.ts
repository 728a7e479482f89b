import { OperatorError } from '../../contract/failures.ts';
import type { ContractAnswers } from './contract-answers.ts';
import { ASKED_GAME_TYPES, gameKey, LIKELY_GAME_TYPES } from './dispute-game.ts';
import { seemsAbsent } from './l1-reader.ts';
import type { ChainReading } from './read-chain.ts';
import type { GameReading } from './read-game.ts';

/** All chains have them, and something is decided by each. */
const OF_EVERY_CHAIN = [
  'systemConfig.version()',
  'systemConfig.owner()',
  'systemConfig.unsafeBlockSigner()',
  'systemConfig.gasLimit()',
  'optimismPortal.paused()',
];

/** Cannon, permissioned cannon and cannon-kona: games whose implementations are known. */
const KNOWN_GAME_TYPES: readonly number[] = [0, 1, 8];
/** Only one proposer may make these. */
const PERMISSIONED_GAME_TYPES: readonly number[] = [1, 5];
const OF_EVERY_GAME = ['absolutePrestate()', 'vm()', 'weth()', 'anchorStateRegistry()'];

/**
 * What a SystemConfig has to tell before anything can be said of it, going by its other getters.
 * @throws UnsteadyL1 that names what is missing
 */
export function requireTold(
  host: string,
  answers: ContractAnswers,
  { implementation, block }: { readonly implementation: string | undefined; readonly block: number },
): void {
  const has = (getter: string) => answers.has(`systemConfig.${getter}()`);
  const isSystemConfig = ['owner', 'unsafeBlockSigner', 'gasLimit'].every(has);
  if (isSystemConfig && !has('batcherHash')) throw seemsAbsent(host, 'systemConfig.batcherHash()', block);
  // The implementation itself has no batcher: this is a proxy whose slot was not given.
  if (implementation === undefined && answers.addressInWord('systemConfig.batcherHash()') !== undefined)
    throw seemsAbsent(host, "the SystemConfig's implementation slot (eth_getStorageAt)", block);
  if (has('l1StandardBridge') && !has('optimismPortal'))
    throw seemsAbsent(host, 'systemConfig.optimismPortal()', block);
}

/**
 * Whatever must be there by what else was answered is required, and never taken for absent: a role that was not read is
 * no role that anybody may have.
 * @throws UnsteadyL1 that names what is missing
 */
export function requireFacts(host: string, chain: ChainReading, reading: GameReading): void {
  requireGiven(chain);
  const missing = [...OF_EVERY_CHAIN.filter((key) => !chain.answers.has(key)), ...missingOfProposals(chain, reading)];
  if (missing.length === 0) return;
  throw seemsAbsent(host, missing.join(', '), chain.number);
}

/** Where no address is taken from L1, those that something is done with have to be given. */
function requireGiven({ onL1, addresses, gameType }: ChainReading): void {
  const contract = gameType === undefined ? 'l2OutputOracle' : 'disputeGameFactory';
  if (onL1[contract] === undefined || addresses[contract] !== undefined) return;
  throw new OperatorError({
    type: 'InvalidSpec',
    message: `the chain has the ${contract} ${onL1[contract]}, and no address of one is given: spec.contracts.discovery takes none from L1.`,
    fix: `Set spec.contracts.addresses.${contract}, or spec.contracts.discovery: Auto.`,
  });
}

function missingOfProposals(chain: ChainReading, reading: GameReading): string[] {
  const { answers, onL1 } = chain;
  if (answers.has('optimismPortal.respectedGameType()')) {
    return answers.has('systemConfig.disputeGameFactory()')
      ? [...missingOfFactory(chain, reading), ...missingOfGame(chain, reading)]
      : ['systemConfig.disputeGameFactory()'];
  }
  // The portals of the last contracts with an oracle have no games.
  if (onL1['l2OutputOracle'] === undefined) return ['optimismPortal.respectedGameType()'];
  return ['proposer()', 'challenger()']
    .map((getter) => `l2OutputOracle.${getter}`)
    .filter((key) => !reading.answers.has(key));
}

/** Its mappings answer for every type, if they are there: `gameArgs` is from v5 on. */
function missingOfFactory({ answers, disputeGameFactory, gameType }: ChainReading, { games }: GameReading): string[] {
  if (disputeGameFactory === undefined) return ['systemConfig.disputeGameFactory()'];
  const impls = ASKED_GAME_TYPES.map((type) => `disputeGameFactory.gameImpls(${type})`);
  const args = LIKELY_GAME_TYPES.map((type) => `disputeGameFactory.gameArgs(${type})`);
  const respected = `disputeGameFactory.gameImpls(${gameType})`;
  const game = games.find(({ type }) => type === gameType);
  return [
    ...impls.filter((key) => !answers.has(key)),
    ...(args.some((key) => answers.has(key)) ? args.filter((key) => !answers.has(key)) : []),
    ...(game === undefined && answers.address(respected) !== undefined ? [respected] : []),
    ...games
      .filter(({ initBondWei }) => initBondWei === undefined)
      .map(({ type }) => `disputeGameFactory.initBonds(${type})`),
  ];
}

/** Parameters of the implementation itself; one that has them from the factory answers zeros (v6). */
function missingOfGame(
  { answers, gameType }: ChainReading,
  { games, answers: ofGames, unreadable }: GameReading,
): string[] {
  // It answers zeros, for what only the factory can tell.
  const isBare = (type: number) =>
    !answers.has(`disputeGameFactory.gameArgs(${type})`) &&
    ofGames.has(`${gameKey(type)}.vm()`) &&
    ofGames.address(`${gameKey(type)}.vm()`) === undefined;
  const required = games
    .filter(({ type }) => KNOWN_GAME_TYPES.includes(type))
    .flatMap(({ type }) => {
      const holdsThem = (answers.text(`disputeGameFactory.gameArgs(${type})`) ?? '0x') === '0x';
      const own = holdsThem ? [...OF_EVERY_GAME, ...(type === 1 ? ['proposer()', 'challenger()'] : [])] : [];
      return ['version()', ...own].map((getter) => `${gameKey(type)}.${getter}`);
    })
    .filter((key) => !ofGames.has(key))
    .concat(games.filter(({ type }) => isBare(type)).map(({ type }) => `disputeGameFactory.gameArgs(${type})`));
  const game = games.find(({ type }) => type === gameType);
  const args = `disputeGameFactory.gameArgs(${gameType})`;
  if (game === undefined) return required;
  // A layout of a later release is told; an answer that is none is not.
  if (unreadable.includes(args)) return [...required, ...(answers.unreadable().includes(args) ? [args] : [])];
  const hasProposer = !PERMISSIONED_GAME_TYPES.includes(game.type) || game.proposer !== undefined;
  return [
    ...required,
    ...(game.anchorStateRegistry === undefined ? [`${gameKey(game.type)}.anchorStateRegistry()`] : []),
    ...(hasProposer ? [] : [`${gameKey(game.type)}.proposer()`]),
  ];
}
