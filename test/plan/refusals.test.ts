import { describe, expect, it } from 'vitest';
import { openApiSchema } from '../../src/api/crd/definition.ts';
import { API_VERSION, type KindName } from '../../src/api/names.ts';
import { parseObject } from '../../src/api/parse.ts';
import { SKIPPABLE_GATES } from '../../src/api/rollout.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { componentRole } from '../../src/plan/component-role.ts';
import type { DesiredComponent } from '../../src/plan/desired.ts';
import { blocksRollouts, refuseDuplicates, refuseSharedKeys } from '../../src/plan/duplicates.ts';
import { makePlan } from '../../src/plan/planner.ts';
import { MAX_COMPONENTS, refuseSettings } from '../../src/plan/refused-settings.ts';
import { change, draftOf, networkOf, refOf, type State } from './network-of.ts';

function parsed<K extends KindName>(kind: K, name: string, spec: object) {
  const result = parseObject(kind, { apiVersion: API_VERSION, kind, metadata: { name, namespace: 'chains' }, spec });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

const registry = loadRegistry();
const NETWORK = {
  l1: { chainId: 11155111, rpc: { url: 'http://l1:8545' }, beacon: { url: 'http://l1:5052' } },
  l2: { chainId: 424242 },
  contracts: { systemConfig: `0x${'1'.repeat(40)}` },
  rollupConfig: { configMapRef: { name: 'chain', key: 'rollup.json' } },
  genesis: { configMapRef: { name: 'chain', key: 'genesis.json.gz' } },
};
const signer = { secretKeyRef: { name: 'keys', key: 'k' } };
const execution = { client: 'op-geth', storage: { size: '10Gi' } };
const networkRef = { name: 'acme' };
const sequencer = (name: string, more: object = {}) =>
  parsed('OpNode', name, { networkRef, role: 'Sequencer', execution, sequencer: { signer, ...more } });
const replica = (name: string) => parsed('OpNode', name, { networkRef, role: 'Replica', execution });
const batcher = (name: string, more: object = {}) => parsed('OpBatcher', name, { networkRef, signer, ...more });
const proposer = (name: string) => parsed('OpProposer', name, { networkRef, signer });

function refusalsOf(
  state: State,
  desired: Partial<DesiredComponent>,
  verified: object = {},
  changes = [change(refOf('batcher'))],
) {
  const input = networkOf([{ role: 'batcher', state, desired, changes }]);
  const observed = input.observed.map((item) =>
    item.verified ? { ...item, verified: { ...item.verified, ...verified } } : item,
  );
  const planned = makePlan({ ...input, observed });
  return planned.type === 'refusal' ? planned.problems : [];
}

describe('a wish that is valid but can not be fulfilled yet', () => {
  it('is another key', () => {
    expect(refusalsOf('changed', { keys: ['new'] }, { keys: ['old'] })).toEqual([
      expect.objectContaining({ type: 'NotSupportedYet', message: expect.stringContaining('old is no longer wished') }),
    ]);
  });

  it('is a larger volume: Kubernetes keeps the claim templates of a StatefulSet as they are', () => {
    const path = 'spec.volumeClaimTemplates[data].spec.resources.requests.storage';
    const grown = change(refOf('batcher'), { action: 'recreate', fields: [{ path, from: '10Gi', to: '20Gi' }] });
    expect(refusalsOf('changed', {}, {}, [grown])).toEqual([
      {
        type: 'NotSupportedYet',
        message: expect.stringContaining(`${path}: 10Gi → 20Gi in StatefulSet/batcher`),
        fix: expect.stringContaining('deletionPolicy: Retain'),
        object: 'OpBatcher/batcher',
      },
    ]);
  });

  it('is a field that Kubernetes lets nobody change: found when planning, not half-way', () => {
    const fields = [
      { path: 'spec.template.spec.containers[x].image', from: 'a', to: 'b' },
      { path: 'spec.clusterIP', from: 'None' },
    ];
    const recreated = change(refOf('batcher'), { object: 'Service/batcher', action: 'recreate', fields });
    expect(refusalsOf('changed', {}, {}, [recreated])).toEqual([
      {
        type: 'ImmutableField',
        message: 'Kubernetes does not let Service/batcher be changed (spec.clusterIP: None → absent)',
        fix: expect.stringContaining('delete OpBatcher/batcher and create it again'),
        object: 'OpBatcher/batcher',
      },
    ]);
  });

  it('is not a container that comes or goes, a key that is added, or what is installed anew', () => {
    expect(
      refusalsOf('changed', { images: { b: '1' }, keys: ['old', 'new'] }, { images: { a: '1' }, keys: ['old'] }),
    ).toEqual([]);
    expect(refusalsOf('new', { images: { batcher: 'b:2' }, keys: ['new'] })).toEqual([]);
  });

  it('lets nothing else of the network be changed meanwhile: half a wish is none', () => {
    const input = networkOf([
      { role: 'replica', state: 'changed' },
      { role: 'batcher', state: 'changed', changes: [change(refOf('batcher'), { action: 'recreate' })] },
    ]);
    expect(makePlan(input).type).toBe('refusal');
  });
});

describe('a second one of what there must be one of', () => {
  it('is refused, the oldest stays', () => {
    const nodes = [sequencer('first'), replica('r'), sequencer('second')];
    const problems = refuseDuplicates({
      nodes,
      batchers: [batcher('a'), batcher('b'), batcher('c')],
      proposers: [proposer('a'), proposer('b')],
    });
    expect(problems.map(({ type, object }) => `${type} ${object}`)).toEqual([
      'DuplicateRole OpNode/second',
      'DuplicateRole OpBatcher/b',
      'DuplicateRole OpBatcher/c',
      'DuplicateRole OpProposer/b',
    ]);
    for (const { message, fix } of problems)
      expect([message, fix].join()).toMatch(/"(first|a)" is there already.*delete/s);
  });

  it('is whoever is not rolled out, however old it is', () => {
    const nodes = [sequencer('older'), sequencer('running'), sequencer('standing-by')];
    const problems = refuseDuplicates({ nodes, batchers: [], proposers: [], rolledOut: ['running', 'standing-by'] });
    expect(problems).toEqual([
      {
        type: 'DuplicateRole',
        message: expect.stringContaining('"running" is there already'),
        fix: expect.stringContaining('set spec.sequencer.preferred of the OptimismNetwork to "running"'),
        object: 'OpNode/older',
      },
    ]);
  });

  it('is no sequencer of a network that says which one it prefers: the others stand by', () => {
    const nodes = [sequencer('a'), sequencer('b'), sequencer('c')];
    expect(refuseDuplicates({ nodes, batchers: [], proposers: [], preferred: 'b' })).toEqual([]);
  });

  it('is not a second replica', () => {
    const nodes = [sequencer('s'), replica('a'), replica('b')];
    expect(refuseDuplicates({ nodes, batchers: [batcher('b')], proposers: [] })).toEqual([]);
  });

  it('sends with a key of its own', () => {
    const senders = new Map([
      ['OpProposer/p', '0xb'],
      ['OpChallenger/c', '0xc'],
      ['OpChallenger/d', '0xc'],
    ]);
    expect(refuseSharedKeys('0xb', 'b', senders).map(({ message }) => message)).toEqual([
      "OpProposer/p signs with 0xb, as OpBatcher/b does: they would take each other's nonces",
      "OpChallenger/d signs with 0xc, as OpChallenger/c does: they would take each other's nonces",
    ]);
    expect(refuseSharedKeys('0xa', 'b', new Map([['OpProposer/p', '0xb']]))).toEqual([]);
  });

  it('holds up nobody else', () => {
    const problem = { message: '', fix: '' };
    expect(blocksRollouts({ ...problem, type: 'DuplicateRole', object: 'OpNode/second' })).toBe(false);
    expect(blocksRollouts({ ...problem, type: 'NotSupportedYet', object: 'OpBatcher/b' })).toBe(true);
    expect(blocksRollouts({ ...problem, type: 'ChainMismatch' })).toBe(true);
  });
});

describe('a setting that this version can not honour', () => {
  it.each<[string, object]>([
    ['spec.genesis.url', { genesis: { url: 'https://x/genesis.json.gz', sha256: 'a'.repeat(64) } }],
    ['spec.owner', { owner: { signer } }],
    ['spec.audit.retain', { audit: { retain: true } }],
  ])('%s of a network is refused with a way out', (field, more) => {
    const network = parsed('OptimismNetwork', 'acme', { ...NETWORK, ...more });
    const found = refuseSettings({ network, nodes: [], components: [], registry });
    expect(found).toContainEqual({
      type: 'NotSupportedYet',
      message: expect.stringContaining(field),
      fix: expect.stringMatching(/\w{3}/),
    });
  });

  it('is no window that can be, and one that can not be is told', () => {
    const said = (schedule: string) => {
      const windows = [{ name: 'mornings', schedule, duration: '3h' }];
      const network = parsed('OptimismNetwork', 'acme', { ...NETWORK, approval: { windows } });
      return refuseSettings({ network, nodes: [], components: [], registry }).map(({ type }) => type);
    };
    expect(said('0 9 * * MON')).toEqual([]);
    expect(said('0 9 31 2 *')).toEqual(['InvalidSpec']);
  });

  it('is no name of the registry that is there, and one that is not is told with what may be meant', () => {
    const said = (name: string) =>
      refuseSettings({
        network: parsed('OptimismNetwork', 'acme', { ...NETWORK, network: name }),
        nodes: [],
        components: [],
        registry,
      });
    expect(said('sepolia/unichain')).toEqual([]);
    expect(said('sepolia/unichian')).toEqual([
      {
        type: 'ReferenceNotFound',
        message: 'spec.network: the superchain registry has no chain "sepolia/unichian"',
        fix: 'Did you mean sepolia/unichain?',
      },
    ]);
    expect(said('acme/nothing-like-it')).toMatchObject([
      { fix: expect.stringMatching(/superchains mainnet, sepolia, sepolia-devnet-2\. For a chain outside/) },
    ]);
  });

  it('is no gate that plans wait at', () => {
    const asked = ['sequencer', 'batcher', 'replica', 'network', 'proposer', 'challenger'] as const;
    const forks = { role: 'replica', state: 'changed, restarting', desired: { changesForks: true } } as const;
    const steps = [...asked.map((role) => ({ role, state: 'new' }) as const), forks].flatMap(
      (given) => draftOf(networkOf([given])).steps,
    );
    const waited = new Set(steps.flatMap(({ gates }) => gates ?? []));
    const never = SKIPPABLE_GATES.filter((gate) => !waited.has(gate));
    const network = parsed('OptimismNetwork', 'acme', { ...NETWORK, rollout: { skipGates: [...SKIPPABLE_GATES] } });
    const refused = refuseSettings({ network, nodes: [], components: [], registry });
    expect(refused.map(({ message }) => message.split(' is not')[0]).sort()).toEqual(
      never.map((gate) => `spec.rollout.skipGates: ${gate}`).sort(),
    );
  });

  it('of a component is refused in its name', () => {
    const found = refuseSettings({
      network: undefined,
      nodes: [sequencer('s', { stopped: true })],
      components: [],
      registry,
    });
    expect(found.map(({ object, message }) => `${object}: ${message.split(' is not')[0]}`)).toEqual([
      'OpNode/s: spec.sequencer.stopped of all sequencers of a network',
    ]);
  });

  it('is not the word that a sequencer only stands by', () => {
    const nodes = [sequencer('active'), sequencer('standby', { stopped: true })];
    expect(refuseSettings({ network: undefined, nodes, components: [], registry })).toEqual([]);
  });

  it('is more components than status has room for: refused before anything is done', () => {
    const crowd = (count: number) =>
      refuseSettings({
        network: undefined,
        nodes: [],
        components: Array.from({ length: count }, (_, n) => ({ kind: 'OpNode', metadata: { name: `n${n}` } })),
        registry,
      });
    expect(crowd(MAX_COMPONENTS)).toEqual([]);
    expect(crowd(MAX_COMPONENTS + 2)).toEqual([
      {
        type: 'NotSupportedYet',
        message: 'a network of 65 components (at most 63) is not supported by this version of the operator yet',
        fix: 'delete 2 of them, or put replicas together: one OpNode has up to 50 replicas',
      },
    ]);
    const room = openApiSchema('OptimismNetwork').properties?.['status']?.properties?.['components']?.maxItems;
    expect(room).toBe(MAX_COMPONENTS + 1);
  });

  it('is none of those that everybody sets', () => {
    const network = parsed('OptimismNetwork', 'acme', NETWORK);
    const nodes = [sequencer('s'), replica('r')];
    expect(refuseSettings({ network, nodes, components: [], registry })).toEqual([]);
  });
});

describe('the role of a component', () => {
  it.each<[string, object, string | undefined]>([
    ['OptimismNetwork', {}, 'network'],
    ['OpNode', { role: 'Sequencer' }, 'sequencer'],
    ['OpNode', { role: 'Replica' }, 'replica'],
    ['OpBatcher', {}, 'batcher'],
    ['OpProposer', {}, 'proposer'],
    ['OpChallenger', {}, 'challenger'],
    ['Deployment', {}, undefined],
  ])('of %s %o is %s', (kind, spec, role) => {
    expect(componentRole({ kind, spec })).toBe(role);
  });

  it('is replica when a spec can not be read: a replica is never taken for the sequencer', () => {
    expect(componentRole({ kind: 'OpNode' })).toBe('replica');
    expect(componentRole({ kind: 'OpNode', spec: null })).toBe('replica');
  });
});
