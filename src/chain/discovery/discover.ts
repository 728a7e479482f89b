import { OperatorError } from '../../contract/failures.ts';
import { type GivenAddresses, resolveAddresses } from './addresses.ts';
import { describeContracts } from './describe-contracts.ts';
import type { Discovery } from './discovery.ts';
import { type L1Reader, l1Reader, UnsteadyL1 } from './l1-reader.ts';
import { type PinnedBlock, pinBlock } from './pinned-block.ts';
import { pinnedReader } from './pinned-reader.ts';
import { readChain } from './read-chain.ts';
import { readGame } from './read-game.ts';
import { requireFacts } from './require-facts.ts';
import { seedFromBridge } from './seed-portal.ts';

export interface DiscoverOptions {
  /** L1 endpoint; may hold a credential. */
  readonly l1: string;
  /** Address of the SystemConfig proxy. */
  readonly systemConfig: string;
  readonly expected: {
    /** Absent: whatever the endpoint serves. */
    readonly l1ChainId?: number;
    /** Compared where the contracts say which chain they are for (from v4). */
    readonly l2ChainId?: number;
  };
  /** L1 block that the rollup configuration starts from: its hash is read along. */
  readonly l1GenesisNumber?: number;
  /** Addresses of other contracts that are known already. */
  readonly given?: GivenAddresses;
  /** Blocks below the head, where L1 has no finalized and no safe block. */
  readonly confirmations?: number;
  readonly signal?: AbortSignal;
}

/** How often everything is read when answers do not belong together. */
const ATTEMPTS = 3;

/**
 * Finds the contracts and roles of a chain from its SystemConfig: everything at one L1 block, in three round trips; anew
 * when that block is reorganised meanwhile, or when a node answers that does not have it. It takes two more for contracts
 * before v1.3 of which only the L1StandardBridge is given.
 * @throws OperatorError `ChainMismatch` when the address is not the SystemConfig proxy of this chain on this L1,
 *   `InvalidSpec` for contracts that do not tell their addresses, `L1Unavailable` when L1 cannot be read
 */
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const l1 = l1Reader(options.l1, options.signal);
  for (let attempt = 1; ; attempt++) {
    try {
      return await discoverOnce(l1, options);
    } catch (error) {
      if (!(error instanceof UnsteadyL1) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function discoverOnce(l1: L1Reader, options: DiscoverOptions): Promise<Discovery> {
  const { systemConfig, expected } = options;
  const head = await pinBlock(l1, systemConfig, expected.l1ChainId, options);
  const atBlock = pinnedReader(l1, systemConfig, head);
  const given = await withSeed(atBlock, head, options.given ?? {});
  const { optimismPortal: portal, disputeGameFactory } = resolveAddresses(
    { optimismPortal: head.portal, disputeGameFactory: head.disputeGameFactory },
    given,
  );
  const pinned = { ...head, portal, disputeGameFactory };
  const first = await readChain(atBlock, { ...options, given }, pinned);
  // The addresses came from the head. After an upgrade since the pinned block, those of the pinned block count.
  const chain = sameAddresses(first, pinned) ? first : await readChain(atBlock, { ...options, given }, first);
  const game = await readGame(atBlock, chain);
  requireFacts(l1.host, chain, game);
  const discovery = describeContracts(systemConfig, chain, game, given);
  if (
    expected.l2ChainId !== undefined &&
    discovery.l2ChainId !== undefined &&
    discovery.l2ChainId !== String(expected.l2ChainId)
  ) {
    throw new OperatorError({
      type: 'ChainMismatch',
      message: `the SystemConfig ${systemConfig} belongs to chain ${discovery.l2ChainId}, the network is chain ${expected.l2ChainId}.`,
      fix: 'Correct spec.contracts.systemConfig, or the chain that the spec names.',
    });
  }
  return discovery;
}

/** With what the L1StandardBridge leads to, where nothing else does. */
async function withSeed(l1: L1Reader, { portal, number }: PinnedBlock, given: GivenAddresses): Promise<GivenAddresses> {
  const { l1StandardBridge, optimismPortal } = resolveAddresses({ optimismPortal: portal }, given);
  if (optimismPortal !== undefined || l1StandardBridge === undefined) return given;
  return { ...given, spec: { ...(await seedFromBridge(l1, l1StandardBridge, number)), ...given.spec } };
}

function sameAddresses(a: PinnedBlock, b: PinnedBlock): boolean {
  return a.portal === b.portal && a.disputeGameFactory === b.disputeGameFactory;
}
