import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { chunkName } from '../../src/audit/chunks.ts';
import type { AuditRecord } from '../../src/audit/record.ts';
import { createAuditStore } from '../../src/audit/store.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { networkManifest } from '../watcher/manifests.ts';
import { chainOf, entry } from './chain-of-records.ts';

const namespace = `audit-${randomUUID().slice(0, 8)}`;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
let kube: KubeClient;

beforeAll(async () => {
  kube = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});

afterAll(async () => {
  await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await kube.close();
});

let counter = 0;
/** One that exists: garbage collection takes chunks whose owner does not. */
async function freshNetwork() {
  counter += 1;
  const name = `net-${counter}`;
  const { metadata } = await kube.create(networkManifest(namespace, name));
  return { namespace, name, uid: metadata.uid ?? '' };
}

describe('the audit store on a real API server', () => {
  it('numbers 20 records that several stores append at the same time, without a fork or a gap', async () => {
    const network = await freshNetwork();
    const stores = Array.from({ length: 5 }, () => createAuditStore({ kube, network, maxChunkBytes: 2000 }));
    const heads = await Promise.all(Array.from({ length: 20 }, (_, n) => stores[n % stores.length]?.append(entry(n))));
    const lines = await createAuditStore({ kube, network }).lines();
    expect(heads.map((head) => head?.seq).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    expect(
      verifyChain(
        lines,
        heads.map((head) => ({ seq: 0, hash: '', ...head, source: 'appender' })),
      ),
    ).toMatchObject({
      ok: true,
      records: 20,
    });
    expect(await chunkCount(network.name)).toBeGreaterThan(3);
  });

  it('records the same happening once, however many workers append it at once', async () => {
    const network = await freshNetwork();
    const stores = Array.from({ length: 6 }, () => createAuditStore({ kube, network }));
    const heads = await Promise.all(stores.map((store) => store.append(entry(1))));
    expect(new Set(heads.map(({ hash }) => hash)).size).toBe(1);
    expect(await stores[0]?.lines()).toHaveLength(1);
  });

  it('reads nothing again while it alone appends, and everything as soon as another one has', async () => {
    const network = await freshNetwork();
    let reads = 0;
    const counting: KubeClient = {
      ...kube,
      get: (...of) => {
        reads += 1;
        return kube.get(...of);
      },
    };
    const [mine, other] = [createAuditStore({ kube: counting, network }), createAuditStore({ kube, network })];
    await mine.append(entry(1));
    const first = reads;
    await mine.append(entry(2));
    expect(reads).toBe(first);
    await other.append(entry(3));
    expect((await mine.append(entry(4))).seq).toBe(4);
    expect(reads).toBeGreaterThan(first);
    expect((await mine.append(entry(3))).seq).toBe(3);
    const { name } = network;
    await kube.delete({ ...CONFIG_MAP, name: chunkName(name, 0) });
    expect((await mine.append(entry(5))).seq).toBe(1);
  });

  it('finds a record of an earlier chunk by its key', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network, maxChunkBytes: 1000 });
    for (let n = 0; n < 6; n++) await store.append(entry(n));
    const restarted = createAuditStore({ kube, network, maxChunkBytes: 1000 });
    expect((await restarted.append(entry(0))).seq).toBe(1);
    expect((await restarted.head()).seq).toBe(6);
  });

  it('seals full chunks, so that the API server itself refuses to change them', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network, maxChunkBytes: 1000 });
    for (let n = 0; n < 4; n++) await store.append(entry(n));
    const first = await kube.get<KubeObject & { data: Record<string, string> }>({
      ...CONFIG_MAP,
      name: chunkName(network.name, 0),
    });
    if (!first) throw new Error('chunk 0 is missing');
    expect(first['immutable']).toBe(true);
    await expect(kube.replace({ ...first, data: { 'records.jsonl': 'nothing happened\n' } })).rejects.toThrow(
      /immutable/,
    );
  });

  it('makes one chain of a writer that needs the next chunk and one that still fits into the full one', async () => {
    const network = await freshNetwork();
    await createAuditStore({ kube, network }).append(entry(0));
    const small = createAuditStore({ kube, network, maxChunkBytes: 100_000 });
    // The large writer has seen the chunk and is about to create the next one when the small one comes.
    const slowKube: KubeClient = {
      ...kube,
      create: async (object, control) => {
        await small.append(entry(2));
        return kube.create(object, control);
      },
    };
    const large = createAuditStore({ kube: slowKube, network, maxChunkBytes: 100 });
    await large.append(entry(1));
    expect(verifyChain(await createAuditStore({ kube, network }).lines())).toMatchObject({ ok: true, records: 3 });
  });

  it('goes on after a crash between the sealing of a chunk and the creation of the next', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network });
    await store.append(entry(0));
    await kube.mergePatch({ ...CONFIG_MAP, name: chunkName(network.name, 0) }, { immutable: true });
    const both = [createAuditStore({ kube, network }), createAuditStore({ kube, network })];
    await Promise.all(both.map((other, n) => other.append(entry(n + 1))));
    expect(verifyChain(await store.lines())).toMatchObject({ ok: true, records: 3 });
    expect(await chunkCount(network.name)).toBe(2);
  });

  it('keeps a chunk within its limit and a new record in the next one', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network });
    const details = { text: 'x'.repeat(15_000) };
    for (let n = 0; n < 20; n++) await store.append(entry(n, { details }));
    const sizes = await Promise.all([0, 1].map((index) => chunkSize(network.name, index)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
    expect(sizes[0]).toBeGreaterThan(230 * 1024);
    expect(verifyChain(await store.lines())).toMatchObject({ ok: true, records: 20 });
  });

  it('continues the chain when somebody has taken the label off the last chunk', async () => {
    const network = await freshNetwork();
    await createAuditStore({ kube, network }).append(entry(0));
    await kube.mergePatch({ ...CONFIG_MAP, name: chunkName(network.name, 0) }, { metadata: { labels: null } });
    await createAuditStore({ kube, network }).append(entry(1));
    expect(verifyChain(await createAuditStore({ kube, network }).lines())).toMatchObject({ ok: true, records: 2 });
  });

  it('does not stop operations at a damaged line, and verification names it', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network });
    await store.append(entry(0));
    const [line] = await store.lines();
    await kube.mergePatch(
      { ...CONFIG_MAP, name: chunkName(network.name, 0) },
      { data: { 'records.jsonl': `${line}\nnot json\n` } },
    );
    expect((await createAuditStore({ kube, network }).append(entry(1))).seq).toBe(2);
    const { findings } = verifyChain(await store.lines());
    expect(findings.map(({ message }) => message)).toEqual(['Line 2 is not an audit record']);
  });

  it('finds a chunk that somebody has deleted', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network, maxChunkBytes: 700 });
    for (let n = 0; n < 4; n++) await store.append(entry(n));
    await kube.delete({ ...CONFIG_MAP, name: chunkName(network.name, 1) });
    const { findings } = verifyChain(await createAuditStore({ kube, network }).lines());
    expect(findings[0]?.kind).toBe('missing');
  });

  it('counts plans from the ids of the workflows that wrote, and from those that were announced', async () => {
    const network = await freshNetwork();
    const store = createAuditStore({ kube, network });
    expect(await store.nextPlanNumber()).toBe(1);
    await store.append(entry(0, { workflowId: 'optimismnetwork/prod/chains/acme/rollout-6' }));
    expect(await store.nextPlanNumber()).toBe(7);
    const announced = { workflowId: 'optimismnetwork/prod/chains/acme/upgrade-12' };
    await store.append(entry(1, { workflowId: 'optimismnetwork/prod/chains/acme', details: announced }));
    expect(await store.nextPlanNumber()).toBe(13);
  });

  it('hands each record to the sinks after it was stored, and once for a repeated append', async () => {
    const network = await freshNetwork();
    const seen: { record: AuditRecord; chained: boolean }[] = [];
    const store = createAuditStore({
      kube,
      network,
      sinks: [(record, { chained }) => void seen.push({ record, chained })],
    });
    const head = await store.append(entry(0));
    await store.append(entry(0));
    expect(seen).toEqual([{ record: expect.objectContaining({ seq: 1, hash: head.hash }), chained: true }]);
  });

  it('leaves the record in the sinks and says so when the namespace is being deleted', async () => {
    const name = `gone-${randomUUID().slice(0, 8)}`;
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    // A finalizer on an object in it keeps the namespace terminating.
    const keeper = { apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name: 'keeper' };
    await kube.create({ ...keeper, metadata: { name: 'keeper', namespace: name, finalizers: ['example.com/keep'] } });
    await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    const seen: boolean[] = [];
    const network = { namespace: name, name: 'acme', uid: 'uid-1' };
    const store = createAuditStore({ kube, network, sinks: [(_, { chained }) => void seen.push(chained)] });
    await expect(store.append(entry(0))).rejects.toMatchObject({ type: 'NamespaceTerminating' });
    expect(seen).toEqual([false]);
    await kube.mergePatch(keeper, { metadata: { finalizers: null } });
  });

  it('ends when its caller gives up', async () => {
    const store = createAuditStore({ kube, network: await freshNetwork() });
    await expect(store.append(entry(0), { signal: AbortSignal.abort() })).rejects.toThrow();
  });

  it('goes with its network, and a new one of the same name starts anew', async () => {
    const former = await freshNetwork();
    for (let n = 0; n < 3; n++) await createAuditStore({ kube, network: former }).append(entry(n));
    const { name } = former;
    await kube.delete({ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace, name });
    const { metadata } = await kube.create(networkManifest(namespace, name));
    const store = createAuditStore({ kube, network: { namespace, name, uid: metadata.uid ?? '' } });
    for (let n = 0; n < 3; n++) expect(await store.append(entry(n))).toMatchObject({ seq: n + 1 });
    expect((await store.list()).map(({ networkUid }) => networkUid)).toEqual(Array(3).fill(metadata.uid));
  });

  it('reads back exactly what the pure code makes', async () => {
    const network = await freshNetwork();
    const { records } = chainOf(3, network.uid);
    let n = 0;
    const store = createAuditStore({ kube, network, now: () => new Date(records[n++]?.time ?? 0) });
    for (let i = 0; i < 3; i++) await store.append(entry(i));
    expect(await store.list()).toEqual(records);
  });
});

async function chunkCount(network: string): Promise<number> {
  const { items } = await kube.list(CONFIG_MAP, { labelSelector: `optimism.io/network=${network}` });
  return items.length;
}

async function chunkSize(network: string, index: number): Promise<number> {
  const chunk = await kube.get<KubeObject & { data: Record<string, string> }>({
    ...CONFIG_MAP,
    name: chunkName(network, index),
  });
  return Buffer.byteLength(chunk?.data['records.jsonl'] ?? '');
}
