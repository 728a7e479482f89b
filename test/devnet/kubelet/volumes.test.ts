import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ProgramContext } from '../program.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { startTestCluster, type TestCluster } from './testing/cluster.ts';
import { podManifest, podSpec, serverContainer } from './testing/pod-specs.ts';

/** At this scale mounted Secrets and ConfigMaps are brought up to date every 1.2 s. */
const TIME_SCALE = 0.02;

describe('the files of a container', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ kubeconfigPath: inject('kubeconfigPath'), timeScale: TIME_SCALE });
  });
  afterAll(() => cluster?.stop());

  const create = (kind: string, name: string, content: object) =>
    cluster.create({ apiVersion: 'v1', kind, metadata: { name }, ...content });
  const context = async (pod: string): Promise<ProgramContext> => {
    await cluster.ready(pod);
    return waitUntil('it has started', () => cluster.contexts(pod, 'server').at(-1));
  };
  const pod = (
    name: string,
    volumes: object[],
    mounts: { name: string; mountPath: string; subPath?: string }[],
    more = {},
  ) =>
    cluster.create(
      podManifest(
        name,
        podSpec([serverContainer('server', 8080, { volumeMounts: mounts })], { volumes: volumes as never, ...more }),
      ),
    );

  test('come from Secrets and ConfigMaps, text and binary, whole or by item', async () => {
    const genesis = gzipSync('{"config":{}}');
    await create('Secret', 'p2p', { stringData: { 'node-key': 'abc', other: 'x' } });
    await create('ConfigMap', 'genesis', {
      data: { 'rollup.json': '{}' },
      binaryData: { 'genesis.json.gz': genesis.toString('base64') },
    });
    await pod(
      'content',
      [
        { name: 'p2p', secret: { secretName: 'p2p', items: [{ key: 'node-key', path: 'keys/node' }] } },
        { name: 'genesis', configMap: { name: 'genesis' } },
        {
          name: 'all',
          projected: {
            sources: [
              { secret: { name: 'p2p' } },
              { configMap: { name: 'genesis', items: [{ key: 'rollup.json', path: 'rollup.json' }] } },
              { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
            ],
          },
        },
      ],
      [
        { name: 'p2p', mountPath: '/secrets' },
        { name: 'genesis', mountPath: '/chain' },
        { name: 'all', mountPath: '/all' },
        { name: 'genesis', mountPath: '/one/rollup.json', subPath: 'rollup.json' },
      ],
    );
    const { readFile, hostPath } = await context('content');
    expect(readFile('/secrets/keys/node').toString()).toBe('abc');
    expect(() => readFile('/secrets/other')).toThrow("ENOENT: no such file or directory, open '/secrets/other'");
    expect(readFile('/chain/genesis.json.gz').equals(genesis)).toBe(true);
    expect(readFile('/one/rollup.json').toString()).toBe('{}');
    expect(['other', 'rollup.json', 'name'].map((name) => readFile(`/all/${name}`).toString())).toEqual([
      'x',
      '{}',
      'content',
    ]);
    expect(() => hostPath('/secrets/keys/new')).toThrow('EROFS: read-only file system');
  });

  test('can be written on volumes only, when the root is read-only', async () => {
    await pod('writing', [{ name: 'scratch', emptyDir: {} }], [{ name: 'scratch', mountPath: '/data' }]);
    const { hostPath, readFile } = await context('writing');
    writeFileSync(hostPath('/data/state'), 'kept');
    expect(readFile('/data/state').toString()).toBe('kept');
    for (const path of ['/opnode_p2p_priv.txt', 'opnode_peerstore_db', '/data-beside', '/data/../etc/passwd']) {
      expect(() => hostPath(path)).toThrow(expect.objectContaining({ code: 'EROFS' }));
    }
    cluster.runner.fault.kill9('writing', 'server');
    const again = await waitUntil('it was restarted', () => cluster.contexts('writing', 'server')[1]);
    expect(again.readFile('/data/state').toString()).toBe('kept');
  });

  test('can be written on a writable root by root only, and are gone after a restart', async () => {
    const root = serverContainer('server', 8080, { securityContext: { runAsUser: 0, runAsNonRoot: false } });
    await cluster.create(podManifest('as-root', podSpec([root])));
    await cluster.create(podManifest('as-user', podSpec([serverContainer('server', 8080, { securityContext: {} })])));
    const asUser = await context('as-user');
    expect(() => asUser.hostPath('/state')).toThrow(expect.objectContaining({ code: 'EACCES' }));
    const asRoot = await context('as-root');
    writeFileSync(asRoot.hostPath('/state'), 'lost');
    expect(asRoot.readFile('/state').toString()).toBe('lost');
    cluster.runner.fault.kill9('as-root', 'server');
    const again = await waitUntil('it was restarted', () => cluster.contexts('as-root', 'server')[1]);
    expect(() => again.readFile('/state')).toThrow('ENOENT');
  });

  test('of a claim and of a strict Secret need fsGroup for a user that is not root', async () => {
    await create('Secret', 'strict', { stringData: { key: 'abc' } });
    await create('PersistentVolumeClaim', 'claim', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const volumes = [
      { name: 'data', persistentVolumeClaim: { claimName: 'claim' } },
      { name: 'strict', secret: { secretName: 'strict', defaultMode: 0o400 } },
    ];
    const mounts = [
      { name: 'data', mountPath: '/data' },
      { name: 'strict', mountPath: '/strict' },
    ];
    await pod('no-group', volumes, mounts, { securityContext: { runAsNonRoot: true, runAsUser: 10001 } });
    await pod('group', volumes, mounts);
    const without = await context('no-group');
    expect(() => without.hostPath('/data/x')).toThrow(expect.objectContaining({ code: 'EACCES' }));
    expect(() => without.readFile('/strict/key')).toThrow("EACCES: permission denied, open '/strict/key'");
    const having = await context('group');
    expect(having.readFile('/strict/key').toString()).toBe('abc');
    writeFileSync(having.hostPath('/data/x'), '1');
    expect(without.readFile('/data/x').toString()).toBe('1');
  });

  test('follow a changed Secret within a minute, and stay when it is deleted', async () => {
    await create('Secret', 'changing', { stringData: { key: 'one' } });
    await pod('following', [{ name: 'v', secret: { secretName: 'changing' } }], [{ name: 'v', mountPath: '/v' }]);
    const { readFile } = await context('following');
    expect(readFile('/v/key').toString()).toBe('one');
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: cluster.namespace, name: 'changing' };
    await cluster.client.mergePatch(ref, { stringData: { key: 'two' } });
    await waitUntil('the file has changed', () => readFile('/v/key').toString() === 'two' || undefined);
    await cluster.client.delete(ref);
    await cluster.event('following', /FailedMount .*secret "changing" not found/);
    expect(readFile('/v/key').toString()).toBe('two');
  });

  test('let a pod start as soon as the missing Secret is there', async () => {
    await pod('late', [{ name: 'v', secret: { secretName: 'late' } }], [{ name: 'v', mountPath: '/v' }]);
    await cluster.event('late', 'FailedMount');
    await create('Secret', 'late', { stringData: { key: 'now' } });
    expect((await context('late')).readFile('/v/key').toString()).toBe('now');
  });

  test('have the token of the service account when the pod mounts it', async () => {
    const spec = podSpec([serverContainer('server', 8080)], { automountServiceAccountToken: true });
    await cluster.create(podManifest('token', spec));
    const { readFile } = await context('token');
    const token = readFile('/var/run/secrets/kubernetes.io/serviceaccount/token').toString();
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims.sub).toBe(`system:serviceaccount:${cluster.namespace}:default`);
    expect(readFile('/var/run/secrets/kubernetes.io/serviceaccount/namespace').toString()).toBe(cluster.namespace);
  });

  test('find no room on a full volume until it has room again', async () => {
    await create('PersistentVolumeClaim', 'small', {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await pod(
      'full',
      [{ name: 'data', persistentVolumeClaim: { claimName: 'small' } }],
      [{ name: 'data', mountPath: '/data' }],
    );
    const { hostPath } = await context('full');
    const undo = cluster.runner.fault.diskFull('small');
    expect(() => hostPath('/data/x')).toThrow("ENOSPC: no space left on device, open '/data/x'");
    undo();
    expect(hostPath('/data/x')).toContain(cluster.dir);
  });

  test('of a claim that is enlarged are there as before, and the claim says its new size', async () => {
    await cluster.client.create({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: cluster.namespace },
      ...{ provisioner: 'example.test/none', allowVolumeExpansion: true },
    });
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await create('PersistentVolumeClaim', 'growing', { spec: { ...spec, storageClassName: cluster.namespace } });
    const ref = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: cluster.namespace, name: 'growing' };
    const capacity = (wanted: string) =>
      waitUntil(`a capacity of ${wanted}`, async () => {
        const claim = await cluster.client.get(ref);
        const status = claim?.['status'] as { capacity?: { storage?: string } } | undefined;
        return status?.capacity?.storage === wanted || undefined;
      });
    await capacity('1Gi');
    await cluster.client.mergePatch(ref, { spec: { resources: { requests: { storage: '2Gi' } } } });
    await capacity('2Gi');
    await cluster.client.delete({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: cluster.namespace });
  });
});
