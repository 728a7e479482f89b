/** The demo as people start it: a process that plays a scenario to the end, says what it measured, and leaves nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createKubeClient, type KubeClient } from '../../../src/kube/index.ts';
import { ALL } from '../../crash/fault-points.ts';
import { waitUntil } from '../servers/wait-until.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const FIGURES = ['installSeconds', 'changeSeconds', 'teardownSeconds', 'historyEvents'];
const PATIENCE_MS = 600_000;

describe('the demo', () => {
  /** Where the demo makes its folder, and nobody else any. */
  let home = '';
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'opstack-demo-test-'));
  });
  afterEach(async () => {
    if (running?.exitCode === null) {
      running.kill('SIGKILL');
      await once(running, 'close');
    }
    await rm(home, { recursive: true, force: true });
  });

  async function demo(args: readonly string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, TMPDIR: home, ...env } });
    running = child;
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await once(child, 'close');
    return { code: child.exitCode, stdout, stderr };
  }

  /** Plays to the end and @returns the figures of the last line. */
  async function play(args: readonly string[], env?: Record<string, string>): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await demo(['--exit', ...args], env);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  }

  function expectFigures(figures: Record<string, unknown>): void {
    expect(Object.keys(figures)).toEqual(expect.arrayContaining(FIGURES));
    for (const name of FIGURES) expect(figures[name], name).toBeGreaterThan(0);
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await readdir(home)).toEqual([]);
    await waitUntil('every process of it has ended', () => {
      const left = processesIn(home);
      if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
      return true;
    });
  }

  it('shows each scenario with a sentence', async () => {
    const { code, stdout } = await demo(['--list']);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toContain('install');
    for (const line of lines) expect(line).toMatch(/^\S+ {2,}[A-Z].{20,}\.$/);
  });

  it('refuses a scenario that does not exist and names those that do', async () => {
    const { code, stderr } = await demo(['nope']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/nope.*install/s);
    await expectNothingLeft();
  });

  it(
    'plays its scenario unattended on servers of its own, and removes everything',
    async () => {
      expectFigures(await play([]));
      await expectNothingLeft();
    },
    PATIENCE_MS,
  );

  // What they show is shown by upgrade.test.ts, rollback.test.ts, sequencers.test.ts and fork.test.ts as well.
  it.runIf(ALL).each([
    ['upgrade', ['upgradeSeconds', 'historyEvents']],
    ['rollback', ['haltSeconds', 'rollbackSeconds']],
    ['hand-over', ['handOverSeconds']],
    ['fork', ['aheadSeconds']],
  ] as const)(
    'plays %s: never two sequencers, no block that is lost, and none that is late',
    async (scenario, positive) => {
      const figures = await play([scenario]);
      expect(figures).toMatchObject({ reorgedBlocks: 0, doubleActive: 0 });
      if (scenario !== 'fork') expect(figures['handOverGapBlocks']).toBeLessThanOrEqual(2);
      if (scenario === 'upgrade') expect(figures['approvedVia']).toBe('Kubernetes');
      for (const name of positive) expect(figures[name], name).toBeGreaterThan(0);
      await expectNothingLeft();
    },
    PATIENCE_MS,
  );

  it.runIf(ALL)(
    'plays the replica of a public chain, and removes that as well',
    async () => {
      const figures = await play(['replica']);
      for (const name of ['installSeconds', 'teardownSeconds']) expect(figures[name], name).toBeGreaterThan(0);
      await expectNothingLeft();
    },
    PATIENCE_MS,
  );

  // The servers are those of the one before, and what it adds to foreign.test.ts is the order of the documents.
  it.runIf(ALL)(
    'takes over a chain that runs by hand',
    async () => {
      const { gapSeconds } = await play(['adopt']);
      expect(gapSeconds).toBeLessThan(60);
      await expectNothingLeft();
    },
    PATIENCE_MS,
  );

  // As long as the one before, and differs in the beginning and the end only: in `npm run chaos`.
  it.runIf(ALL)(
    'plays it on a cluster and a Temporal that exist, and leaves nothing in them',
    async () => {
      const kube = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
      try {
        const before = await clusterScoped(kube);
        const args = ['--context', 'devnet', '--temporal', inject('temporalAddress')];
        expectFigures(await play(args, { KUBECONFIG: inject('kubeconfigPath') }));
        await expectNothingLeft();
        await waitUntil(
          'nothing of it is left in the cluster',
          async () => {
            const left = (await clusterScoped(kube)).filter((name) => /demo/.test(name) && !before.includes(name));
            if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
            return true;
          },
          60_000,
        );
      } finally {
        await kube.close();
      }
    },
    PATIENCE_MS,
  );
});

/** What may be left where no namespace takes it away. */
async function clusterScoped(kube: KubeClient): Promise<string[]> {
  const kinds = ['Namespace', 'Node', 'PersistentVolume'];
  const lists = await Promise.all(
    kinds.map(async (kind) =>
      (await kube.list({ apiVersion: 'v1', kind })).items.map(({ metadata }) => `${kind}/${metadata.name}`),
    ),
  );
  return lists.flat();
}

/** Processes that work in a folder: every server, operator and program of the demo does. */
function processesIn(folder: string): string[] {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      } catch {
        return false;
      }
    });
}
