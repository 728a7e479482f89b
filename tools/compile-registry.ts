/**
 * Compiles a copy of the superchain registry into the data that the operator has built in, or into a file that is given
 * to it beside that (OPSTACK_REGISTRY_FILE).
 *
 *   node tools/compile-registry.ts <folder> [file]
 *
 * <folder> is a clone of https://github.com/ethereum-optimism/superchain-registry. Without a file it writes
 * registry.json, standard-versions.json and genesis/ of src/catalogue. A file has no genesis of its chains.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'smol-toml';
import { type RegistryFile, registryFile } from '../src/catalogue/registry-chain.ts';
import { type StandardVersionsFile, standardVersionsFile } from '../src/catalogue/standard-versions.ts';

const SOURCE = 'https://github.com/ethereum-optimism/superchain-registry';
const CATALOGUE = join(import.meta.dirname, '../src/catalogue');

type Table = Readonly<Record<string, unknown>>;

/** In addresses.json, but no contract of the chain's own, or another one after each upgrade of the contracts. */
const LEFT_OUT =
  /^(BatchSubmitter|Challenger|Guardian|Proposer|ProxyAdminOwner|SystemConfigOwner|UnsafeBlockSigner|MIPS|PreimageOracle|(Fault|Permissioned)DisputeGame)$/;

/** @param folder a copy of the registry */
export function compileRegistry(folder: string): RegistryFile {
  const configs = join(folder, 'superchain/configs');
  const addresses = JSON.parse(readFileSync(join(folder, 'superchain/extra/addresses/addresses.json'), 'utf8'));
  const chains = directories(configs).flatMap((superchain) => {
    const group = toml(join(configs, superchain, 'superchain.toml'));
    return readdirSync(join(configs, superchain))
      .filter((name) => name.endsWith('.toml') && name !== 'superchain.toml')
      .map((name) => {
        const chain = toml(join(configs, superchain, name));
        return [`${superchain}/${basename(name, '.toml')}`, entry(chain, group, addresses)] as const;
      });
  });
  return registryFile.parse({ ...origin(folder), chains: Object.fromEntries(chains.sort(byName)) });
}

/** @param folder a copy of the registry */
export function compileStandardVersions(folder: string): StandardVersionsFile {
  const of = (superchain: string) => toml(join(folder, `validation/standard/standard-versions-${superchain}.toml`));
  return standardVersionsFile.parse({
    ...origin(folder),
    superchains: { mainnet: of('mainnet'), sepolia: of('sepolia') },
  });
}

function origin(folder: string): Table {
  return { source: SOURCE, license: readFileSync(join(folder, 'LICENSE'), 'utf8') };
}

function entry(chain: Table, superchain: Table, addresses: Readonly<Record<string, Table>>): Table {
  const { chain_id, sequencer_rpc } = chain;
  const contracts = { ...addresses[String(chain_id)], ...table(chain, 'addresses') };
  return {
    ...chain,
    l1_chain_id: table(superchain, 'l1')['chain_id'],
    ...(sequencer_rpc === '' ? { sequencer_rpc: undefined } : {}),
    hardforks: inheritForks(chain, table(superchain, 'hardforks')),
    addresses: Object.fromEntries(
      Object.entries(contracts)
        .filter(([name]) => !LEFT_OUT.test(name))
        .sort(byName),
    ),
  };
}

/**
 * The forks of a chain with those that it takes over from its superchain, by the rule of the registry's own tools: from
 * `superchain_time` on, where it has no time of its own; what came before its genesis is active from the beginning.
 */
export function inheritForks(chain: Table, superchain: Table): Table {
  const own = table(chain, 'hardforks');
  const from = chain['superchain_time'];
  if (typeof from !== 'number') return own;
  const genesis = Number(table(chain, 'genesis')['l2_time']);
  const inherited = Object.entries(superchain).flatMap(([fork, time]) =>
    typeof time !== 'number' || time < from || own[fork] !== undefined ? [] : [[fork, time > genesis ? time : 0]],
  );
  return { ...own, ...Object.fromEntries(inherited) };
}

function table(parent: Table, name: string): Table {
  const value = parent[name];
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}

function toml(path: string): Table {
  return parse(readFileSync(path, 'utf8'));
}

function directories(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((item) => item.isDirectory())
    .map(({ name }) => name);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The genesis files of the chains as they are, and what is needed to read them. */
function copyGenesis(folder: string, chains: readonly string[]): void {
  const target = join(CATALOGUE, 'genesis');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  cpSync(join(folder, 'LICENSE'), join(target, 'LICENSE'));
  cpSync(join(folder, 'superchain/extra/dictionary'), join(target, 'dictionary'));
  for (const name of chains) {
    cpSync(join(folder, `superchain/extra/genesis/${name}.json.zst`), join(target, `${name}.json.zst`));
  }
}

function write(file: string, compiled: object): void {
  writeFileSync(file, `${JSON.stringify(compiled, null, 2)}\n`);
}

function main([folder, file]: readonly string[]): void {
  if (folder === undefined) throw new Error('usage: node tools/compile-registry.ts <folder> [file]');
  const compiled = compileRegistry(folder);
  const names = Object.keys(compiled.chains);
  write(file ?? join(CATALOGUE, 'registry.json'), compiled);
  if (file === undefined) {
    write(join(CATALOGUE, 'standard-versions.json'), compileStandardVersions(folder));
    copyGenesis(folder, names);
  }
  console.log(`Wrote ${names.length} chains to ${file ?? CATALOGUE}.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
