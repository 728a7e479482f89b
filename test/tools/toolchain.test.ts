import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { download } from '../../tools/toolchain/download.ts';
import type { goBuild } from '../../tools/toolchain/go-build.ts';
import { ensureTool } from '../../tools/toolchain.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'toolchain-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const env = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({ XDG_CACHE_HOME: cache, ...more });
const program = async (path: string, text = '#!/bin/sh\necho "etcd Version: 3.5.1"\n'): Promise<void> => {
  await writeFile(path, text);
  await chmod(path, 0o755);
};
const unreachable: typeof download = async () => {
  throw new Error('dl.example is not reachable (no answer within 5 s)');
};
const noGo: typeof goBuild = async () => {
  throw new Error('Go is not installed: install Go 1.26.8 or newer');
};
const neverBuilt: typeof goBuild = () => Promise.reject(new Error('must not be asked'));

describe('a tool is', () => {
  test('the program that the environment names, with the version it says it has', async () => {
    const path = join(cache, 'my-etcd');
    await program(path);
    const found = await ensureTool('etcd', { env: env({ TEST_ASSET_ETCD: path }) });
    expect(found).toEqual({ name: 'etcd', path, version: '3.5.1', source: 'explicit' });
  });

  test('taken from KUBEBUILDER_ASSETS if it is there, and looked for elsewhere if not', async () => {
    const assets = join(cache, 'assets');
    await mkdir(assets);
    await program(join(assets, 'etcd'));
    const options = { env: env({ KUBEBUILDER_ASSETS: assets }), obtain: { download: unreachable, goBuild: noGo } };
    expect((await ensureTool('etcd', options)).source).toBe('explicit');
    await expect(ensureTool('kube-controller-manager', options)).rejects.toThrow('its folder has no such program');
  });

  test('refused when the environment names a file that is not there', async () => {
    const wrong = ensureTool('temporal-dev-server', { env: env({ TEMPORAL_SERVER_BIN: '/no/such/file' }) });
    await expect(wrong).rejects.toThrow('TEMPORAL_SERVER_BIN=/no/such/file is not an executable file');
  });

  test('taken from the cache without asking anybody else', async () => {
    const folder = join(cache, 'op-stack-operator/etcd/3.6.16');
    await mkdir(folder, { recursive: true });
    await program(join(folder, 'etcd'));
    const found = await ensureTool('etcd', { env: env(), obtain: { download: unreachable, goBuild: neverBuilt } });
    expect(found).toEqual({ name: 'etcd', path: join(folder, 'etcd'), version: '3.6.16', source: 'cache' });
  });

  test('downloaded where a digest is pinned, and then found in the cache', async () => {
    const options = {
      env: env(),
      platform: 'linux-arm64',
      obtain: { download: (_source: unknown, target: string) => program(target), goBuild: neverBuilt },
    };
    expect((await ensureTool('kubectl', options)).source).toBe('download');
    expect((await ensureTool('kubectl', options)).source).toBe('cache');
  });

  test('built when it cannot be downloaded, together with those of its bundle', async () => {
    let builds = 0;
    const lines: string[] = [];
    const options = {
      env: env(),
      onProgress: (line: string) => lines.push(line),
      obtain: {
        download: unreachable,
        goBuild: async (_bundle: unknown, target: string) => {
          builds += 1;
          await program(target);
        },
      },
    };
    expect((await ensureTool('kube-apiserver', options)).source).toBe('go-build');
    expect((await ensureTool('kubectl', options)).source).toBe('cache');
    expect(builds).toBe(1);
    expect(lines.join('\n')).toMatch(/building kubernetes 1\.34\.4 from its Go modules .*: done in 0 s/);
  });

  test('made once when two ask at the same time', async () => {
    let builds = 0;
    const options = {
      env: env(),
      obtain: {
        download: unreachable,
        goBuild: async (_bundle: unknown, target: string) => {
          builds += 1;
          await program(target);
        },
      },
    };
    const sources = await Promise.all([1, 2, 3].map(async () => (await ensureTool('etcd', options)).source));
    expect(builds).toBe(1);
    expect(sources.toSorted()).toEqual(['cache', 'cache', 'go-build']);
  });

  test('not half there after a build that failed, and leftovers of killed builds are removed', async () => {
    const parent = join(cache, 'op-stack-operator/etcd');
    const leftover = join(parent, '3.6.16.partial-abc');
    await mkdir(leftover, { recursive: true });
    const longAgo = new Date(Date.now() - 7_200_000);
    await utimes(leftover, longAgo, longAgo);
    const halfDone: typeof goBuild = async (_bundle, target) => {
      await program(target);
      throw new Error('killed');
    };
    const failed = ensureTool('etcd', { env: env(), obtain: { download: unreachable, goBuild: halfDone } });
    await expect(failed).rejects.toThrow('killed');
    expect(await readdir(parent)).toEqual(['3.6.16']);
    expect(await readdir(join(parent, '3.6.16'))).toEqual([]);
  });
});

describe('when nothing works', () => {
  test('the error says what each of the four ways answered and what to do', async () => {
    const obtain = { download: unreachable, goBuild: noGo };
    const failed = ensureTool('kube-apiserver', { env: env(), platform: 'linux-x64', obtain });
    await expect(failed).rejects.toThrow(
      [
        'kube-apiserver 1.34.4 could not be found or made:',
        '  1. explicit path: TEST_ASSET_KUBE_APISERVER and KUBEBUILDER_ASSETS not set, or its folder has no such program',
        `  2. cache: ${cache}/op-stack-operator/kubernetes/1.34.4/kube-apiserver does not exist`,
        '  3. download: dl.example is not reachable (no answer within 5 s)',
        '  4. go build in tools/kubernetes: Go is not installed: install Go 1.26.8 or newer',
        'Set TEST_ASSET_KUBE_APISERVER to a program that you have, or make one of the other ways work.',
      ].join('\n'),
    );
  });

  test('the error says so where no release is published', async () => {
    const obtain = { download: unreachable, goBuild: noGo };
    const failed = ensureTool('kubectl', { env: env(), platform: 'darwin-arm64', obtain });
    await expect(failed).rejects.toThrow('3. download: no official download with a pinned digest for darwin-arm64');
  });
});
