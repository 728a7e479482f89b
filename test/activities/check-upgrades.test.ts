/** What runs against what is wished: versions by the rules of upgrades, and fork times at another time. */
import { describe, expect, it } from 'vitest';
import { checkUpgrades, checkWayBack } from '../../src/activities/check-upgrades.ts';
import type { Desire } from '../../src/activities/desire.ts';
import { release, releaseNames } from '../../src/catalogue/releases.ts';

const component = { kind: 'OpNode', name: 'acme-replica' } as const;

interface Files {
  readonly tag: string;
  /** ConfigMap of rollup.json. */
  readonly rollup?: string;
}

function renderOf({ tag, rollup = 'rollup-1' }: Files) {
  const configMap = { name: rollup, items: [{ key: 'rollup.json', path: 'rollup.json' }] };
  const spec = {
    containers: [{ name: 'op-node', image: `op-node:${tag}` }],
    volumes: [{ name: 'chain', projected: { sources: [{ configMap }] } }],
  };
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: component.name } };
  return { component, objects: [{ ...set, spec: { template: { spec } } }] };
}

interface Chain {
  readonly custom?: boolean;
  readonly forks?: readonly { readonly name: string; readonly time: number }[];
  /** Of the contracts on L1. */
  readonly generation?: string;
  /** Timestamp of the newest block that was seen; empty: none was. */
  readonly head?: string;
}

function desired(wished: Files, { custom = true, forks = [{ name: 'jovian', time: 0 }] }: Chain = {}): Desire {
  return {
    components: [{ component, images: { 'op-node': `op-node:${wished.tag}` } }],
    renders: [renderOf(wished)],
    input: { chain: { custom, forks }, release: release('u18') },
  } as unknown as Desire;
}

function seen({ generation, head = '2026-11-01T00:00:00Z' }: Chain = {}) {
  return {
    wish: { catalogue: { find: release, names: releaseNames } },
    status: {
      release: 'u17',
      ...(generation === undefined ? {} : { contracts: { generation } as never }),
      ...(head === '' ? {} : { health: { unsafe: { number: 1, timestamp: head } } }),
    },
  };
}

function verdict(runs: Files, wished: Files, chain: Chain = {}) {
  return checkUpgrades(desired(wished, chain), {
    ...seen(chain),
    rolledOut: { verified: [{ component, digest: 'd', render: renderOf(runs) as never }], lost: [] },
  });
}

describe('a change of what runs', () => {
  it('of versions alone, or of fork times alone, is fine', () => {
    expect(verdict({ tag: 'v1.16.11' }, { tag: 'v1.18.2' }).problems).toEqual([]);
    expect(verdict({ tag: 'v1.18.2' }, { tag: 'v1.18.2', rollup: 'rollup-2' }).problems).toEqual([]);
  });

  it('of both at once is refused: which of them was wrong could not be told', () => {
    expect(verdict({ tag: 'v1.16.11' }, { tag: 'v1.18.2', rollup: 'rollup-2' }).problems).toEqual([
      {
        type: 'Incompatible',
        message: 'OpNode/acme-replica would get other versions and other fork times in one step',
        fix: expect.stringContaining('roll the versions out first'),
        object: 'OpNode/acme-replica',
      },
    ]);
  });

  it('of a chain that the programs know by name has its fork times from the version: that is one thing', () => {
    const moved = verdict({ tag: 'v1.16.11' }, { tag: 'v1.18.2', rollup: 'rollup-2' }, { custom: false });
    expect(moved.problems).toEqual([]);
  });

  it('behind a fork that is active at the head is refused, and before its time it is not', () => {
    const back = [{ tag: 'v1.16.11' }, { tag: 'v1.13.2' }] as const;
    expect(verdict(...back).problems).toMatchObject([
      { type: 'Incompatible', message: expect.stringContaining('jovian is active') },
    ]);
    const later = { forks: [{ name: 'jovian', time: Date.parse('2026-12-01T00:00:00Z') / 1000 }] };
    expect(verdict(...back, later).problems).toEqual([]);
  });

  it('that nobody can judge by its version is a warning', () => {
    expect(verdict({ tag: 'v1.16.11' }, { tag: 'ours' }).warnings).toMatchObject([
      expect.stringContaining('the tag is no version'),
    ]);
  });

  it('that needs newer contracts than L1 has is a warning, before the fork and for the release', () => {
    const later = [{ name: 'jovian', time: Date.parse('2026-12-01T00:00:00Z') / 1000 }];
    const said = (generation: string, forks = later) =>
      verdict({ tag: 'v1.18.2' }, { tag: 'v1.18.2' }, { forks, generation }).warnings;
    const fork = 'jovian is made for op-contracts/v5.0.0 or later, and the contracts on L1 are';
    expect(said('v4.1')).toEqual([`${fork} v4.1`]);
    expect(said('v1.3')).toEqual([
      `${fork} v1.3`,
      'release u18 works with op-contracts/v1.4.0 or later, and the contracts on L1 are v1.3',
    ]);
    expect([said('v5'), said('unknown'), said('v4.1', [{ name: 'jovian', time: 0 }])]).toEqual([[], [], []]);
    const unseen = { forks: later, generation: 'v4.1', head: '' };
    expect(verdict({ tag: 'v1.18.2' }, { tag: 'v1.18.2' }, unseen).warnings).toEqual([]);
  });
});

describe('a way back', () => {
  const judged = (former: string, wished: string, chain: Chain = {}) =>
    checkWayBack(
      desired({ tag: wished }, chain),
      { former: [{ component, digest: 'd', render: renderOf({ tag: former }) as never }] },
      seen(chain),
    );

  it('is judged like a wish for what ran before', () => {
    expect(judged('v1.13.5', 'v1.18.2').problems).toMatchObject([
      { type: 'Incompatible', message: expect.stringContaining('jovian is active') },
    ]);
    expect(judged('v1.16.11', 'v1.18.2').problems).toEqual([]);
  });

  it('warns of what whoever goes back has to know', () => {
    expect(judged('ours', 'v1.18.2').warnings).toMatchObject([expect.stringContaining('the tag is no version')]);
  });
});
