/** Whether L1 is what the owners of its contracts are about to upgrade it to. Pure. */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import type { ContractsUpgrade } from '../../contract/plan.ts';
import { type ContractsSight, missingOnChain } from '../../plan/on-chain.ts';
import { proposedGameTypes } from './contract-facts.ts';
import type { Verified } from './rolled-out.ts';
import type { Wish } from './wish.ts';

export interface UpgradeSight {
  readonly discovery: Discovery | undefined;
  readonly status: OptimismNetworkStatus;
  readonly verified: readonly Verified[];
}

/**
 * @returns the upgrade that the wish names, when L1 has not reached it, and what is proposed has to become another game by
 *   it; else nobody has to be stopped for it
 */
export function pendingUpgrade(
  { network }: Pick<Wish, 'network'>,
  { discovery, status, verified }: UpgradeSight,
): ContractsUpgrade | undefined {
  const upgrade = network?.spec.contracts.upgrade;
  if (!upgrade || proposedGameTypes(verified).includes(upgrade.gameType)) return undefined;
  return missingOnChain(upgrade, discovery ?? sightOf(status)).length > 0 ? upgrade : undefined;
}

/** While L1 does not answer: what it said last, as far as that was kept. */
function sightOf({ contracts = {} }: OptimismNetworkStatus): ContractsSight {
  const { gameType, absolutePrestate, generation, implementations } = contracts;
  const isThere = gameType !== undefined && implementations?.game !== undefined;
  return {
    gameType,
    generation,
    addresses: {},
    roles: {},
    registeredGameTypes: [],
    games: isThere ? [{ type: gameType, absolutePrestate }] : [],
  };
}
