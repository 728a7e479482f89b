import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../ledger/ledger.ts';
import { createPrograms } from './index.ts';
import { runContainer, type TestCluster, type TestPodSpec } from './testing/test-pod.ts';

const content = JSON.stringify({ config: { chainId: 901 } });
const packed = gzipSync(content);
let cluster: TestCluster;
let server: Server;
let runs = 0;

beforeAll(async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'opstack-init-'));
  server = createServer((request, response) => response.end(request.url === '/genesis.json' ? content : packed));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cluster = {
    programs: createPrograms(createLedger()),
    directory,
    names: new Map([['files.test', '127.0.0.1']]),
    containers: [],
  };
});
afterAll(() => {
  server.close();
  rmSync(cluster.directory, { recursive: true });
});

async function shell(script: string, spec: Partial<TestPodSpec> = {}) {
  runs += 1;
  const container = runContainer(cluster, {
    name: `init-${runs}`,
    image: 'busybox:1',
    argv: ['sh', '-c', script],
    volumes: ['/genesis'],
    ...spec,
  });
  const code = await container.exit;
  const written = () => readFileSync(path.join(cluster.directory, `init-${runs}`, 'genesis/genesis.json'), 'utf8');
  return { code, logs: container.logs, written };
}

/** The script of an operator that loads a genesis file by URL. */
const FETCH = [
  'set -e',
  'cd /genesis',
  'wget -q -O download "$GENESIS_URL"',
  'echo "$GENESIS_SHA256  download" | sha256sum -c',
  'if gunzip -t download 2>/dev/null; then gunzip -c download > genesis.json; rm download; else mv download genesis.json; fi',
].join('\n');

const fetchEnv = (file: string, body: string | Buffer) => ({
  GENESIS_URL: `http://files.test:${(server.address() as AddressInfo).port}/${file}`,
  GENESIS_SHA256: createHash('sha256').update(body).digest('hex'),
});

describe('the shell of an init container', () => {
  test('unpacks a mounted file', async () => {
    const { code, written } = await shell('gunzip -c /packed/genesis.json.gz > /genesis/genesis.json', {
      files: { '/packed/genesis.json.gz': packed },
    });
    expect([code, written()]).toEqual([0, content]);
  });

  test('joins pieces', async () => {
    const files = { '/packed/0': packed.subarray(0, 10), '/packed/1': packed.subarray(10) };
    const { code, written } = await shell('cat /packed/0 /packed/1 | gunzip -c > /genesis/genesis.json', { files });
    expect([code, written()]).toEqual([0, content]);
  });

  test('fails when the file is missing', async () => {
    const { code, logs } = await shell('gunzip -c /packed/genesis.json.gz > /genesis/genesis.json');
    expect([code, logs]).toEqual([1, ['gunzip: /packed/genesis.json.gz: No such file or directory']]);
  });

  test('fails when the target is not writable', async () => {
    const { code, logs } = await shell('gunzip -c /packed/g.gz > /genesis/genesis.json', {
      files: { '/packed/g.gz': packed },
      volumes: [],
    });
    expect([code, logs]).toEqual([1, ["sh: can't create /genesis/genesis.json: Read-only file system"]]);
  });

  test('fails when the file is not packed', async () => {
    const { code, logs } = await shell('gunzip -c /packed/g.gz > /genesis/genesis.json', {
      files: { '/packed/g.gz': content },
    });
    expect([code, logs]).toEqual([1, ['gunzip: invalid magic']]);
  });

  test('does not know other commands', async () => {
    const { code, logs } = await shell('curl http://example.org');
    expect([code, logs]).toEqual([127, ['sh: curl: not found']]);
  });

  test.each([
    ['a packed file', 'genesis.json.gz', packed],
    ['a plain file', 'genesis.json', content],
  ])('loads %s by URL', async (_what, file, body) => {
    const { code, logs, written } = await shell(FETCH, { env: fetchEnv(file, body) });
    expect([code, logs, written()]).toEqual([0, ['download: OK'], content]);
  });

  test('refuses a download with another hash', async () => {
    const { code, logs } = await shell(FETCH, { env: fetchEnv('genesis.json', 'something else') });
    expect([code, logs[0]]).toEqual([1, 'download: FAILED']);
  });
});
