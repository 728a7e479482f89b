import { describe, expect, it } from 'vitest';
import { foreignOwner } from '../../src/activities/ownership.ts';
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
