import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entityWorkflowId, taskQueueName } from '../../src/contract/ids.ts';
import { proposerManifest, statefulSetManifest } from './manifests.ts';
import { startHarness, until, type WatcherHarness } from './watcher-harness.ts';

let harness: WatcherHarness;
beforeAll(async () => {
  harness = await startHarness({
    kubeconfigPath: inject('kubeconfigPath'),
    temporalAddress: inject('temporalAddress'),
    settings: { entityCheckIntervalMs: 500 },
  });
  await harness.watcher.synced;
});
afterAll(() => harness.close());

const networkRef = (name: string) => ({
  apiVersion: 'optimism.io/v1alpha1',
  kind: 'OptimismNetwork',
  namespace: harness.namespace,
  name,
});

/** Creates a network and waits for its first poke. */
async function createPokedNetwork(name: string): Promise<void> {
  await harness.createNetwork(name);
  await until(async () => expect(await harness.pokesOf(name)).not.toHaveLength(0));
}

/** Waits for one more poke with this reason; everything before is history. */
async function pokedFor(network: string, reason: string | RegExp): Promise<void> {
  await until(async () => {
    const last = (await harness.pokesOf(network)).at(-1);
    expect(last?.reason).toMatch(reason);
  });
}

/** Pokes a network by an annotation and waits until that poke has arrived: whatever came before has arrived too. */
async function flush(network: string): Promise<void> {
  const mark = String(Math.random());
  const before = (await harness.pokesOf(network)).length;
  await harness.kube.mergePatch(networkRef(network), { metadata: { annotations: { 'optimism.io/pause': mark } } });
  await until(async () => expect((await harness.pokesOf(network)).length).toBeGreaterThan(before));
}

