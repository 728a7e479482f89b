import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startProcess } from './managed-process.ts';
import { waitUntil } from './wait-until.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'managed-process-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A process that ended but whose parent has not asked for its exit code (state Z) is not alive. */
const isAlive = (pid: number): boolean => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
};

describe('a managed process', () => {
  test('comes back with a new process id after kill -9', async () => {
    const server = await startProcess({
      name: 'sleeper',
      command: '/bin/sh',
      args: ['-c', 'echo up; exec sleep 600'],
      dir,
      ready: async (log) => log().includes('up'),
    });
    const first = server.pid;
    await server.kill();
    expect(server.running).toBe(false);
    expect(isAlive(first)).toBe(false);
    await server.restart();
    expect(server.running).toBe(true);
    expect(server.pid).not.toBe(first);
    await server.kill('SIGTERM');
    expect(server.running).toBe(false);
  });

  test('that ends at once is reported with its last lines', async () => {
    const start = startProcess({
      name: 'broken',
      command: '/bin/sh',
      args: ['-c', 'echo "bad flag: --colour" >&2; exit 3'],
      dir,
      ready: async () => false,
    });
    await expect(start).rejects.toThrow(/broken ended with code 3\. Its last lines .*\nbad flag: --colour/);
  });

  test('that is never ready is killed and reported', async () => {
    const start = startProcess({
      name: 'mute',
      command: '/bin/sh',
      args: ['-c', 'echo $$; exec sleep 600'],
      dir,
      ready: async () => false,
      readyTimeoutMs: 300,
    });
    await expect(start).rejects.toThrow('mute was not ready after 0.3 s');
    expect(isAlive(Number(await readFile(join(dir, 'mute.log'), 'utf8')))).toBe(false);
  });

  test('that does not exist is reported', async () => {
    const start = startProcess({ name: 'ghost', command: '/no/such', args: [], dir, ready: async () => false });
    await expect(start).rejects.toThrow(/ghost could not be started: .*ENOENT/);
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('dies with its parent, even by %s', async (signal) => {
    const script = `
      const { startProcess } = await import(${JSON.stringify(join(import.meta.dirname, 'managed-process.ts'))});
      const server = await startProcess({ name: 'child', command: '/bin/sh',
        args: ['-c', 'sleep 600 & echo "grandchild $!"; wait'], dir: ${JSON.stringify(dir)},
        ready: async (log) => log().includes('grandchild') });
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    parent.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const child = await waitUntil('the child runs', () => (/^\d+\n/.test(printed) ? Number(printed) : undefined));
    const log = await readFile(join(dir, 'child.log'), 'utf8');
    const family = [child, Number(/grandchild (\d+)/.exec(log)?.[1])];
    expect(family.map(isAlive)).toEqual([true, true]);
    parent.kill(signal);
    await waitUntil('child and grandchild are gone', () => (family.some(isAlive) ? undefined : true), 5_000);
  });
});
