import { ASKED_GAME_TYPES, LIKELY_GAME_TYPES } from './dispute-game.ts';
import { UnsteadyL1 } from './l1-reader.ts';
import type { ChainReading } from './read-chain.ts';
import type { GameReading } from './read-game.ts';

/** All SystemConfigs have them, and something is decided by each. */
const OF_EVERY_SYSTEM_CONFIG = ['version()', 'owner()', 'unsafeBlockSigner()', 'gasLimit()'];

/** Cannon, permissioned cannon and cannon-kona: games whose implementations are known. */
const KNOWN_GAME_TYPES = [0, 1, 8];
const PERMISSIONED = 1;
const OF_EVERY_GAME = ['absolutePrestate()', 'vm()', 'weth()', 'anchorStateRegistry()'];

/**
 * A getter that is absent in an answer may be one that the endpoint failed to ask: both look the same. So whatever must
 * be there by what else was answered is required, and never taken for absent.
 * @throws UnsteadyL1 that names what is missing
 */
export function requireFacts(host: string, chain: ChainReading, reading: GameReading): void {
  const missing = [
    ...OF_EVERY_SYSTEM_CONFIG.map((getter) => `systemConfig.${getter}`).filter((key) => !chain.answers.has(key)),
    ...missingOfProposals(chain, reading),
  ];
  if (missing.length === 0) return;
  throw new UnsteadyL1(
    `${host} answered eth_call for ${missing.join(', ')} at block ${chain.number} of L1 like contracts that do not have it, but those contracts have it.`,
    'It is tried again by itself. If it lasts, use another L1 endpoint: this one does not give the whole state of the block.',
  );
}

function missingOfProposals(chain: ChainReading, reading: GameReading): string[] {
  const { answers } = chain;
  if (answers.has('optimismPortal.respectedGameType()')) {
    return answers.has('systemConfig.disputeGameFactory()')
      ? [...missingOfFactory(chain, reading), ...missingOfGame(chain, reading)]
      : ['systemConfig.disputeGameFactory()'];
  }
  // The portals of the last contracts with an oracle have no games.
  if (answers.address('systemConfig.l2OutputOracle()') === undefined) return ['optimismPortal.respectedGameType()'];
  return ['proposer()', 'challenger()']
    .map((getter) => `l2OutputOracle.${getter}`)
    .filter((key) => !reading.answers.has(key));
}

/** Its mappings answer for every type, if they are there: `gameArgs` is from v5 on. */
function missingOfFactory({ answers, disputeGameFactory }: ChainReading, { gameType, game }: GameReading): string[] {
  if (disputeGameFactory === undefined) return [];
  const impls = ASKED_GAME_TYPES.map((type) => `disputeGameFactory.gameImpls(${type})`);
  const args = LIKELY_GAME_TYPES.map((type) => `disputeGameFactory.gameArgs(${type})`);
  const respected = `disputeGameFactory.gameImpls(${gameType})`;
  return [
    ...impls.filter((key) => !answers.has(key)),
    ...(args.some((key) => answers.has(key)) ? args.filter((key) => !answers.has(key)) : []),
    ...(game === undefined && answers.address(respected) !== undefined ? [respected] : []),
    ...(game !== undefined && game.initBondWei === undefined ? [`disputeGameFactory.initBonds(${gameType})`] : []),
  ];
}

/** Parameters of the implementation itself; one that has them from the factory answers zeros (v6). */
function missingOfGame({ answers }: ChainReading, { gameType, game, answers: ofGame }: GameReading): string[] {
  if (gameType === undefined || game === undefined || !KNOWN_GAME_TYPES.includes(gameType)) return [];
  const args = `disputeGameFactory.gameArgs(${gameType})`;
  const required =
    (answers.text(args) ?? '0x') === '0x'
      ? ['version()', ...OF_EVERY_GAME, ...(gameType === PERMISSIONED ? ['proposer()', 'challenger()'] : [])]
      : ['version()'];
  const isBare = !answers.has(args) && ofGame.has('game.vm()') && ofGame.address('game.vm()') === undefined;
  return [...required.map((getter) => `game.${getter}`).filter((key) => !ofGame.has(key)), ...(isBare ? [args] : [])];
}
