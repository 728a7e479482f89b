import { describe, expect, test } from 'vitest';
import { driftedFields, type KubeObject, matchesLive } from '../../src/render/index.ts';

function deployment(spec: object): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'chains', labels: {} }, spec };
}

function drift(rendered: object, live: object): string[] {
  return driftedFields(deployment(rendered), deployment(live));
}

describe('a live object', () => {
  test.each([
    ['fields that the server adds', { replicas: 1 }, { replicas: 1, minReadySeconds: 0, status: {} }],
    [
      'variables that somebody adds',
      { env: [{ name: 'A', value: '1' }] },
      { env: [{ name: 'Z' }, { name: 'A', value: '1' }] },
    ],
    ['an empty value that the server leaves out', { env: [{ name: 'A', value: '' }] }, { env: [{ name: 'A' }] }],
    ['an empty list that the server leaves out', { ingress: [] }, {}],
    [
      'a quantity in another notation',
      { limits: { cpu: '1000m', memory: '1024Mi' } },
      { limits: { cpu: '1', memory: '1Gi' } },
    ],
    ['a quantity with a decimal point', { requests: { cpu: '0.5' } }, { requests: { cpu: '500m' } }],
    [
      'volumes in another order',
      { volumes: [{ name: 'a' }, { name: 'b' }] },
      { volumes: [{ name: 'b' }, { name: 'a' }] },
    ],
  ])('matches in spite of %s', (_, rendered, live) => {
    expect(drift(rendered, live)).toEqual([]);
  });

  test.each([
    ['another value', { replicas: 1 }, { replicas: 2 }, ['spec.replicas']],
    ['a missing field', { replicas: 1 }, {}, ['spec.replicas']],
    ['false where the server says nothing', { enableServiceLinks: false }, {}, ['spec.enableServiceLinks']],
    ['a missing entry', { env: [{ name: 'A', value: '1' }] }, { env: [] }, ['spec.env[A]']],
    [
      'a value that became a reference',
      { env: [{ name: 'A', value: '1' }] },
      { env: [{ name: 'A', valueFrom: {} }] },
      ['spec.env[A].value'],
    ],
    ['another quantity', { limits: { cpu: '1' } }, { limits: { cpu: '1100m' } }, ['spec.limits.cpu']],
    ['a quantity that is gone', { limits: { cpu: '1' } }, { limits: {} }, ['spec.limits.cpu']],
    ['an argument more', { args: ['--a'] }, { args: ['--a', '--b'] }, ['spec.args']],
    [
      'arguments in another order',
      { args: ['--a', '--b'] },
      { args: ['--b', '--a'] },
      ['spec.args[0]', 'spec.args[1]'],
    ],
    ['a list that is a text now', { args: ['--a'] }, { args: '--a' }, ['spec.args']],
    ['an object that is a text now', { template: { a: 1 } }, { template: 'a' }, ['spec.template']],
  ])('differs by %s', (_, rendered, live, paths) => {
    expect(drift(rendered, live)).toEqual(paths);
  });

  test('differs when a sidecar has moved behind the container that needs it', () => {
    const order = (...names: string[]) => ({ initContainers: names.map((name) => ({ name })) });
    expect(drift(order('init', 'op-geth'), order('injected', 'init', 'op-geth'))).toEqual([]);
    expect(drift(order('init', 'op-geth'), order('op-geth', 'init'))).toEqual(['spec.initContainers']);
  });

  test('that does not exist matches nothing', () => {
    expect(matchesLive(deployment({ replicas: 1 }), undefined)).toBe(false);
  });
});
