/** Every golden manifest against a real API server, in a namespace that enforces the restricted pod security standard. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createKubeClient, type KubeClient, type KubeObject as LiveObject } from '../../src/kube/index.ts';
import { driftedFields, type KubeObject, matchesLive } from '../../src/render/index.ts';
import { GOLDEN_CASES, goldenPath } from './golden-cases.ts';
import { devnet } from './render-input.ts';

const FIELD_MANAGER = 'render-test';
const namespace = `render-${process.pid}`;
let kube: KubeClient;

beforeAll(async () => {
  kube = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
  await kube.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });
  // What manifests refer to by name and admission looks up.
  await kube.apply(
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'chain-critical' }, value: 1000 },
    { fieldManager: FIELD_MANAGER },
  );
  await kube.apply(
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' },
    { fieldManager: FIELD_MANAGER },
  );
});

afterAll(async () => {
  await kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await kube.close();
});

function golden(name: string): KubeObject[] {
  return parseAllDocuments(readFileSync(goldenPath(name), 'utf8')).map((document) => {
    const object = document.toJS() as KubeObject;
    // Owners would be collected at once: their CRs do not exist here.
    const { ownerReferences: _, ...metadata } = object.metadata;
    return { ...object, metadata: { ...metadata, namespace } };
  });
}

/** The pod that a StatefulSet would make. */
function podOf(object: KubeObject): LiveObject {
  const { template } = object['spec'] as { template: { metadata: object; spec: { volumes?: { name: string }[] } } };
  const data = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name: `${object.metadata.name}-0`, namespace },
    spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), data] },
  };
}

describe.each(GOLDEN_CASES)('the API server, given $name,', ({ name }) => {
  test('accepts every manifest by server-side dry run', async () => {
    for (const object of golden(name)) {
      const accepted = await kube.apply(object, { fieldManager: FIELD_MANAGER, force: true, dryRun: true });
      expect(accepted.metadata.name).toBe(object.metadata.name);
    }
  });

  test('admits the pods under the restricted standard', async () => {
    const objects = golden(name);
    for (const account of objects.filter(({ kind }) => kind === 'ServiceAccount')) {
      await kube.apply(account, { fieldManager: FIELD_MANAGER, force: true });
    }
    for (const object of objects.filter(({ kind }) => kind === 'StatefulSet')) {
      await expect(kube.create(podOf(object), { dryRun: true })).resolves.toMatchObject({ kind: 'Pod' });
    }
  });

  test('returns objects that match what was rendered, with all its defaults', async () => {
    for (const object of golden(name)) {
      const live = await kube.apply(object, { fieldManager: FIELD_MANAGER, force: true, dryRun: true });
      expect(driftedFields(object, live), `${object.kind}/${object.metadata.name}`).toEqual([]);
    }
  });
});

test('the API server accepts the custom resources of the devnet as they stand in examples/', async () => {
  for (const document of parseAllDocuments(devnet())) {
    const object = document.toJS() as LiveObject;
    const accepted = await kube.apply(
      { ...object, metadata: { ...object.metadata, namespace } },
      { fieldManager: FIELD_MANAGER, dryRun: true },
    );
    expect(accepted.metadata.name).toBe(object.metadata.name);
  }
});

test('the namespace refuses a pod that is not restricted, so that admission proves something', async () => {
  const [statefulSet] = golden('devnet').filter(({ kind }) => kind === 'StatefulSet');
  if (statefulSet === undefined) throw new Error('the devnet has no StatefulSet');
  const pod = podOf(statefulSet);
  const loose = { ...pod, spec: { ...(pod['spec'] as object), securityContext: {} } };
  await expect(kube.create(loose, { dryRun: true })).rejects.toThrow(/violates PodSecurity/);
});

describe('drift of a live object', () => {
  const rendered = golden('devnet').filter(({ metadata }) => metadata.name === 'devnet-sequencer');
  const statefulSet = rendered.find(({ kind }) => kind === 'StatefulSet') as KubeObject;

  test('is found when somebody edits what we rendered, and only there', async () => {
    const live = await kube.apply(statefulSet, { fieldManager: FIELD_MANAGER, force: true });
    expect(matchesLive(statefulSet, live)).toBe(true);
    const reference = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'devnet-sequencer' };
    const edited = await kube.jsonPatch(
      reference,
      [
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'evil:1' },
        { op: 'add', path: '/metadata/annotations', value: { 'example.com/note': 'tolerated' } },
      ],
      { fieldManager: 'kubectl-edit' },
    );
    expect(driftedFields(statefulSet, edited)).toEqual(['spec.template.spec.containers[op-node].image']);
    const repaired = await kube.apply(statefulSet, { fieldManager: FIELD_MANAGER, force: true });
    expect(matchesLive(statefulSet, repaired)).toBe(true);
  });

  test('is found when somebody moves the partition or the replicas', async () => {
    await kube.apply(statefulSet, { fieldManager: FIELD_MANAGER, force: true });
    const edited = await kube.mergePatch(
      { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'devnet-sequencer' },
      { spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 0 } } } },
      { fieldManager: 'kubectl-edit', dryRun: true },
    );
    expect(driftedFields(statefulSet, edited)).toEqual([
      'spec.replicas',
      'spec.updateStrategy.rollingUpdate.partition',
    ]);
  });
});
