import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { download } from '../../tools/toolchain/download.ts';

const CONTENT = 'a program';
let server: Server;
let url: string;
let dir: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/program') response.end(CONTENT);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'download-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const right = createHash('sha256').update(CONTENT).digest('hex');

describe('a download', () => {
  test('becomes an executable file when its digest is the pinned one', async () => {
    const target = join(dir, 'program');
    await download({ url: `${url}/program`, sha256: right }, target);
    expect(await readFile(target, 'utf8')).toBe(CONTENT);
    expect((await stat(target)).mode & 0o111).toBe(0o111);
  });

  test('with another digest is not used and leaves nothing behind', async () => {
    const wrong = '0'.repeat(64);
    const failed = download({ url: `${url}/program`, sha256: wrong }, join(dir, 'program'));
    await expect(failed).rejects.toThrow(`has sha256 ${right}, pinned is ${wrong}: not used`);
    expect(await readdir(dir)).toEqual([]);
  });

  test('that is not there says the HTTP status', async () => {
    const failed = download({ url: `${url}/other`, sha256: right }, join(dir, 'program'));
    await expect(failed).rejects.toThrow('/other answered HTTP 404');
  });

  test('from a host that cannot be reached says which host and why', async () => {
    const failed = download({ url: 'http://127.0.0.1:1/x', sha256: right }, join(dir, 'program'));
    await expect(failed).rejects.toThrow('127.0.0.1:1 is not reachable (');
  });
});
