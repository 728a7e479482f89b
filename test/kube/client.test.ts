import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKubeClient, isKubeStatus, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { createTestNamespace } from './test-namespace.ts';

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
  namespace = await createTestNamespace(client, 'kube-client');
});
afterAll(() => client.close());

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
  data,
});
const ref = (name: string, kind = 'ConfigMap') => ({ apiVersion: 'v1', kind, namespace, name });

describe('the Kubernetes client on a real API server', () => {
  it('creates, reads, replaces and deletes', async () => {
    const created = await client.create(configMap('crud', { a: '1' }));
    expect(await client.get<ConfigMap>(ref('crud'))).toEqual(created);
    const replaced = await client.replace({ ...created, data: { a: '2' } });
    expect(replaced.data).toEqual({ a: '2' });
    await expect(client.replace({ ...created, data: { a: '3' } })).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
      retryable: true,
    });
    expect(await client.delete(ref('crud'))).toBe(true);
    expect(await client.delete(ref('crud'))).toBe(false);
    expect(await client.get(ref('crud'))).toBeUndefined();
  });

  it('deletes only the object that the preconditions name', async () => {
    const { metadata } = await client.create(configMap('precondition'));
    const other = client.delete(ref('precondition'), { preconditions: { uid: 'another' } });
    await expect(other).rejects.toMatchObject({ status: 409 });
    expect(await client.delete(ref('precondition'), { preconditions: { uid: metadata.uid ?? '' } })).toBe(true);
  });

  it('applies: creates, takes over, and removes what is left out', async () => {
    const apply = (data: Record<string, string>) =>
      client.apply<ConfigMap>(configMap('applied', data), { fieldManager: 'tester', force: true });
    const created = await apply({ a: '1', b: '2' });
    expect(created.data).toEqual({ a: '1', b: '2' });
    await client.mergePatch(ref('applied'), { data: { c: '3' } }, { fieldManager: 'somebody' });
    const applied = await apply({ a: '1' });
    expect(applied.data).toEqual({ a: '1', c: '3' });
    const unchanged = await client.apply<ConfigMap>(
      {
        ...applied,
        metadata: { ...configMap('applied').metadata, managedFields: applied.metadata.managedFields ?? [] },
      },
      { fieldManager: 'tester', force: true },
    );
    expect(unchanged.data).toEqual({ a: '1', c: '3' });
  });

  it('names the field and its owner when an apply without force conflicts', async () => {
    await client.apply(configMap('conflict', { a: '1' }), { fieldManager: 'first' });
    const error = await client
      .apply(configMap('conflict', { a: '2' }), { fieldManager: 'second' })
      .catch((caught: unknown) => caught);
    expect(isKubeStatus(error, 409) && error.causes).toMatchObject([
      { reason: 'FieldManagerConflict', field: '.data.a', message: expect.stringContaining('first') },
    ]);
  });

  it('does not re-create an object that is gone when the apply carries its uid', async () => {
    const apply = client.apply(configMap('gone', {}, { uid: '00000000-0000-0000-0000-000000000000' }), {
      fieldManager: 'tester',
    });
    await expect(apply).rejects.toMatchObject({ status: 409 });
    expect(await client.get(ref('gone'))).toBeUndefined();
  });

  it('refuses a field that the API does not know instead of dropping it', async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'typo', namespace },
      spec: { ports: [{ port: 80 }], clusterIPP: 'None' },
    };
    const apply = client.apply(service, { fieldManager: 'tester' });
    await expect(apply).rejects.toMatchObject({ name: 'KubeApiError', retryable: false });
    await expect(apply).rejects.toThrow('.spec.clusterIPP: field not declared in schema');
  });

  it('writes nothing on a dry run, and answers with what would be', async () => {
    const answer = await client.apply<ConfigMap>(configMap('dry', { a: '1' }), {
      fieldManager: 'tester',
      dryRun: true,
    });
    expect(answer.data).toEqual({ a: '1' });
    expect(answer.metadata.uid).toBeDefined();
    expect(await client.get(ref('dry'))).toBeUndefined();
  });

  it('applies a status through the subresource only', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'claim', namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    await client.create(claim);
    const { apiVersion, kind, metadata } = claim;
    const status = { conditions: [{ type: 'Resizing', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] };
    const answer = await client.apply<KubeObject>(
      { apiVersion, kind, metadata, spec: { accessModes: [] }, status },
      { fieldManager: 'tester', subresource: 'status', force: true },
    );
    expect(answer).toMatchObject({ status, spec: { accessModes: ['ReadWriteOnce'] } });
    const missing = client.apply(
      { apiVersion, kind, metadata: { name: 'absent', namespace }, status },
      { fieldManager: 'tester', subresource: 'status' },
    );
    await expect(missing).rejects.toMatchObject({ status: 404 });
  });

  it('patches by merge and by JSON patch', async () => {
    await client.create(configMap('patched', { a: '1' }));
    const merged = await client.mergePatch<ConfigMap>(ref('patched'), { data: { a: null, b: '2' } });
    expect(merged.data).toEqual({ b: '2' });
    const operations = [
      { op: 'test', path: '/data/b', value: '2' },
      { op: 'replace', path: '/data/b', value: '3' },
    ] as const;
    expect((await client.jsonPatch<ConfigMap>(ref('patched'), operations)).data).toEqual({ b: '3' });
    await expect(client.jsonPatch(ref('patched'), operations)).rejects.toMatchObject({ status: 422 });
  });

  it('lists all pages of a selection, with kind and version on each item', async () => {
    const names = Array.from({ length: 7 }, (_, i) => `listed-${i}`);
    await Promise.all(names.map((name) => client.create(configMap(name, {}, { labels: { list: 'yes' } }))));
    const type = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
    const { items, resourceVersion } = await client.list(type, { labelSelector: 'list=yes', limit: 3 });
    expect(items.map((item) => item.metadata.name)).toEqual(names);
    expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(Number(resourceVersion)).toBeGreaterThan(0);
  });

  it('reads only metadata when only metadata is asked for', async () => {
    await client.create(configMap('meta', { secret: 'payload' }, { labels: { meta: 'yes' } }));
    const type = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
    const { items } = await client.list(type, { labelSelector: 'meta=yes', metadataOnly: true });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'meta' } });
    expect(items[0]).not.toHaveProperty('data');
  });

  it('reads other paths raw', async () => {
    expect((await client.raw('GET', '/readyz')).text).toBe('ok');
    expect(JSON.parse((await client.raw('GET', '/version')).text)).toMatchObject({ major: '1' });
  });

  it('works on a cluster-scoped kind that is not in the table', async () => {
    const storageClass = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: namespace },
      provisioner: 'example.com/none',
    };
    await client.create(storageClass);
    expect(await client.get({ ...storageClass, name: namespace })).toMatchObject({ provisioner: 'example.com/none' });
    await client.delete({ ...storageClass, name: namespace });
  });
});
