/**
 * What is missing until L1 is what the owners of the contracts are about to upgrade it to, and who can do it; only what
 * is sure: an upgrade is prepared by them, and has more to it than can be told from here. Pure.
 */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ContractsUpgrade } from '../contract/plan.ts';

/** What L1 says of the contracts. */
export interface ContractsSight {
  /** Absent: not known. */
  readonly generation?: string | undefined;
  readonly addresses: Readonly<Record<string, string | undefined>>;
  /** Type of game that the portal respects; absent on a chain of outputs. */
  readonly gameType?: number | undefined;
  readonly registeredGameTypes: readonly number[];
  /** Games that have been looked at, with their prestates. */
  readonly games: readonly { readonly type: number; readonly absolutePrestate?: string | undefined }[];
  readonly roles: {
    readonly guardian?: string | undefined;
    readonly proxyAdminOwner?: string | undefined;
    readonly disputeGameFactoryOwner?: string | undefined;
  };
}

export interface MissingOnChain {
  /** Unique among what is missing. */
  readonly id: string;
  /** Name of the contract, and its address where that is known. */
  readonly contract: string;
  readonly address?: string;
  /** `respects games of type 1, expected 8`, said of the contract. */
  readonly is: string;
  /** What has to be called, and by whom. */
  readonly call: string;
  /** Who that is, where L1 tells it. */
  readonly signer?: string;
}

/** @returns nothing when L1 is in the expected state */
export function missingOnChain(upgrade: ContractsUpgrade, sight: ContractsSight): MissingOnChain[] {
  return [...generation(upgrade, sight), ...implementation(upgrade, sight), ...respected(upgrade, sight)];
}

function generation({ generation: expected }: ContractsUpgrade, sight: ContractsSight): MissingOnChain[] {
  if (expected === undefined || sight.generation === expected) return [];
  return [
    {
      id: 'generation',
      ...contract('SystemConfig', sight.addresses['systemConfig']),
      is: `is of generation ${sight.generation ?? 'unknown'}, expected ${expected}`,
      call: `${managerUpgrade(sight) ?? 'an upgrade of the contracts'}, by the owner of the ProxyAdmin`,
      ...signer(['owner of the ProxyAdmin', sight.roles.proxyAdminOwner]),
    },
  ];
}

function implementation({ gameType, absolutePrestate }: ContractsUpgrade, sight: ContractsSight): MissingOnChain[] {
  const game = sight.games.find(({ type }) => type === gameType);
  const isThere = game !== undefined || sight.registeredGameTypes.includes(gameType);
  const prestate = game?.absolutePrestate?.toLowerCase();
  const isRight = absolutePrestate === undefined || prestate === absolutePrestate.toLowerCase();
  if (isThere && isRight) return [];
  const what = `prestate ${prestate ?? 'unknown'} for games of type ${gameType}, expected ${absolutePrestate}`;
  const manager = managerUpgrade(sight);
  return [
    {
      id: isThere ? 'absolutePrestate' : 'implementation',
      ...contract('DisputeGameFactory', sight.addresses['disputeGameFactory']),
      is: isThere ? `has ${what}` : `has no implementation for games of type ${gameType}, expected one`,
      call: `${manager ? `${manager} by the owner of the ProxyAdmin, or ` : ''}setImplementation of type ${gameType} by the owner of the factory`,
      ...signer(
        ['owner of the ProxyAdmin', manager && sight.roles.proxyAdminOwner],
        ['owner of the factory', sight.roles.disputeGameFactoryOwner],
      ),
    },
  ];
}

function respected({ gameType }: ContractsUpgrade, sight: ContractsSight): MissingOnChain[] {
  if (sight.gameType === gameType) return [];
  // From v4 on the portal only passes on what the AnchorStateRegistry respects (l1-contracts.md 2.10).
  const isInPortal = /^v[123](\.|$)/.test(sight.generation ?? '');
  return [
    {
      id: 'respectedGameType',
      ...(isInPortal
        ? contract('OptimismPortal', sight.addresses['optimismPortal'])
        : contract('AnchorStateRegistry', sight.addresses['anchorStateRegistry'])),
      is: `respects games of type ${sight.gameType ?? 'unknown'}, expected ${gameType}`,
      call: `setRespectedGameType(${gameType}) by the guardian, unless the upgrade itself sets it`,
      ...signer(['guardian', sight.roles.guardian]),
    },
  ];
}

/** There is one from v1.8 on. */
function managerUpgrade({ generation: now = 'unknown' }: ContractsSight): string | undefined {
  return /^v1\.[0-7]$/.test(now) ? undefined : 'OPContractsManager.upgrade';
}

function contract(name: string, address: string | undefined): Pick<MissingOnChain, 'contract' | 'address'> {
  return address === undefined ? { contract: name } : { contract: `${name} ${address}`, address };
}

function signer(...all: readonly (readonly [who: string, address: string | undefined])[]) {
  const known = all.flatMap(([who, address]) => (address ? [`${who} ${address}`] : []));
  return known.length === 0 ? {} : { signer: known.join(', ') };
}

/** As a step waits with it. */
export function missingWords(missing: readonly MissingOnChain[]): { message: string; fix: string } {
  return {
    message: missing.map((item) => `${item.contract} ${item.is}`).join('; '),
    fix: `the owners of the contracts go on: ${[...new Set(missing.map(({ call }) => call))].join('; ')}. Until then abort or rollback starts the proposer as it was`,
  };
}

type PendingOnChain = NonNullable<OptimismNetworkStatus['pendingOnChain']>;

/** As `status.pendingOnChain` shows it. */
export function pendingOnChain(missing: readonly MissingOnChain[]): PendingOnChain {
  return missing.flatMap(({ id, address, call, signer: who }) =>
    address === undefined
      ? []
      : [{ id, contract: address, function: call, ...(who === undefined ? {} : { signer: who }) }],
  );
}
