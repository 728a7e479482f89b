/** `opstack replay --from`, which needs no server. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HISTORIES } from '../replay/recorded-histories.ts';
import { opstack } from './run-opstack.ts';

const INSTALL = join(HISTORIES, '0.1.0/install.json');
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opstack-replay-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function fileWith(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

describe('opstack replay of files', () => {
  it('counts those below a folder by type', async () => {
    const { code, out, err } = await opstack(['replay', '--from', HISTORIES]);
    expect(err).toBe('');
    expect(out).toMatch(/^TYPE +REPLAYED +FAILED\noptimismNetwork +\d+ +0\nrollout +\d+ +0\n(\w+ +\d+ +0\n)*$/);
    expect(code).toBe(0);
  }, 60_000);

  it('refuses a file without a history, and names it', async () => {
    const { code, err } = await opstack(['replay', '--from', INSTALL, await fileWith('list.json', '[]')]);
    expect(err).toContain(`There is no history in ${join(dir, 'list.json')}`);
    expect(code).toBe(2);
  });

  it('refuses a folder without histories', async () => {
    const { code, err } = await opstack(['replay', '--from', join(HISTORIES, '..', '..', 'cli')]);
    expect(err).toContain('no .json file is below it');
    expect(code).toBe(2);
  });

  it.each([
    ['is not there', undefined],
    ['is something else', 'module.exports = 1;'],
    ['is no script', '<html>'],
  ])('refuses a bundle that %s', async (_, text) => {
    const path = text === undefined ? join(dir, 'none.js') : await fileWith('bundle.js', text);
    const { code, err } = await opstack(['replay', '--from', INSTALL, '--bundle', path]);
    expect(err).toContain(`There is no bundle of workflows in ${path}`);
    expect(code).toBe(2);
  });

  it('wants one source', async () => {
    const none = await opstack(['replay']);
    expect(none.err).toContain('Which histories?');
    expect(none.code).toBe(2);
    for (const two of [
      ['--running', '--from', INSTALL],
      ['--recent', '7d', '--running'],
      ['--from', INSTALL, '--cluster', 'prod'],
    ])
      expect((await opstack(['replay', ...two])).code).toBe(2);
  });

  it.each([
    ['--recent', 'a week'],
    ['--recent', '7'],
    ['--cluster', "prod' OR ''='"],
  ])('refuses %s %s', async (option, value) => {
    const { code, err } = await opstack(['replay', '--running', option, value]);
    expect(err).toContain('It must be');
    expect(code).toBe(2);
  });
});
