import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changesForks, pointOfNoReturn } from '../../src/activities/gather/changes-forks.ts';
import type { RollupConfig } from '../../src/chain/rollup-config.ts';
import type { ChainFacts } from '../../src/render/index.ts';
import { renderNetwork } from '../../src/render/index.ts';
import { inputFile } from '../render/golden-cases.ts';
import { customChain, devnet, registryChain, renderInput } from '../render/render-input.ts';

const OPENS = { kind: 'OpNode', name: 'replica' } as const;

function rendered(yaml: string, chain: ChainFacts, kind: string) {
  const found = renderNetwork(renderInput(yaml, { chain })).find(({ component }) => component.kind === kind);
  return { objects: (found?.objects ?? expect.fail(`no ${kind}`)) as never };
}

const node = (chain: ChainFacts = customChain, yaml = devnet()) => rendered(yaml, chain, 'OpNode');
const replica = (yaml: string) => rendered(yaml, registryChain, 'OpNode');
const batcher = (chain: ChainFacts) => JSON.stringify(rendered(devnet(), chain, 'OpBatcher'));

describe('the fork times of a node change', () => {
  it.each<[string, ChainFacts['config']]>([
    ['rollup.json', { ...customChain.config, rollup: { name: 'devnet-rollup-other', key: 'rollup.json' } }],
    [
      'genesis',
      { ...customChain.config, genesis: { name: 'devnet-genesis-other', key: 'genesis.json.gz', compression: 'gzip' } },
    ],
  ])('with another %s', (_, config) => {
    expect(changesForks(OPENS, node(), node({ ...customChain, config }))).toBe(true);
  });

  it('not with the chain configuration of the L1, nor with another image beside its own files', () => {
    const l1ChainConfig = { name: 'devnet-l1-config-other', key: 'l1.json' };
    const config = { ...customChain.config, l1ChainConfig };
    expect(changesForks(OPENS, node(), node({ ...customChain, config }))).toBe(false);
    expect(changesForks(OPENS, node(), node(customChain, devnet().replace('release: u18', 'release: u17')))).toBe(
      false,
    );
  });

  it('with another image of a program that knows the chain by its name', () => {
    const yaml = inputFile('registry-replica.yaml');
    const image = (tag: string) =>
      yaml.replace('syncMode: execution-layer', `syncMode: execution-layer, image: { tag: ${tag} }`);
    expect(changesForks(OPENS, replica(yaml), replica(yaml))).toBe(false);
    expect(changesForks(OPENS, replica(image('v1.19.8')), replica(image('v1.19.9')))).toBe(true);
  });

  it('of no component that is new, or is no node', () => {
    const config = { ...customChain.config, rollup: { name: 'devnet-rollup-other', key: 'rollup.json' } };
    expect(changesForks(OPENS, undefined, node())).toBe(false);
    expect(changesForks({ kind: 'OpBatcher', name: 'batcher' }, node(), node({ ...customChain, config }))).toBe(false);
  });
});

describe('a batcher, which asks for the configuration of the chain once, is rendered otherwise', () => {
  const withTime = (chain: ChainFacts) => ({ ...chain, forks: [...chain.forks, { name: 'jovian', time: 1795351500 }] });

  it('with another rollup.json', () => {
    const config = { ...customChain.config, rollup: { name: 'devnet-rollup-other', key: 'rollup.json' } };
    expect(batcher({ ...customChain, config })).not.toBe(batcher(customChain));
  });

  it('with another time of a fork, also where the programs know the chain by its name', () => {
    expect(batcher(withTime(customChain))).not.toBe(batcher(customChain));
    const { rollup: _, ...named } = customChain.config;
    const registered = { ...customChain, config: named };
    expect(batcher(withTime(registered))).not.toBe(batcher(registered));
  });

  it('and not with another genesis', () => {
    const genesis = { name: 'devnet-genesis-other', key: 'genesis.json.gz', compression: 'gzip' as const };
    expect(batcher({ ...customChain, config: { ...customChain.config, genesis } })).toBe(batcher(customChain));
  });
});

