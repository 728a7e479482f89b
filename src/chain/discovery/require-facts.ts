import { OperatorError } from '../../contract/failures.ts';
import type { Discovery } from './discovery.ts';
import type { ChainReading } from './read-chain.ts';
import type { GameReading } from './read-game.ts';

/** Types of games that only one proposer may make. */
const PERMISSIONED_GAME_TYPES: readonly number[] = [1, 5];

/**
 * Nobody may go on without these: a role that was not read is no role that anybody may have. Every generation tells them,
 * so whoever does not is no chain of the OP Stack, or an endpoint that does not give what it has.
 * @throws OperatorError `L1Unavailable` that names what is missing
 */
export function requireFacts(discovery: Discovery, chain: ChainReading, reading: GameReading): void {
  const missing = [
    ...['version', 'owner', 'unsafeBlockSigner', 'gasLimit']
      .map((getter) => `systemConfig.${getter}()`)
      .filter((key) => !chain.answers.has(key)),
    ...['optimismPortal.paused()'].filter((key) => !chain.answers.has(key)),
    ...(discovery.mode === 'outputOracle' ? missingOfOracle(discovery, reading) : missingOfGame(discovery, chain)),
  ];
  if (missing.length === 0) return;
  throw new OperatorError({
    type: 'L1Unavailable',
    message: `L1 does not tell ${missing.join(', ')} at block ${discovery.blockNumber} for the SystemConfig ${discovery.addresses['systemConfig']} (version ${discovery.version}).`,
    fix: 'Use another L1 endpoint; if that says the same, check that the addresses in spec.contracts are those of one chain, and fully deployed.',
  });
}

function missingOfOracle({ addresses }: Discovery, { answers }: GameReading): string[] {
  if (addresses['l2OutputOracle'] === undefined) return ['optimismPortal.respectedGameType() or l2Oracle()'];
  return ['l2OutputOracle.proposer()', 'l2OutputOracle.challenger()'].filter((key) => !answers.has(key));
}

function missingOfGame({ addresses, gameType, respectedGame, unreadable }: Discovery, chain: ChainReading): string[] {
  if (addresses['disputeGameFactory'] === undefined) return ['optimismPortal.disputeGameFactory()'];
  if (!chain.answers.has('disputeGameFactory.version()')) return ['disputeGameFactory.version()'];
  if (!respectedGame) return [];
  const args = `disputeGameFactory.gameArgs(${gameType})`;
  if (chain.answers.unreadable().includes(args)) return [args];
  // A layout of a later release, which is told.
  if (unreadable.includes(args)) return [];
  const { type, proposer, anchorStateRegistry } = respectedGame;
  return [
    ...(anchorStateRegistry === undefined ? [`the AnchorStateRegistry of game type ${type}`] : []),
    ...(PERMISSIONED_GAME_TYPES.includes(type) && proposer === undefined ? [`the proposer of game type ${type}`] : []),
  ];
}
