/** What a whole network shares and somebody has edited: who did is said. */
import { describe, expect, it } from 'vitest';
import { sharedDrift } from '../../src/activities/gather/shared-drift.ts';
import type { KubeClient, KubeObject, ManagedFieldsEntry } from '../../src/kube/index.ts';
import { activeSequencerSpec } from '../../src/render/active-sequencer.ts';

const { signal } = new AbortController();
const at = { namespace: 'chains', name: 'acme' };
const component = { kind: 'OptimismNetwork', name: 'acme' } as const;
const render = {
  component,
  objects: [],
  copies: [],
  identities: [],
  peers: { 'acme-a': '16Uiu2HAmA', 'acme-b': '16Uiu2HAmB' },
  sequencers: ['acme-a'],
  keys: [],
  inputs: '',
};

function written(name: string, content: object, ...managedFields: ManagedFieldsEntry[]): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, managedFields }, ...content };
}

const by = (manager: string, fieldsV1: object): ManagedFieldsEntry => ({ manager, fieldsV1 }) as ManagedFieldsEntry;

async function changes(...found: KubeObject[]) {
  const kube = { get: async ({ name }: { name: string }) => found.find(({ metadata }) => metadata.name === name) };
  const wish = { tokens: {}, references: { lostCopies: [] } } as never;
  const live = { objects: new Map(found.map((object) => [`Service/${object.metadata.name}`, object])) };
  const options = { wish, live, active: 'acme-a', signal };
  const drift = await sharedDrift(kube as unknown as KubeClient, at, render, options);
  return drift.changes.map(({ object, action, fields, editedBy }) => [
    object,
    action,
    fields.map(({ path }) => path).join(),
    editedBy,
  ]);
}

const sequencers = written('acme-sequencers', { data: { 'acme-a': 'false' } });
const peers = written('acme-peers', { data: render.peers });
const service = written('acme-active-sequencer', { spec: activeSequencerSpec('acme', 'acme-a') });

describe('drift of what a network shares', () => {
  it('is none where all is as it was written', async () => {
    expect(await changes(sequencers, peers, service)).toEqual([]);
  });

  it('names whoever has written the identity of each peer', async () => {
    const fields = { 'f:data': { 'f:acme-a': {} } };
    const edited = written('acme-peers', { data: { 'acme-a': 'x', 'acme-b': 'y' } }, by('kubectl-edit', fields));
    expect(await changes(sequencers, edited, service)).toEqual([
      ['ConfigMap/acme-peers', 'change', 'data.acme-a', ['kubectl-edit']],
      ['ConfigMap/acme-peers', 'change', 'data.acme-b', undefined],
    ]);
  });

  it('names whoever leads clients to another sequencer', async () => {
    const spec = activeSequencerSpec('acme', 'acme-b');
    const fields = { 'f:spec': { 'f:selector': { 'f:optimism.io/component': {} } } };
    const edited = written('acme-active-sequencer', { spec }, by('argocd-controller', fields));
    const [[object, , , editedBy] = []] = await changes(sequencers, peers, edited);
    expect([object, editedBy]).toEqual(['Service/acme-active-sequencer', ['argocd-controller']]);
  });

  it('can not say who has taken a key away', async () => {
    const emptied = written('acme-sequencers', { data: {} }, by('kubectl-edit', { 'f:data': {} }));
    expect(await changes(emptied, peers, service)).toEqual([
      ['ConfigMap/acme-sequencers', 'change', 'data.acme-a', undefined],
    ]);
  });
});
