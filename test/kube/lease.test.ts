import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKubeClient, type KubeClient, type LeaseRecord, readLease, swapLease } from '../../src/kube/index.ts';
import { createTestNamespace } from './test-namespace.ts';

let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
  namespace = await createTestNamespace(client, 'kube-lease');
});
afterAll(() => client.close());

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds, 123));

function take(name: string, expected: LeaseRecord | undefined, holder: string | undefined, now: Date) {
  return swapLease(client, { namespace, name, expected, holder, durationSeconds: 60, now });
}

describe('a Lease', () => {
  it('is not there before somebody takes it', async () => {
    expect(await readLease(client, { namespace, name: 'none' })).toBeUndefined();
  });

  it('is taken by exactly one of many at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, i) => take('race', undefined, `holder-${i}`, at(0))),
    );
    const winners = results.filter((result) => result !== undefined);
    expect(winners).toHaveLength(1);
    expect((await readLease(client, { namespace, name: 'race' }))?.holder).toBe(winners[0]?.holder);
  });

  it('can be renewed, handed over and freed by who has read it last', async () => {
    const taken = await take('life', undefined, 'ana', at(0));
    const renewed = await take('life', taken, 'ana', at(10));
    expect(renewed).toMatchObject({ holder: 'ana', acquireTime: at(0), renewTime: at(10), transitions: 0 });
    const handedOver = await take('life', renewed, 'ben', at(20));
    expect(handedOver).toMatchObject({ holder: 'ben', acquireTime: at(20), renewTime: at(20), transitions: 1 });
    const freed = await take('life', handedOver, undefined, at(30));
    expect(freed).toMatchObject({ holder: undefined, transitions: 2 });
    expect(await readLease(client, { namespace, name: 'life' })).toEqual(freed);
  });

  it('refuses who has not seen the last change', async () => {
    const taken = await take('stale', undefined, 'ana', at(0));
    await take('stale', taken, 'ben', at(1));
    expect(await take('stale', taken, 'ana', at(2))).toBeUndefined();
    expect((await readLease(client, { namespace, name: 'stale' }))?.holder).toBe('ben');
  });

  it('refuses who has read one that was deleted, also when it was created anew', async () => {
    const taken = await take('deleted', undefined, 'ana', at(0));
    await client.delete({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'deleted' });
    expect(await take('deleted', taken, 'ana', at(1))).toBeUndefined();
    await take('deleted', undefined, 'ben', at(2));
    expect(await take('deleted', taken, 'ana', at(3))).toBeUndefined();
  });
});
