/** Which pods have another template than the rendered one. What the real controller makes: pod-templates.test.ts. */
import { expect, test } from 'vitest';
import { type PodTemplates, strayPods } from '../../src/activities/gather/stray-pods.ts';
import type { StoredRender } from '../../src/activities/state/render-store.ts';
import { LABELS } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/index.ts';

const component = { kind: 'OpNode', name: 'acme' } as const;

function template(image: string) {
  return { metadata: { labels: { app: 'acme' } }, spec: { containers: [{ name: 'op-node', image }] } };
}

/** As the API server keeps it, with a default of its own. */
function kept(image: string, annotations = {}) {
  const { metadata, spec } = template(image);
  return { metadata: { ...metadata, annotations }, spec: { ...spec, restartPolicy: 'Always' } };
}

const render: StoredRender = {
  component,
  objects: [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'acme' } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'acme' },
      spec: { replicas: 2, template: template('op-node:1') },
    },
  ],
  copies: [],
  identities: [],
  peers: {},
  sequencers: [],
  keys: [],
  inputs: '',
};

const TEMPLATES: PodTemplates = new Map([
  ['acme-wished', kept('op-node:1')],
  ['acme-restarted', kept('op-node:1', { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' })],
  ['acme-other', kept('op-node:2')],
]);

function pod(name: string, revision: string | undefined, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  const labels = {
    [LABELS.component]: 'opnode.acme',
    ...(revision ? { 'controller-revision-hash': revision } : {}),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels, ...metadata } };
}

const ended = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const another = { labels: { [LABELS.component]: 'opnode.another', 'controller-revision-hash': 'acme-other' } };

test.each<[string, KubeObject[], string[]]>([
  ['a pod of another template', [pod('acme-0', 'acme-wished'), pod('acme-1', 'acme-other')], ['Pod/acme-1']],
  ['every one of them', [pod('acme-0', 'acme-other'), pod('acme-1', 'acme-other')], ['Pod/acme-0', 'Pod/acme-1']],
  ['no pod of a revision that only others have added to', [pod('acme-0', 'acme-restarted')], []],
  ['no pod of a revision that is not there', [pod('acme-0', 'acme-gone')], []],
  ['no pod without the label', [pod('acme-0', undefined)], []],
  ['no pod that is being replaced', [pod('acme-0', 'acme-other', ended)], []],
  ['no pod that the render has no place for', [pod('acme-2', 'acme-other')], []],
  ['no pod of another component', [pod('acme-0', 'acme-other', another)], []],
  ['nothing where there are no pods', [], []],
])('%s is found', (_, pods, found) => {
  const strays = strayPods(component, render, { objects: new Map(), pods }, TEMPLATES);
  expect(strays.map(({ object }) => object)).toEqual(found);
});

test('a stray pod is shown with the fields that differ, as one that restarts', () => {
  const live = { objects: new Map(), pods: [pod('acme-1', 'acme-other')] };
  expect(strayPods(component, render, live, TEMPLATES)).toEqual([
    {
      component,
      object: 'Pod/acme-1',
      action: 'change',
      fields: [{ path: 'spec.containers[op-node].image' }],
      restartsPods: true,
    },
  ]);
});
