import { expect, it } from 'vitest';
import { orphanedPods } from '../../src/activities/steps/orphaned-pods.ts';
import type { KubeObject } from '../../src/kube/index.ts';

const set: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'acme-batcher', uid: 'set-2' },
};
const live = { objects: new Map([['StatefulSet/acme-batcher', set]]) };

function pod(owner?: { kind: string; uid: string; controller?: boolean }): KubeObject {
  const ownerReferences = owner ? [{ apiVersion: 'apps/v1', name: 'acme-batcher', ...owner }] : [];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'acme-batcher-0', ownerReferences } };
}

it.each([
  ['without an owner is orphaned', pod(), true],
  ['with an owner that controls nothing is orphaned', pod({ kind: 'StatefulSet', uid: 'set-2' }), true],
  ['of a StatefulSet that is gone is orphaned', pod({ kind: 'StatefulSet', uid: 'set-1', controller: true }), true],
  ['of the StatefulSet that is there is not', pod({ kind: 'StatefulSet', uid: 'set-2', controller: true }), false],
  ['of somebody else’s controller is not', pod({ kind: 'Job', uid: 'job-1', controller: true }), false],
])('a pod %s', (_, object, expected) => {
  expect(orphanedPods(live, [object])).toEqual(expected ? [object] : []);
});
