import { ZeroHash } from 'ethers';
import { hexOf } from '../clients/ethereum-values.ts';
import { ContractAnswers, questions } from './contract-answers.ts';
import type { Discovery } from './discovery.ts';
import type { Getter } from './generations/generation.ts';
import { addAnswers, l1Reader } from './l1-reader.ts';

/** The proposal that new games of the respected type start from. */
export interface AnchorState {
  readonly root: string;
  /** Number of an L2 block; of super games a time, seconds since the epoch. */
  readonly l2SequenceNumber: string;
}

/**
 * Reads the anchor at the block of a discovery. It moves with every game that is resolved, so no discovery holds it.
 * @param l1 L1 endpoint; may hold a credential
 * @returns undefined on chains without dispute games, and where there is no anchor for the type
 * @throws OperatorError `L1Unavailable`
 */
export async function readAnchorState(
  l1: string,
  { addresses, blockNumber, gameType }: Pick<Discovery, 'addresses' | 'blockNumber' | 'gameType'>,
  signal?: AbortSignal,
): Promise<AnchorState | undefined> {
  const registry = addresses['anchorStateRegistry'];
  if (gameType === undefined || registry === undefined) return undefined;
  // Until v1.8 for each type; later ones ignore it, and have the getter without it as well.
  const getters: readonly Getter[] = [
    { abi: 'getAnchorRoot() view returns (bytes32, uint256)' },
    { abi: 'anchors(uint32) view returns (bytes32, uint256)', args: [gameType] },
  ];
  const asked = questions('anchorStateRegistry', registry, getters, hexOf(blockNumber));
  const answers = new ContractAnswers();
  addAnswers(answers, asked, await l1Reader(l1, signal).batch(asked.map(({ call }) => call)), blockNumber);
  const [root, l2SequenceNumber] =
    asked.map(({ key }) => answers.values(key)).find((values) => values.length === 2) ?? [];
  if (typeof root !== 'string' || root === ZeroHash || typeof l2SequenceNumber !== 'bigint') return undefined;
  return { root, l2SequenceNumber: l2SequenceNumber.toString() };
}
