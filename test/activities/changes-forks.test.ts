import { describe, expect, it } from 'vitest';
import { changesForks } from '../../src/activities/gather/changes-forks.ts';
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