describe('a node can not go back to what it ran before', () => {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../chain/fixtures/rollup.json'), 'utf8'));
  const ISTHMUS = { name: 'isthmus', time: 1795347428 };
  const JOVIAN = { name: 'jovian', time: 1795347548 };
  const others = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene'].map((name) => ({
    name,
    time: 0,
  }));
  const forks = [...others, ISTHMUS, JOVIAN];

  /** The file that the former node reads. */
  const files = (change: Partial<RollupConfig>) =>
    [
      {
        kind: 'ConfigMap',
        metadata: { name: customChain.config.rollup?.name ?? '' },
        data: { 'rollup.json': JSON.stringify({ ...recorded, ...change }) },
      },
    ] as never;
  const other: ChainFacts = {
    ...customChain,
    config: { ...customChain.config, rollup: { name: 'devnet-rollup-other', key: 'rollup.json' } },
  };

  it.each<[string, Partial<RollupConfig>, readonly { name: string; time: number }[], number]>([
    ['a fork is new', { jovian_time: undefined }, forks, JOVIAN.time],
    ['the first of several is new', { jovian_time: undefined, isthmus_time: undefined }, forks, ISTHMUS.time],
    [
      'a fork comes later: before, the former file has it',
      {},
      [...others, ISTHMUS, { ...JOVIAN, time: 1.9e9 }],
      JOVIAN.time,
    ],
    ['a fork is taken back', {}, [...others, ISTHMUS], JOVIAN.time],
  ])('from its time on when %s', (_, change, wished, time) => {
    const until = pointOfNoReturn(
      OPENS,
      { render: node(), files: files(change) },
      { render: node(other), forks: wished },
    );
    expect(until).toEqual({ time, why: expect.stringMatching(/^the time of \w+ has come$/) });
  });

  it('and can where another file has the same times, or the same file is there', () => {
    const before = { render: node(), files: files({}) };
    expect(pointOfNoReturn(OPENS, before, { render: node(other), forks })).toBeUndefined();
    expect(
      pointOfNoReturn(OPENS, { ...before, files: files({ jovian_time: 5 }) }, { render: node(), forks }),
    ).toBeUndefined();
  });

  it('from the time of a fork on that its former programs do not know', () => {
    const yaml = inputFile('registry-replica.yaml');
    const image = (tag: string) =>
      replica(yaml.replace('syncMode: execution-layer', `syncMode: execution-layer, image: { tag: ${tag} }`));
    const karst = { name: 'karst', time: 1783526401 };
    const from = (before: string, after: string) =>
      pointOfNoReturn(OPENS, { render: image(before), files: [] }, { render: image(after), forks: [JOVIAN, karst] });
    expect(from('v1.18.2', 'v1.19.8')).toEqual({ time: karst.time, why: 'the time of karst has come' });
    expect(from('v1.19.1', 'v1.19.8')).toBeUndefined();
    expect(from('v1.18.1', 'v1.18.2')).toBeUndefined();
  });

  it('and what sends to L1 can not either, by its own programs', () => {
    const ref = { kind: 'OpBatcher', name: 'batcher' } as const;
    const image = (tag: string) => ({
      objects: [
        {
          kind: 'StatefulSet',
          metadata: { name: 'batcher' },
          spec: { template: { spec: { containers: [{ name: 'op-batcher', image: `op-batcher:${tag}` }] } } },
        },
      ] as never,
    });
    const from = (before: string, after: string) =>
      pointOfNoReturn(ref, { render: image(before), files: files({}) }, { render: image(after), forks: [JOVIAN] });
    expect(from('v1.16.1', 'v1.16.8')).toEqual({ time: JOVIAN.time, why: 'the time of jovian has come' });
    expect(from('v1.16.2', 'v1.16.8')).toBeUndefined();
  });

  it('is not said when there was nothing, or it reads no file', () => {
    const after = { render: node(other), forks: [] };
    expect(pointOfNoReturn(OPENS, { render: undefined, files: files({}) }, after)).toBeUndefined();
    const batcherRef = { kind: 'OpBatcher', name: 'batcher' } as const;
    expect(pointOfNoReturn(batcherRef, { render: node(), files: files({}) }, after)).toBeUndefined();
  });
});
