import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let project: string;
const bootstrap = (): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/bootstrap.mjs'], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
};
const lockfile = (packages: Record<string, unknown>): string =>
  JSON.stringify({ name: 'p', lockfileVersion: 3, requires: true, packages: { '': { name: 'p' }, ...packages } });

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'bootstrap-'));
  await mkdir(join(project, 'tools'));
  await cp(join(import.meta.dirname, '../../tools/bootstrap.mjs'), join(project, 'tools/bootstrap.mjs'));
  await writeFile(join(project, 'package.json'), '{"name":"p"}');
  await writeFile(join(project, 'package-lock.json'), lockfile({}));
});
afterEach(() => rm(project, { recursive: true, force: true }));

/** What npm leaves behind: its own list, and the Node of the package `node`. */
async function install(packages: Record<string, unknown>): Promise<void> {
  await mkdir(join(project, 'node_modules/.bin'), { recursive: true });
  await symlink(process.execPath, join(project, 'node_modules/.bin/node'));
  await writeFile(join(project, 'node_modules/.package-lock.json'), lockfile(packages));
}

describe('bootstrap', () => {
  test('does nothing when the packages are those of the lock file', async () => {
    const packages = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/mac': { version: '1.0.0', optional: true },
    };
    await writeFile(join(project, 'package-lock.json'), lockfile(packages));
    await install({ 'node_modules/a': { version: '1.0.0' } });
    expect(bootstrap()).toEqual({ status: 0, output: '' });
  });

  test('installs when a package has another version', async () => {
    await install({});
    await writeFile(join(project, 'package-lock.json'), lockfile({ 'node_modules/a': { version: '2.0.0' } }));
    expect(bootstrap().output).toContain('Installing packages (a is not 2.0.0) …');
  });

  test('installs on the first run, and says what to do when the Node it needs did not come with it', () => {
    const { status, output } = bootstrap();
    expect(output).toContain('Installing packages (first run) …');
    expect(output).toContain(
      'the npm package "node", which brings the Node this project runs on, could not install it.',
    );
    expect(output).toContain('npm config set ignore-scripts false');
    expect(status).toBe(1);
  });
});
