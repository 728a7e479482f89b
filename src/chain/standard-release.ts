import { type ContractsRelease, type StandardContract, standardReleases } from '../catalogue/standard-versions.ts';
import type { Discovery } from './discovery/discovery.ts';

/** What is known of the contracts of a chain, as far as it was read. */
export interface ContractFacts {
  readonly l1ChainId: number;
  /** Answers of `version()`. */
  readonly versions: Partial<Record<StandardContract, string>>;
  /** Implementations behind the proxies, and contracts without a proxy. */
  readonly implementations?: Partial<Record<StandardContract, string>>;
}

export interface ContractDifference {
  readonly contract: StandardContract;
  readonly what: 'version' | 'implementation';
  readonly found: string;
  readonly standard: string;
}

export interface StandardRelease {
  /** The release that the contracts are nearest to, `op-contracts/v3.0.0`. */
  readonly release: string;
  /** Releases that can not be told from it by what is known: candidates, or such that changed other contracts. */
  readonly alike: readonly string[];
  /** Empty: all that is known is as in the release. */
  readonly differences: readonly ContractDifference[];
}

/**
 * Which release of op-contracts a chain has, by the lists of the superchain registry. A contract that a release does not
 * list says nothing about it.
 * @returns undefined: no contract is as in any release
 */
export function standardRelease(facts: ContractFacts): StandardRelease | undefined {
  const compared = standardReleases(facts.l1ChainId)
    .map((release) => compare(release, facts))
    .filter(({ agreeing }) => agreeing > 0)
    .sort((a, b) => nearness(b) - nearness(a) || unfinished(a.name) - unfinished(b.name));
  const [nearest, ...others] = compared;
  if (nearest === undefined) return undefined;
  const same = ({ agreeing, differences }: Compared) => JSON.stringify([agreeing, differences]);
  return {
    release: nearest.name,
    alike: others.filter((other) => same(other) === same(nearest)).map(({ name }) => name),
    differences: nearest.differences,
  };
}

/** By the names that a discovery has. */
const NAMES: Readonly<Record<string, StandardContract>> = {
  systemConfig: 'system_config',
  optimismPortal: 'optimism_portal',
  l2OutputOracle: 'l2_output_oracle',
  disputeGameFactory: 'dispute_game_factory',
  anchorStateRegistry: 'anchor_state_registry',
  ethLockbox: 'eth_lockbox',
  l1CrossDomainMessenger: 'l1_cross_domain_messenger',
  l1StandardBridge: 'l1_standard_bridge',
  l1ERC721Bridge: 'l1_erc721_bridge',
  optimismMintableERC20Factory: 'optimism_mintable_erc20_factory',
  superchainConfig: 'superchain_config',
};

/** What a discovery knows of contracts that have a standard version. */
export function contractFactsOf({ l1ChainId, versions, implementations, games }: Discovery): ContractFacts {
  const byStandardName = (values: Readonly<Record<string, string | undefined>>) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => {
        const contract = NAMES[name];
        return contract && value !== undefined ? [[contract, value]] : [];
      }),
    );
  const versionOfGame = (type: number) => games.find((game) => game.type === type)?.version;
  const [fault, permissioned] = [versionOfGame(0), versionOfGame(1)];
  return {
    l1ChainId,
    versions: {
      ...byStandardName(versions),
      ...(fault ? { fault_dispute_game: fault } : {}),
      ...(permissioned ? { permissioned_dispute_game: permissioned } : {}),
    },
    implementations: byStandardName({ ...implementations }),
  };
}

interface Compared {
  readonly name: string;
  /** Contracts of which nothing differs. */
  readonly agreeing: number;
  readonly differences: readonly ContractDifference[];
}

function compare({ name, contracts }: ContractsRelease, { versions, implementations = {} }: ContractFacts): Compared {
  const listed = (Object.keys(contracts) as StandardContract[]).filter(
    (contract) => versions[contract] !== undefined || implementations[contract] !== undefined,
  );
  const differing = listed.map((contract) => {
    const standard = contracts[contract];
    const address = standard?.implementation_address ?? standard?.address;
    return [
      ...difference(contract, 'version', versions[contract], standard?.version),
      ...difference(contract, 'implementation', implementations[contract]?.toLowerCase(), address?.toLowerCase()),
    ];
  });
  return {
    name,
    agreeing: differing.filter((differences) => differences.length === 0).length,
    differences: differing.flat(),
  };
}

function difference(
  contract: StandardContract,
  what: ContractDifference['what'],
  found: string | undefined,
  standard: string | undefined,
): ContractDifference[] {
  return found === undefined || standard === undefined || found === standard
    ? []
    : [{ contract, what, found, standard }];
}

function nearness({ agreeing, differences }: Compared): number {
  return agreeing - new Set(differences.map(({ contract }) => contract)).size;
}

/** 0 for a finished release, 1 for a candidate (`op-contracts/v7.0.0-rc.4`), 2 for what was never to become one. */
function unfinished(name: string): number {
  const [, suffix] = name.split(/\/[^-]*-/);
  return suffix === undefined ? 0 : suffix.startsWith('rc.') ? 1 : 2;
}
