/** What files would be, by the real API server and the real kubectl. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tryApply } from '../../src/cli/preview/try-apply.ts';
import { KubeApiError, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { kubectl } from '../api/kubectl.ts';

let api: ApiServer;
let dir: string;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  dir = await mkdtemp(join(tmpdir(), 'opstack-try-'));
});
afterAll(async () => {
  await api.close();
  await rm(dir, { recursive: true });
});

const batcher = (name: string, spec: object = {}) => ({
  apiVersion: 'optimism.io/v1alpha1',
  kind: 'OpBatcher',
  metadata: { name },
  spec: { networkRef: { name: 'acme' }, signer: { secretKeyRef: { name: 'keys', key: 'batcher' } }, ...spec },
});
const attempt = (object: object, kube: KubeClient = api.client) =>
  tryApply(kube, [{ at: 'a.yaml:1', object: object as Readonly<Record<string, unknown>> }], api.namespace);
const liveOf = (name: string) => api.client.get({ ...batcher(name), namespace: api.namespace, name });
const specOf = (object: KubeObject | undefined) => object?.['spec'] as Record<string, unknown>;

describe('an object of a file', () => {
  it('that is new gets the defaults of the API server, and is not made', async () => {
    const { objects, refused } = await attempt(batcher('fresh'));
    expect(refused).toEqual([]);
    expect(specOf(objects[0])).toMatchObject({ stopped: false });
    expect(objects[0]?.metadata).toMatchObject({ namespace: api.namespace, uid: expect.any(String) });
    expect(await liveOf('fresh')).toBeUndefined();
  });

  it('that kubectl has applied loses what the file has lost, and keeps what others have set', async () => {
    const file = join(dir, 'batcher.json');
    await writeFile(file, JSON.stringify(batcher('applied', { maxChannelDuration: 9, pollInterval: '3s' })));
    await kubectl(inject('kubeconfigPath'), 'apply', '-n', api.namespace, '-f', file);
    await api.client.mergePatch(
      { ...batcher('applied'), namespace: api.namespace, name: 'applied' },
      { metadata: { labels: { team: 'chains' } }, spec: { stopped: true } },
      { fieldManager: 'other' },
    );
    const live = await liveOf('applied');
    const { objects, refused } = await attempt(batcher('applied', { pollInterval: '4s' }));
    expect(refused).toEqual([]);
    expect(specOf(objects[0])).toMatchObject({ pollInterval: '4s', stopped: true });
    expect(specOf(objects[0])['maxChannelDuration']).not.toBe(9);
    expect(objects[0]?.metadata.labels).toEqual({ team: 'chains' });
    expect(await liveOf('applied')).toEqual(live);
    // The real thing comes to the same.
    await writeFile(file, JSON.stringify(batcher('applied', { pollInterval: '4s' })));
    await kubectl(inject('kubeconfigPath'), 'apply', '-n', api.namespace, '-f', file);
    expect(specOf(await liveOf('applied'))).toEqual(specOf(objects[0]));
  });

  it.each([
    [
      'with a rule of the schema that is broken',
      'fresh',
      { maxChannelDuration: -1 },
      /422 Invalid: .*spec.maxChannelDuration/,
    ],
    [
      'with a field that there is not',
      'fresh',
      { maxChanelDuration: 1 },
      /maxChanelDuration: field not declared in schema/,
    ],
    [
      'with a field that there is not, of one that kubectl has applied',
      'applied',
      { maxChanelDuration: 1 },
      /unknown field "spec.maxChanelDuration"/,
    ],
  ])('%s is refused in the words of the API server', async (_, name, spec, words) => {
    const { objects, refused } = await attempt(batcher(name, spec));
    expect(objects).toEqual([]);
    expect(refused).toMatchObject([{ at: 'a.yaml:1', object: `OpBatcher/${name}` }]);
    expect(refused[0]?.message).toMatch(words);
  });

  it('of a kind that no plan depends on is counted, and of one that nobody knows refused', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } };
    expect(await attempt(service)).toEqual({ objects: [], refused: [], others: 1 });
    expect((await attempt({ ...batcher('a'), kind: 'OpFoo' })).refused[0]?.message).toContain(
      'does not serve kind OpFoo',
    );
    expect((await attempt({ spec: {} })).refused[0]?.message).toContain('metadata.name are required');
  });
});

describe('a Secret of a file', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: { batcher: 'a key' } };
  const data = { batcher: Buffer.from('a key').toString('base64') };

  it('is what the API server would keep of it', async () => {
    expect((await attempt(secret)).objects).toMatchObject([{ kind: 'Secret', data }]);
  });

  it('is what the file says for who may not write it', async () => {
    const forbid = () => Promise.reject(new KubeApiError({ status: 403, reason: 'Forbidden', message: 'no' }));
    const { objects, refused } = await attempt(secret, { ...api.client, get: forbid, apply: forbid });
    expect(refused).toEqual([]);
    expect(objects).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: api.namespace }, data },
    ]);
  });
});
