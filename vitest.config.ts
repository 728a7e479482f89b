import { globSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const files = globSync('test/**/*.test.ts', { cwd: import.meta.dirname });
const read = (file: string) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
/**
 * A test file that asks for the address of a server (`inject`, also by way of `useDevnet`) gets the servers of
 * test/global-setup.ts; a run without such a file starts none.
 */
const withServers = files.filter((file) => /\b(inject|useDevnet)\b/.test(read(file)));
/** Files with a chain take minutes. */
const withChain = files.filter((file) => /\b(useDevnet|startOwnDevnet)\b/.test(read(file)) || file.includes('/demo/'));

/** The long ones come first: one that begins last would have the machine for itself. */
class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => withChain.some((file) => moduleId.endsWith(file));
    const sorted = await super.sort(specifications);
    return [...sorted.filter(isLong), ...sorted.filter((specification) => !isLong(specification))];
  }
}

/**
 * On a machine that CI shares with others a wait of a test may run out. One more try, which the report shows as
 * `(retry x1)`: whatever is shown there is to be looked into.
 */
const retry = process.env['CI'] ? 1 : 0;

// Half of what it takes to start an operator, or a worker of vitest, is to compile the packages.
process.env['NODE_COMPILE_CACHE'] ??= `${import.meta.dirname}/node_modules/.cache/node`;

export default defineConfig({
  test: {
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Tests wait for servers most of the time, so more than there are cores.
    maxWorkers: Math.max(4, cpus().length),
    projects: [
      {
        test: {
          name: 'unit',
          retry,
          // Nothing there changes what others import, and to load it anew for each file costs a third of the time.
          isolate: false,
          include: files.filter((file) => !withServers.includes(file)),
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          retry,
          include: withServers,
          globalSetup: 'test/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
