import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { proposerManifest } from './manifests.ts';
import { startHarness, until, type WatcherHarness } from './watcher-harness.ts';

let harness: WatcherHarness;
beforeAll(async () => {
  harness = await startHarness({
    kubeconfigPath: inject('kubeconfigPath'),
    temporalAddress: inject('temporalAddress'),
  });
  await harness.watcher.synced;
});
afterAll(() => harness.close());

const condition = (name: string) => harness.condition('OpProposer', name, 'ConfigurationValid');

describe('a component whose network does not exist', () => {
  it('says so, and no longer when the network appears, also after a restart of the watcher', async () => {
    const { kube, namespace } = harness;
    await kube.create(proposerManifest(namespace, 'early', 'late'));
    const written = await until(async () => {
      const found = await condition('early');
      expect(found).toMatchObject({
        status: 'False',
        reason: 'ReferenceNotFound',
        message: `OptimismNetwork "late" not found in namespace ${namespace}. → create it or fix spec.networkRef.name`,
        observedGeneration: 1,
      });
      return found;
    });
    await harness.restart();
    await harness.watcher.synced;
    await harness.createNetwork('late');
    await until(async () => expect(await condition('early')).toBeUndefined());
    expect(written).toBeDefined();
  });

  it('says how to let go of it when it is being deleted and nobody is left to take it down', async () => {
    const { kube, namespace } = harness;
    const manifest = proposerManifest(namespace, 'orphan', 'gone');
    await kube.create({ ...manifest, metadata: { ...manifest.metadata, finalizers: ['optimism.io/operator'] } });
    await kube.delete({ apiVersion: manifest.apiVersion, kind: manifest.kind, namespace, name: 'orphan' });
    await until(async () =>
      expect((await condition('orphan'))?.message).toContain(
        `kubectl -n ${namespace} patch opproposer orphan --type merge -p '{"metadata":{"finalizers":null}}'`,
      ),
    );
    await kube.mergePatch(
      { apiVersion: manifest.apiVersion, kind: manifest.kind, namespace, name: 'orphan' },
      { metadata: { finalizers: null } },
    );
  });

  it('does not lose what somebody else has said about it meanwhile', async () => {
    const { kube, namespace } = harness;
    await kube.create(proposerManifest(namespace, 'shared', 'other'));
    await until(async () => expect(await condition('shared')).toBeDefined());
    const verdict = {
      type: 'ConfigurationValid',
      status: 'True',
      reason: 'Valid',
      message: 'All is well.',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const apply = (conditions: object[]) =>
      kube.apply(
        {
          apiVersion: 'optimism.io/v1alpha1',
          kind: 'OpProposer',
          metadata: { name: 'shared', namespace },
          status: { conditions },
        },
        { fieldManager: 'op-stack-operator', force: true, subresource: 'status' },
      );
    await apply([verdict]);
    await harness.createNetwork('other');
    await until(async () => expect(await harness.pokesOf('other')).not.toHaveLength(0));
    expect(await condition('shared')).toMatchObject({ status: 'True', message: 'All is well.' });
  });

  it('that is created moments before its network is never blamed', async () => {
    const { kube, namespace } = harness;
    await kube.create(proposerManifest(namespace, 'quick', 'soon'));
    await harness.createNetwork('soon');
    await kube.create(proposerManifest(namespace, 'witness', 'never'));
    await until(async () => expect(await condition('witness')).toBeDefined());
    expect(await condition('quick')).toBeUndefined();
  });
});
