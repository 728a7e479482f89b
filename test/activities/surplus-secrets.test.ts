import { describe, expect, it } from 'vitest';
import type { StoredRender } from '../../src/activities/state/render-store.ts';
import { surplusAfterChange } from '../../src/activities/steps/surplus-secrets.ts';

function network(...copies: string[]): StoredRender {
  const from = { name: 'acme-keys', key: 'batcher' };
  const component = { kind: 'OptimismNetwork', name: 'acme' } as const;
  const owned = copies.map((name) => ({ kind: 'Secret', from, to: { name, key: 'batcher' }, token: 'ab' }) as const);
  return { component, objects: [], copies: owned, identities: [], peers: {}, sequencers: [], keys: [], inputs: '' };
}

function batcher(secretName: string): StoredRender {
  const volumes = [{ name: 'keys', secret: { secretName } }];
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'acme-batcher' },
    spec: { template: { spec: { volumes } } },
  };
  return { ...network(), component: { kind: 'OpBatcher', name: 'acme-batcher' }, objects: [set] };
}

describe('after a change', () => {
  const last = network('key-1');

  it('a copy that the new render still names stays', () => {
    expect(surplusAfterChange(network('key-1', 'key-2'), { last, before: undefined, mounting: [] })).toEqual([]);
  });

  it('a copy that a running pod may ask for at its next start stays', () => {
    const mounting = [batcher('key-1')];
    expect(surplusAfterChange(network('key-2'), { last, before: network('key-0'), mounting })).toEqual(['key-0']);
  });

  it('a copy whose name only begins like one that is mounted goes', () => {
    const mounting = [batcher('key-10')];
    expect(surplusAfterChange(network('key-2'), { last, before: undefined, mounting })).toEqual(['key-1']);
  });

  it('the identity of a node that was created anew goes as soon as nothing mounts it', () => {
    const [before, after] = ['acme-replica-p2p-000000000001', 'acme-replica-p2p-000000000002'].map((secret) => ({
      ...network(),
      identities: [{ secret, keys: {} }],
    }));
    if (!before || !after) throw new Error('two renders');
    const mounting = [batcher('acme-replica-p2p-000000000001')];
    expect(surplusAfterChange(after, { last: before, before: undefined, mounting })).toEqual([]);
    expect(surplusAfterChange(after, { last: after, before, mounting: [] })).toEqual(['acme-replica-p2p-000000000001']);
  });

  it('generated identities of a component that is gone go with it', () => {
    const name = 'acme-replica-p2p-0123456789ab';
    const withReplica = { ...last, identities: [{ secret: name, keys: {} }] };
    expect(surplusAfterChange(last, { last: withReplica, before: last, mounting: [] })).toEqual([name]);
  });
});
