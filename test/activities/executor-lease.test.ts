import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createExecutorLease, HOLD_SECONDS, type Holder } from '../../src/activities/executor-lease.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { createOwner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const NOW = Date.UTC(2026, 0, 1);

/** The Lease of a network, as several workers see it; `at` is seconds after the beginning of the test. */
async function network() {
  const { uid, ...named } = await createOwner(api);
  return (at = 0) =>
    createExecutorLease({
      kube: api.client,
      network: named,
      uid,
      now: () => NOW + at * 1000,
      signal: new AbortController().signal,
    });
}

const holder = (runId: string, scheduledAt: number, attempt: number): Holder => ({ runId, scheduledAt, attempt });

describe('the executor lease', () => {
  it('goes to the next attempt, and the former one is refused', async () => {
    const lease = await network();
    await lease().take(holder('run', 1, 1));
    await lease(6).take(holder('run', 1, 2));
    await expect(lease(7).take(holder('run', 1, 1))).rejects.toMatchObject({
      type: 'NotExecutor',
      message: 'a later attempt of this plan has taken over',
    });
  });

  it('goes to the first attempt of a step that is retried, after many attempts of its first life', async () => {
    const lease = await network();
    await lease().take(holder('run', 1000, 7));
    await lease(1).take(holder('run', 2000, 1));
    await expect(lease(2).take(holder('run', 1000, 8))).rejects.toMatchObject({ type: 'NotExecutor' });
  });

  it('stays owned by its network when it is let go', async () => {
    const { uid, ...named } = await createOwner(api);
    const options = { kube: api.client, network: named, uid, now: () => NOW, signal: new AbortController().signal };
    const lease = createExecutorLease(options);
    await lease.take(holder('run', 1, 1));
    await lease.release(holder('run', 1, 1));
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: named.namespace };
    const { metadata } = (await api.client.get({ ...ref, name: `${named.name}-executor` })) ?? {};
    expect(metadata?.ownerReferences).toMatchObject([{ kind: 'OptimismNetwork', uid }]);
    expect(metadata?.labels).toEqual({ 'optimism.io/network': named.name });
  });

  it('is renewed by its holder as often as it likes', async () => {
    const lease = await network();
    for (const at of [0, 1, 2]) await lease(at).take(holder('run', 1, 1));
  });

  it('makes another run wait until nothing of the former one can act any more', async () => {
    const lease = await network();
    await lease().take(holder('terminated', 1, 1));
    await expect(lease(5).take(holder('next', 9, 1))).rejects.toMatchObject({
      type: 'NotExecutor',
      message: `an earlier run of this network's plans may still be acting; waiting ${HOLD_SECONDS - 5} s`,
      retryAfterSeconds: 10,
    });
    await lease(HOLD_SECONDS).take(holder('next', 9, 1));
    await expect(lease(HOLD_SECONDS + 1).take(holder('terminated', 1, 1))).rejects.toMatchObject({
      type: 'NotExecutor',
    });
  });

  it('is free at once for another run when it was released', async () => {
    const lease = await network();
    await lease().take(holder('ended', 1, 1));
    await lease().release(holder('ended', 1, 1));
    await lease(1).take(holder('next', 9, 1));
  });

  it('is free for no attempt that comes from before who let go of it', async () => {
    const lease = await network();
    await lease().take(holder('run', 5, 2));
    await lease().release(holder('run', 5, 2));
    const takenOver = { type: 'NotExecutor', message: 'a later attempt of this plan has taken over' };
    await expect(lease(1).take(holder('run', 5, 1))).rejects.toMatchObject(takenOver);
    await expect(lease(HOLD_SECONDS - 1).take(holder('run', 4, 9))).rejects.toMatchObject(takenOver);
    await expect(lease(1).take(holder('terminated', 4, 1))).rejects.toMatchObject(takenOver);
    await lease(1).take(holder('run', 6, 1));
  });

  it.each(['run', 'of a new Temporal server'])(
    'is free in the end for one whose clock has gone back: %s',
    async (run) => {
      const released = await network();
      await released().take(holder('run', 5, 1));
      await released().release(holder('run', 5, 1));
      await released(HOLD_SECONDS).take(holder(run, 4, 1));
      const abandoned = await network();
      await abandoned().take(holder('run', 5, 1));
      await abandoned(HOLD_SECONDS).take(holder(run, 4, 1));
    },
  );

  it('is not released by an attempt that has lost it', async () => {
    const lease = await network();
    await lease().take(holder('run', 1, 1));
    await lease(6).take(holder('run', 1, 2));
    await lease(7).release(holder('run', 1, 1));
    await expect(lease(8).take(holder('other', 9, 1))).rejects.toMatchObject({ type: 'NotExecutor' });
  });

  it('goes to one of many that take it at the same moment', async () => {
    const lease = await network();
    const takes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((run) => lease().take(holder(run, 1, 1))));
    expect(takes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
