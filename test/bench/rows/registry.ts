/** The built-in registry: what it costs a process that starts, and what its genesis files cost when they are asked for. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { loadRegistry } from '../../../src/catalogue/registry.ts';
import { builtInGenesis } from '../../../src/catalogue/registry-genesis.ts';
import { verifyRegistryChain } from '../../../src/chain/registry-verify.ts';
import { atMost, type Row } from '../row.ts';
import { percentile } from '../statistics.ts';

const MODULE = new URL('../../../src/catalogue/registry.ts', import.meta.url).pathname;

/** In a process of its own: modules are loaded once. */
const PROGRAM = `
const before = process.memoryUsage().rss;
const from = performance.now();
const { loadRegistry } = await import(${JSON.stringify(MODULE)});
const chains = loadRegistry().chains().length;
console.log(JSON.stringify({ ms: performance.now() - from, bytes: process.memoryUsage().rss - before, chains }));
`;

interface Loaded {
  readonly ms: number;
  readonly bytes: number;
  readonly chains: number;
}

export const registry: Row = {
  name: 'registry',
  what: 'load the built-in registry; verify every chain of it',
  // The genesis files alone would be hundreds of megabytes.
  targets: [atMost('memory p50', 100, 'MB')],
  size: { runs: { usual: 10, of: 'processes' } },
  async measure({ runs }) {
    const loaded: Loaded[] = [];
    for (let run = 0; run < runs; run++) {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM]);
      loaded.push(JSON.parse(stdout) as Loaded);
    }
    const before = process.cpuUsage();
    const chains = loadRegistry().chains();
    for (const chain of chains) await verifyRegistryChain(chain, await builtInGenesis(chain.name));
    const { user, system } = process.cpuUsage(before);
    return {
      figures: [
        {
          name: 'load p50',
          value: percentile(
            loaded.map(({ ms }) => ms),
            50,
          ),
          unit: 'ms',
        },
        {
          name: 'memory p50',
          value:
            percentile(
              loaded.map(({ bytes }) => bytes),
              50,
            ) / 1e6,
          unit: 'MB',
        },
        { name: 'verify all', value: (user + system) / 1e6, unit: 's of a core' },
      ],
      under: `${chains.length} chains; loading in ${runs} processes, with the modules that it needs and without genesis files; verifying reads every genesis file and makes its block`,
    };
  },
};
