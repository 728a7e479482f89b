import { globSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * A test file that asks for the address of a server (`inject`, also by way of `useDevnet`) gets the servers of test/global-setup.ts; a run without
 * such a file starts none.
 */
const files = globSync('test/**/*.test.ts', { cwd: import.meta.dirname });
const withServers = files.filter((file) =>
  /\b(inject|useDevnet)\b/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')),
);

/**
 * On a machine that CI shares with others a wait of a test may run out. One more try, which the report shows as
 * `(retry x1)`: whatever is shown there is to be looked into.
 */
const retry = process.env['CI'] ? 1 : 0;

export default defineConfig({
  test: {
    pool: 'forks',
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