describe('the watcher', () => {
  it('starts the entity of a new network and says why', async () => {
    const { metadata } = await harness.createNetwork('fresh');
    const { cluster, namespace, temporal } = harness;
    await until(async () =>
      expect(await harness.pokesOf('fresh')).toMatchObject([
        { cluster, network: `${namespace}/fresh`, reason: 'OptimismNetwork fresh appeared' },
      ]),
    );
    const handle = temporal.workflow.getHandle(entityWorkflowId({ cluster, namespace, name: 'fresh' }));
    expect(await handle.describe()).toMatchObject({
      type: 'optimismNetwork',
      taskQueue: taskQueueName(cluster),
      memo: { uid: metadata.uid },
      searchAttributes: { OpNetwork: ['fresh'], OpNamespace: [namespace] },
    });
    const [started] = (await handle.fetchHistory()).events ?? [];
    const payload = started?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data ?? '';
    expect(JSON.parse(Buffer.from(payload as Uint8Array).toString())).toEqual({
      network: { cluster, namespace, name: 'fresh' },
      schema: 1,
    });
  });

  it('pokes at once for the first change, then at most once in 300 ms, and loses none', async () => {
    const began = performance.now();
    await createPokedNetwork('busy');
    for (let i = 1; i <= 30; i++) {
      await harness.kube.mergePatch(networkRef('busy'), { metadata: { annotations: { 'optimism.io/retry': `${i}` } } });
    }
    await flush('busy');
    const elapsed = performance.now() - began;
    expect((await harness.pokesOf('busy')).length).toBeLessThanOrEqual(1 + Math.ceil(elapsed / 300));
  });

  it('pokes for a change of the spec, but not for one of the status, of labels or of other annotations', async () => {
    await createPokedNetwork('quiet');
    await flush('quiet');
    const before = (await harness.pokesOf('quiet')).length;
    const { kube } = harness;
    await kube.mergePatch(networkRef('quiet'), { metadata: { labels: { a: 'b' }, annotations: { other: 'x' } } });
    await kube.mergePatch(networkRef('quiet'), { status: { phase: 'Ready' } }, { subresource: 'status' });
    await kube.mergePatch(networkRef('quiet'), { spec: { paused: true } });
    await pokedFor('quiet', 'OptimismNetwork quiet changed to generation 2');
    expect(await harness.pokesOf('quiet')).toHaveLength(before + 1);
  });

  it('pokes a network for its components', async () => {
    await createPokedNetwork('parent');
    await harness.kube.create(proposerManifest(harness.namespace, 'proposer', 'parent'));
    await pokedFor('parent', 'OpProposer proposer appeared');
    await harness.kube.delete({ ...networkRef('proposer'), kind: 'OpProposer' });
    await pokedFor('parent', 'OpProposer proposer is gone');
  });

  it('pokes for what others change in managed objects, and not for what we change', async () => {
    await createPokedNetwork('owner');
    const { kube, namespace } = harness;
    const manifest = statefulSetManifest(namespace, 'node', 'owner');
    const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'node' };
    const apply = (object = manifest) => kube.apply(object, { fieldManager: 'op-stack-operator', force: true });
    await apply();
    await flush('owner');
    const before = (await harness.pokesOf('owner')).length;
    const spec = manifest['spec'] as object;
    await apply({ ...manifest, spec: { ...spec, minReadySeconds: 5 } });
    await kube.mergePatch(ref, { status: { replicas: 0, readyReplicas: 0 } }, { subresource: 'status' });
    await flush('owner');
    expect(await harness.pokesOf('owner')).toHaveLength(before + 1); // the flush itself

    await kube.mergePatch(ref, { spec: { minReadySeconds: 7 } }, { fieldManager: 'kubectl-edit' });
    await pokedFor('owner', 'StatefulSet node was changed by somebody else');
    await flush('owner');
    // Who only removes a field of ours leaves no entry of his own.
    await kube.jsonPatch(ref, [{ op: 'remove', path: '/spec/template/spec/containers/0/env' }], {
      fieldManager: 'kubectl-edit-2',
    });
    await pokedFor('owner', 'StatefulSet node was changed by somebody else');
    await flush('owner');
    await kube.delete(ref, { propagationPolicy: 'Background' });
    await pokedFor('owner', 'StatefulSet node is gone');
  });

  it('only signals a network that is gone, and starts nothing', async () => {
    await createPokedNetwork('passing');
    const before = (await harness.pokesOf('passing')).length;
    const runId = await harness.runIdOf('passing');
    await harness.kube.delete(networkRef('passing'));
    await until(async () =>
      expect((await harness.pokesOf('passing')).slice(before)[0]).toMatchObject({
        // On a slow machine the entity check finds it as well, and says so in the same poke.
        reason: expect.stringMatching(/^OptimismNetwork passing is gone/),
      }),
    );
    expect(await harness.runIdOf('passing')).toBe(runId);
    const { cluster, namespace, temporal } = harness;
    await temporal.workflow.getHandle(entityWorkflowId({ cluster, namespace, name: 'passing' })).terminate();
    await harness.kube.create(proposerManifest(namespace, 'left-over', 'passing'));
    await createPokedNetwork('next'); // by then a poke for the left-over component would have arrived as well
    expect(await harness.runIdOf('passing')).toBe(runId);
  });

  it('starts a new entity when somebody has terminated the old one', async () => {
    await createPokedNetwork('victim');
    const { cluster, namespace, temporal } = harness;
    const runId = await harness.runIdOf('victim');
    const handle = temporal.workflow.getHandle(entityWorkflowId({ cluster, namespace, name: 'victim' }));
    await handle.terminate('by hand');
    await until(async () => {
      expect(await harness.runIdOf('victim')).not.toBe(runId);
      expect((await harness.pokesOf('victim')).at(-1)?.reason).toBe('its workflow was not running');
    });
    expect(await harness.registry.metrics()).toMatch(/opstack_entities_restarted_total [1-9]/);
  });

  it('tells an entity whose network has gone while nobody watched', async () => {
    const { cluster, namespace, temporal } = harness;
    const network = { cluster, namespace, name: 'orphan' };
    const handle = await temporal.workflow.start('optimismNetwork', {
      workflowId: entityWorkflowId(network),
      taskQueue: taskQueueName(cluster),
      args: [{ network, schema: 1 }],
    });
    await until(async () =>
      expect((await harness.pokesOf('orphan'))[0]).toMatchObject({ reason: 'its OptimismNetwork is gone' }),
    );
    await handle.terminate();
  });

  it('pokes every network once after a restart', async () => {
    await createPokedNetwork('restarted');
    await flush('restarted');
    const before = (await harness.pokesOf('restarted')).length;
    await harness.restart();
    await harness.watcher.synced;
    await until(async () => expect((await harness.pokesOf('restarted')).length).toBe(before + 1));
    await flush('restarted');
    expect(await harness.pokesOf('restarted')).toHaveLength(before + 2);
  });

  it('counts what it does', async () => {
    await createPokedNetwork('counted');
    const text = await harness.registry.metrics();
    expect(text).toMatch(/workqueue_adds_total\{name="network"\} [1-9]/);
    expect(text).toMatch(/workqueue_depth\{name="network"\} \d/);
    expect(text).toMatch(/opstack_poke_seconds_count [1-9]/);
    expect(text).toMatch(/opstack_watch_cache_miss_total\{kind="StatefulSet"\} 0/);
    expect(text).toMatch(/opstack_temporal_reachable 1/);
    const activity = /opstack_watch_last_activity_timestamp_seconds\{kind="Pod"\} ([\d.]+)/.exec(text)?.[1];
    expect(Date.now() / 1000 - Number(activity)).toBeLessThan(60);
  });
});
