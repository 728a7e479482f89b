import { describe, expect, it } from 'vitest';
import type { LiveObjects } from '../../src/activities/gather/live.ts';
import { contestedObjects, foreignOwner } from '../../src/activities/ownership.ts';
import type { StoredRender } from '../../src/activities/state/render-store.ts';
import type { ComponentRef } from '../../src/contract/plan.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { objectLabels } from '../../src/render/labels.ts';

const batcher: ComponentRef = { kind: 'OpBatcher', name: 'x' };
const node: ComponentRef = { kind: 'OpNode', name: 'x' };

function service(metadata: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', ...metadata } };
}

describe('an object that has the name that a component needs', () => {
  it.each<[string, object]>([
    ['carries its labels', { labels: objectLabels('acme', batcher, 'batcher') }],
    ['carries only the label of the network', { labels: { 'optimism.io/network': 'acme' } }],
    [
      'has lost its labels, but was written by the operator',
      { managedFields: [{ manager: 'kubectl' }, { manager: 'op-stack-operator' }] },
    ],
  ])('is its own when it %s', (_, metadata) => {
    expect(foreignOwner(service(metadata), 'acme', batcher)).toBeUndefined();
  });

  it.each<[string, object, RegExp]>([
    [
      'somebody else made it',
      { labels: { app: 'x' }, managedFields: [{ manager: 'helm' }] },
      /not made by this operator/,
    ],
    ['nothing is known of it', {}, /not made by this operator/],
    ['another network has it', { labels: objectLabels('other', batcher, 'batcher') }, /OptimismNetwork "other"/],
    ['another component of the network has it', { labels: objectLabels('acme', node, 'replica') }, /"opnode.x"/],
  ])('is left alone when %s', (_, metadata, why) => {
    expect(foreignOwner(service(metadata), 'acme', batcher)).toMatch(why);
  });
});

describe('components of one network that need objects of the same name', () => {
  const sequencer: ComponentRef = { kind: 'OpNode', name: 'y' };
  const nothing: LiveObjects = { objects: new Map(), pods: [] };

  function renderOf(component: ComponentRef, ...names: string[]): StoredRender {
    const objects = ['Service', 'StatefulSet'].flatMap((kind) =>
      names.map((name) => ({ apiVersion: 'v1', kind, metadata: { name } })),
    );
    return { component, objects, copies: [], identities: [], peers: {}, sequencers: [], keys: [], inputs: '' };
  }

  function heldBy(component: ComponentRef): LiveObjects {
    const labels = objectLabels('acme', component, 'batcher');
    return { objects: new Map([['StatefulSet/x', service({ labels })]]), pods: [] };
  }

  it('are none when every name is of one of them only', () => {
    expect(contestedObjects([renderOf(node, 'x', 'x-rpc'), renderOf(sequencer, 'y')], nothing, 'acme')).toEqual([]);
  });

  it('are told as one problem of the second, which names both, every object and the fix', () => {
    const renders = [renderOf(sequencer, 'y'), renderOf(node, 'x', 'x-rpc'), renderOf(batcher, 'x')];
    expect(contestedObjects(renders, nothing, 'acme')).toEqual([
      {
        type: 'InvalidSpec',
        message: 'OpBatcher/x needs Service/x, StatefulSet/x, which OpNode/x of the same network needs as well',
        fix: 'create OpBatcher/x under another name',
        object: 'OpBatcher/x',
      },
    ]);
  });

  it('are told to the one that came later when the other one has the object already', () => {
    const renders = [renderOf(node, 'x'), renderOf(batcher, 'x')];
    const problems = contestedObjects(renders, heldBy(batcher), 'acme').filter(({ message }) =>
      message.includes('StatefulSet/x'),
    );
    expect(problems.map(({ object }) => object)).toEqual(['OpNode/x']);
  });
});
