/** What is seen of sequencers, and what of it is drift: op-nodes that answer as each test says, pods as the API has them. */
import { describe, expect, it } from 'vitest';
import type { LiveObjects } from '../../src/activities/gather/live.ts';
import { sequencerDrift } from '../../src/activities/gather/sequencer-drift.ts';
import { choiceOf, gatherSequencers, type SequencerSight } from '../../src/activities/gather/sequencers.ts';
import { API_VERSION } from '../../src/api/names.ts';
import type { Problem } from '../../src/contract/failures.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { opNodeAt } from './op-node-at.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
const { signal } = new AbortController();

interface Seen {
  readonly ip?: string;
  readonly key?: string;
  /** Seconds for which its pod is ready; negative: for which it is not. */
  readonly ready?: number;
  /** Seconds since the moment at which its pod was to be gone. */
  readonly deleted?: number;
  readonly withoutPod?: true;
  /** Replicas of its StatefulSet; absent: it has none. */
  readonly replicas?: number;
}

function podOf(node: string, { ip, ready = 60, deleted }: Seen): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${node}-0`,
      labels: { 'optimism.io/component': `opnode.${node}`, 'app.kubernetes.io/component': 'sequencer' },
      ...(deleted === undefined ? {} : { deletionTimestamp: ago(deleted) }),
    },
    status: {
      ...(ip ? { podIP: ip } : {}),
      conditions: [{ type: 'Ready', status: ready > 0 ? 'True' : 'False', lastTransitionTime: ago(Math.abs(ready)) }],
    },
  };
}

function liveOf(nodes: Readonly<Record<string, Seen>>): LiveObjects {
  const data = Object.fromEntries(Object.entries(nodes).flatMap(([node, { key }]) => (key ? [[node, key]] : [])));
  const objects = new Map<string, KubeObject>([
    ['ConfigMap/acme-sequencers', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'acme-sequencers' }, data }],
  ]);
  for (const [node, { replicas }] of Object.entries(nodes))
    if (replicas !== undefined) {
      const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: node }, spec: { replicas } };
      objects.set(`StatefulSet/${node}`, set);
    }
  const pods = Object.entries(nodes).flatMap(([node, of]) => (of.withoutPod ? [] : [podOf(node, of)]));
  return { objects, pods };
}

function opNode(name: string, sequencer: object = {}, metadata: object = {}): KubeObject {
  const signer = { secretKeyRef: { name: 'keys', key: 'k' } };
  const execution = { client: 'op-geth', storage: { size: '10Gi' } };
  return {
    apiVersion: API_VERSION,
    kind: 'OpNode',
    metadata: { name, namespace: 'chains', ...metadata },
    spec: { networkRef: { name: 'acme' }, role: 'Sequencer', execution, sequencer: { signer, ...sequencer } },
  };
}

function wishOf(components: readonly KubeObject[], more: { status?: object; problems?: readonly Problem[] } = {}) {
  const network = { apiVersion: API_VERSION, kind: 'OptimismNetwork', metadata: { name: 'acme' }, status: more.status };
  return { resources: { network, components, namespaceTerminating: false }, problems: more.problems ?? [] };
}

const look = (components: readonly KubeObject[], nodes: Readonly<Record<string, Seen>>, more = {}) =>
  gatherSequencers(wishOf(components, more), liveOf(nodes), NOW, signal);

describe('a sequencer that is looked at', () => {
  it('is seen by what its op-node says, its key, its spec and its pod', async () => {
    await using a = await opNodeAt('sequencers a', true);
    await using b = await opNodeAt('sequencers b', false);
    const nodes = { a: { ip: a.ip, key: 'false' }, b: { ip: b.ip, key: 'true', ready: -5 } };
    expect(await look([opNode('a'), opNode('b', { stopped: true })], nodes)).toEqual([
      { name: 'a', stays: true, barred: false, state: 'active', may: true, lost: false, key: 'false', readyPod: 'a-0' },
      { name: 'b', stays: true, barred: true, state: 'stopped', may: false, lost: false, key: 'true' },
    ]);
  });

  it.each<[string, Seen, boolean]>([
    ['answers with an error and is ready', {}, false],
    ['restarts for some seconds', { ready: -20 }, false],
    ['is not ready for longer than a restart takes', { ready: -40 }, true],
    ['is ending', { deleted: 2 }, false],
    ['should have ended, as on a machine that is gone', { deleted: 20 }, true],
    ['has no pod, and a StatefulSet that makes one', { withoutPod: true, replicas: 1 }, false],
    ['has no pod, and a StatefulSet that makes none, which is put back', { withoutPod: true, replicas: 0 }, false],
    ['has neither pod nor StatefulSet, which are put back on its volume', { withoutPod: true }, false],
  ])('that %s: lost is %3$s', async (_, of, lost) => {
    await using a = await opNodeAt('sequencers silent', true, 'error');
    const [seen] = await look([opNode('a')], { a: { ip: a.ip, ...of } });
    expect(seen).toMatchObject({ state: 'unknown', lost });
  });

  it('is known by its pod when its OpNode is gone or going, and not at all when it is refused', async () => {
    const going = opNode('going', {}, { deletionTimestamp: ago(1), finalizers: ['optimism.io/operator'] });
    const refused: Problem = { type: 'DuplicateRole', message: '', fix: '', object: 'OpNode/refused' };
    const nodes = { going: {}, gone: {}, a: {} };
    const seen = await look([going, opNode('refused'), opNode('a')], nodes, { problems: [refused] });
    expect(seen.map(({ name, stays }) => [name, stays])).toEqual([
      ['a', true],
      ['going', false],
      ['gone', false],
    ]);
  });
});

describe('who is to sequence', () => {
  it('follows who was seen last, from the status', () => {
    const sight = (name: string): SequencerSight => {
      return { name, stays: true, barred: false, state: 'stopped', may: false, lost: false };
    };
    const wish = wishOf([], { status: { sequencer: { active: 'b' } } });
    expect(choiceOf(wish, [sight('a'), sight('b')])).toMatchObject({ active: 'b' });
  });
});

describe('drift of a sequencer', () => {
  const component = { kind: 'OpNode', name: 'a' } as const;
  const sight = { name: 'a', stays: true, barred: false, lost: false, readyPod: 'a-0' } as const;
  const fieldsOf = (role: 'sequencer' | 'standby', seen: SequencerSight) =>
    sequencerDrift({ component, role, network: 'acme' }, seen).flatMap(({ object, fields }) =>
      fields.map(({ path, from, to }) => `${object} ${path}: ${from} → ${to}`),
    );

  const key = (from: string | undefined, to: string) => `ConfigMap/acme-sequencers data.a: ${from} → ${to}`;
  const pod = (from: string, to: string) => `Pod/a-0 admin_sequencerActive: ${from} → ${to}`;

  it.each<[string, 'sequencer' | 'standby', SequencerSight, string[]]>([
    ['the active one, active', 'sequencer', { ...sight, state: 'active', may: true, key: 'false' }, []],
    ['the active one, silent', 'sequencer', { ...sight, state: 'unknown', may: true, key: 'false' }, []],
    [
      'the active one, stopped',
      'sequencer',
      { ...sight, state: 'stopped', may: true, key: 'false' },
      [pod('false', 'true')],
    ],
    [
      'the active one, which may not resume',
      'sequencer',
      { ...sight, state: 'active', may: false, key: 'true' },
      [key('true', 'false')],
    ],
    [
      'the active one, without a key',
      'sequencer',
      { ...sight, state: 'active', may: false },
      [key(undefined, 'false')],
    ],
    ['a standby, stopped', 'standby', { ...sight, state: 'stopped', may: false, key: 'true' }, []],
    ['a standby, silent', 'standby', { ...sight, state: 'unknown', may: false, key: 'true' }, []],
    ['a standby, active', 'standby', { ...sight, state: 'active', may: false, key: 'true' }, [pod('true', 'false')]],
    [
      'a standby, which would resume',
      'standby',
      { ...sight, state: 'stopped', may: true, key: 'false' },
      [key('false', 'true')],
    ],
  ])('%s', (_, role, seen, expected) => {
    expect(fieldsOf(role, seen)).toEqual(expected);
  });

  it('says who has written the key', () => {
    const seen: SequencerSight = { ...sight, state: 'active', may: false, key: 'true', keyEditedBy: ['kubectl-edit'] };
    const [change] = sequencerDrift({ component, role: 'sequencer', network: 'acme' }, seen);
    expect(change?.editedBy).toEqual(['kubectl-edit']);
  });

  it('is none while its pod is on its way: it has not begun yet', () => {
    const { readyPod: _, ...starting } = sight;
    expect(fieldsOf('sequencer', { ...starting, state: 'stopped', may: true, key: 'false' })).toEqual([]);
  });
});
