/**
 * The superchain registry (https://github.com/ethereum-optimism/superchain-registry): chains that the programs know by
 * name. Built in as data, with its license; a file may add chains, or say something newer about those that are there.
 */
import { readFileSync } from 'node:fs';
import { isNear } from '../api/near-name.ts';
import builtIn from './registry.json' with { type: 'json' };
import { type RegistryChain, registryFile } from './registry-chain.ts';

export interface NamedChain {
  /** `<superchain>/<chain>` */
  readonly name: string;
  readonly chain: RegistryChain;
}

export interface Registry {
  /** @param name `<superchain>/<chain>` */
  find(name: string): RegistryChain | undefined;
  /**
   * The chains that somebody may mean who wrote a name or a chain id: more than one where a file has given the id of a
   * chain to another name as well.
   * @param written `<superchain>/<chain>`, or a chain id in decimal
   */
  lookUp(written: string): readonly NamedChain[];
  /** All chains, by name. */
  chains(): readonly NamedChain[];
  /** Names that may be meant by one that is not there: the same chain elsewhere, parts swapped, a slip of the pen. */
  similar(name: string): string[];
  /** Names of its groups of chains: `mainnet`, `sepolia`. */
  superchains(): string[];
}

export function createRegistry(chains: Readonly<Record<string, RegistryChain>>): Registry {
  const byName = new Map(Object.entries(chains));
  const named = [...byName]
    .map(([name, chain]): NamedChain => ({ name, chain }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    find: (name) => byName.get(name),
    lookUp: (written) => named.filter(({ name, chain }) => name === written || String(chain.chain_id) === written),
    chains: () => named,
    similar: (name) => [...byName.keys()].filter((known) => resembles(known, name)).sort(),
    superchains: () => [...new Set([...byName.keys()].map((name) => name.split('/')[0] ?? ''))].sort(),
  };
}

function resembles(known: string, name: string): boolean {
  const parts = name.toLowerCase().split(/[/-]/);
  const [superchain = '', chain = ''] = known.split('/');
  return (
    isNear(known, name) ||
    (isNear(superchain, parts[0] ?? '') && isNear(chain, parts[1] ?? '')) ||
    parts.includes(chain)
  );
}

/**
 * The registry that is built in, and what a file says beside it.
 * @param path file that `tools/compile-registry.ts` has made
 * @throws Error that names the file and what is wrong with it
 */
export function loadRegistry(path?: string): Registry {
  const { chains } = registryFile.parse(builtIn);
  return createRegistry(path === undefined ? chains : { ...chains, ...chainsIn(path) });
}

function chainsIn(path: string): Record<string, RegistryChain> {
  const fail = (why: string, cause?: unknown) => new Error(`registry file ${path}: ${why}`, { cause });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = registryFile.safeParse(content);
  if (parsed.success) return parsed.data.chains;
  const [issue] = parsed.error.issues;
  throw fail(`${issue?.path.join('.') || 'file'}: ${issue?.message}`);
}
