import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { changeStatus, type StatusAttempt } from '../../src/activities/state/change-status.ts';
import { changeFinalizer } from '../../src/activities/steps/finalizers.ts';
import { FINALIZER } from '../../src/api/names.ts';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { OperatorError } from '../../src/contract/failures.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { planToStatus, withStepProgress } from '../../src/status/plan-status.ts';
import { MAX_STATUS_BYTES } from '../../src/status/status-size.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { plan, step } from '../status/example-plan.ts';
import { createOwner, type Owner } from './owner.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(() => api.close());

const { signal } = new AbortController();
const alive: StatusAttempt = { signal, requireCurrent: () => undefined };

async function freshNetwork(): Promise<Owner & { kind: 'OptimismNetwork' }> {
  return { kind: 'OptimismNetwork', ...(await createOwner(api)) };
}

function read(name: string): Promise<(KubeObject & { status?: OptimismNetworkStatus }) | undefined> {
  return api.client.get({
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    namespace: api.namespace,
    name,
  });
}

describe('a status', () => {
  it('keeps what other writers put in while it is changed', async () => {
    const target = await freshNetwork();
    const writes = ['devnet-a', 'devnet-b', 'devnet-c', 'devnet-d'].map((name) =>
      changeStatus<OptimismNetworkStatus>(
        api.client,
        target,
        (status) => ({ ...status, components: [...(status.components ?? []), { kind: 'OpNode', name }] }),
        alive,
      ),
    );
    expect(await Promise.all(writes)).toEqual([true, true, true, true]);
    const components = (await read(target.name))?.status?.components?.map(({ name }) => name).toSorted();
    expect(components).toEqual(['devnet-a', 'devnet-b', 'devnet-c', 'devnet-d']);
  });

  it('is not written when nothing changes', async () => {
    const target = await freshNetwork();
    await changeStatus<OptimismNetworkStatus>(api.client, target, (status) => ({ ...status, phase: 'Pending' }), alive);
    const before = (await read(target.name))?.metadata.resourceVersion;
    await changeStatus<OptimismNetworkStatus>(api.client, target, (status) => ({ ...status, phase: 'Pending' }), alive);
    expect((await read(target.name))?.metadata.resourceVersion).toBe(before);
  });

  it('of a network stays within 32 KiB while 100 steps end with long words, and the current step keeps its own', async () => {
    const target = await freshNetwork();
    const planned = Array.from({ length: 100 }, (_, n) =>
      step(n, { id: `${String(n).padStart(3, '0')}-apply-component/${'replica-'.repeat(6)}${n}` }),
    );
    const words = (text: string) => `${text} ${'because of something that takes many words to say '.repeat(12)}`;
    const components = Array.from({ length: 64 }, (_, n) => ({
      kind: 'OpNode',
      name: `${'replica-'.repeat(6)}${n}`,
      render: 'a'.repeat(64),
      previousRender: 'b'.repeat(64),
    }));
    const change = (to: (status: OptimismNetworkStatus) => OptimismNetworkStatus) =>
      changeStatus<OptimismNetworkStatus>(api.client, target, to, alive);
    const bytes = async () => Buffer.byteLength(JSON.stringify((await read(target.name))?.status));
    const shown = { plan: plan({ steps: planned }), createdAt: '2026-11-22T11:59:00Z', workflowId: 'w' };
    await change((status) => ({ ...status, components, plan: planToStatus(shown) }));
    for (const current of planned) {
      for (const state of ['Running', 'Done'] as const) {
        const progress = { id: current.id, state, message: words(state), startedAt: '2026-11-22T12:00:00Z' };
        await change((status) =>
          status.plan ? { ...status, plan: withStepProgress(status.plan, progress, current) } : status,
        );
        const found = (await read(target.name))?.status?.plan?.steps?.find(({ id }) => id === current.id);
        expect(found, `${current.id} ${state}`).toMatchObject({ state });
        if (state === 'Running') expect(found?.message).toContain('because of something');
        expect(await bytes()).toBeLessThanOrEqual(MAX_STATUS_BYTES);
      }
    }
    const status = (await read(target.name))?.status;
    expect(status?.components).toHaveLength(64);
    // Told again as a whole, what was cut off at the front is over and not pending.
    const again = planToStatus(shown, { before: status?.plan });
    expect(new Set(again.steps?.map(({ state }) => state))).toEqual(new Set(['Done']));
  });

  it('of another object with the same name is left alone', async () => {
    const target = await freshNetwork();
    const former = { ...target, uid: '00000000-0000-4000-8000-000000000000' };
    expect(await changeStatus<OptimismNetworkStatus>(api.client, former, () => ({ phase: 'Ready' }), alive)).toBe(
      false,
    );
    expect((await read(target.name))?.status?.phase).toBeUndefined();
  });

  it('is not written by an attempt that wakes up between reading and writing', async () => {
    const target = await freshNetwork();
    let frozen = false;
    const attempt: StatusAttempt = {
      signal,
      requireCurrent() {
        if (frozen) throw new OperatorError({ type: 'NotExecutor', message: 'frozen', fix: 'nothing to do' });
      },
    };
    const write = changeStatus<OptimismNetworkStatus>(
      api.client,
      target,
      (status) => {
        frozen = true;
        return { ...status, phase: 'Installing' };
      },
      attempt,
    );
    await expect(write).rejects.toMatchObject({ type: 'NotExecutor' });
    expect((await read(target.name))?.status?.phase).toBeUndefined();
  });
});

describe('our finalizer', () => {
  const finalizers = async (name: string) => (await read(name))?.metadata.finalizers ?? [];

  it('is set once, and taken off, beside those of others', async () => {
    const target = await freshNetwork();
    await api.client.mergePatch(
      { apiVersion: 'optimism.io/v1alpha1', ...target },
      { metadata: { finalizers: ['example.com/theirs'] } },
      { fieldManager: 'them' },
    );
    await changeFinalizer(api.client, target, true, signal);
    await changeFinalizer(api.client, target, true, signal);
    expect(await finalizers(target.name)).toEqual(['example.com/theirs', FINALIZER]);
    await changeFinalizer(api.client, target, false, signal);
    expect(await finalizers(target.name)).toEqual(['example.com/theirs']);
  });

  it('stays on a network that was created anew under the name of one that is gone', async () => {
    const target = await freshNetwork();
    await changeFinalizer(api.client, target, true, signal);
    const former = { ...target, uid: '00000000-0000-4000-8000-000000000000' };
    expect(await changeFinalizer(api.client, former, false, signal)).toBe(false);
    expect(await finalizers(target.name)).toEqual([FINALIZER]);
  });

  it('is not put on an object that is going', async () => {
    const target = await freshNetwork();
    const ref = { apiVersion: 'optimism.io/v1alpha1', ...target };
    await api.client.mergePatch(ref, { metadata: { finalizers: ['example.com/theirs'] } }, { fieldManager: 'them' });
    await api.client.delete(ref);
    expect(await changeFinalizer(api.client, target, true, signal)).toBe(false);
    await api.client.mergePatch(ref, { metadata: { finalizers: [] } }, { fieldManager: 'them' });
  });
});
