/** What a render was made from: it tells a user's edit from an operator that knows the chain otherwise than before. */
import { describe, expect, it } from 'vitest';
import { type CompleteWish, desireOf } from '../../src/activities/desire.ts';
import { gatherChainFiles } from '../../src/activities/gather/chain-files.ts';
import { gatherIdentity } from '../../src/activities/gather/identities.ts';
import { installTokens } from '../../src/activities/gather/install-tokens.ts';
import { type References, referencesOf } from '../../src/activities/gather/references.ts';
import { parseObject } from '../../src/api/parse.ts';
import { createRegistry, loadRegistry, type Registry } from '../../src/catalogue/registry.ts';
import type { RegistryChain } from '../../src/catalogue/registry-chain.ts';
import { type Release, release } from '../../src/catalogue/releases.ts';
import { wishDigest } from '../../src/contract/wish-mark.ts';
import { sample } from '../api/sample-objects.ts';

const TOKENS = installTokens(Buffer.alloc(32, 7), { namespace: 'chains', name: 'acme' });
const u18 = release('u18') ?? expect.fail();
const u19 = release('u19') ?? expect.fail();
const unichain = loadRegistry().find('sepolia/unichain') ?? expect.fail();
const knows = (chain: Partial<RegistryChain>) => createRegistry({ 'sepolia/unichain': { ...unichain, ...chain } });

/** Whatever is asked for is there. */
const references: References = {
  resolved: [],
  problems: [],
  lostCopies: [],
  copies: () => [],
  find: (kind, name, key) => ({
    use: { kind, name, key, object: '', field: '' },
    value: Buffer.from('x'),
    token: 'token',
    copy: { name: `${name}-copy`, key },
  }),
};

interface Wished {
  readonly consensus?: object;
  readonly used?: Release;
  /** `spec.release`, where it is said. */
  readonly named?: string;
  readonly others?: readonly string[];
  /** Of the network: how often its spec was written. */
  readonly generation?: number;
  /** Of the replica's variable SETTING, which is in a ConfigMap. */
  readonly setting?: string;
}

const SETTING = { name: 'settings', key: 'verbosity' };

async function replica(registry: Registry, wished: Wished = {}) {
  const { components } = await desire(registry, wished);
  return components.find(({ role }) => role === 'replica') ?? expect.fail('there is no replica');
}

async function desire(
  registry: Registry,
  { consensus = {}, used = u19, named, others = [], setting, generation }: Wished,
) {
  const unsaid = ['l1.chainId', 'l2', 'contracts', 'rollupConfig', 'genesis'].map((name) => [
    `spec.${name}`,
    undefined,
  ]);
  const changes = { ...Object.fromEntries(unsaid), 'spec.network': 'sepolia/unichain', 'spec.release': named };
  const network = parseObject('OptimismNetwork', sample('OptimismNetwork', changes));
  const env = setting === undefined ? [] : [{ name: 'SETTING', valueFrom: { configMapKeyRef: SETTING } }];
  const reth = { 'spec.execution.client': 'op-reth', 'spec.execution.env': env, 'spec.consensus': consensus };
  if (!network.ok) throw new Error('the samples are not valid');
  Object.assign(network.value.metadata, { generation });
  const nodes = ['acme-replica', ...others].map((name) => {
    const node = parseObject('OpNode', sample('OpNode', reth, name));
    return node.ok ? node.value : expect.fail('the samples are not valid');
  });
  const resolved = referencesOf('OpNode/acme-replica', { execution: { env } }).map((use) => ({
    use,
    value: Buffer.from(setting ?? ''),
    token: `token-${setting}`,
    copy: { name: `${use.name}-copy`, key: use.key },
  }));
  const { files } = await gatherChainFiles(network.value, references, registry);
  const wish = {
    uid: 'uid',
    network: network.value,
    resources: { network: network.value, components: nodes },
    nodes,
    batchers: [],
    proposers: [],
    challengers: [],
    references: { ...references, resolved },
    files,
    tokens: TOKENS,
    identities: new Map(nodes.map((node) => [node.metadata.name, gatherIdentity(node, references, TOKENS)])),
  } as unknown as CompleteWish;
  return desireOf(wish, { release: used, games: {}, activeSequencer: undefined });
}

describe('a replica of a registry chain is rendered', () => {
  it('otherwise by an operator whose registry says something else, and that is no wish of the user', async () => {
    const before = await replica(knows({}));
    const after = await replica(knows({ sequencer_rpc: 'https://elsewhere.example.com' }));
    expect(after.render).not.toBe(before.render);
    expect(after.inputs).toBe(before.inputs);
  });

  it('the same when a fork gets a time that the programs know themselves', async () => {
    const hardforks = { ...unichain.hardforks, lagoon_time: 1_900_000_000 };
    const [before, after] = [await replica(knows({})), await replica(knows({ hardforks }))];
    expect(after).toEqual(before);
  });

  it('otherwise when the user wishes something else', async () => {
    const [before, after] = [await replica(knows({})), await replica(knows({}), { consensus: { l1Confirmations: 4 } })];
    expect(after.inputs).not.toBe(before.inputs);
  });

  it("otherwise when a release of the user's own gets other programs, and not when its notes change", async () => {
    const own = { ...u19, name: 'acme-1' };
    const opNode = { repository: 'op-node', tag: 'v1.19.8' };
    const noted = { ...own, title: 'renamed', notes: [{ text: 'a note', source: 'us' }] };
    const [before, after] = [
      await replica(knows({}), { used: own, named: 'acme-1' }),
      await replica(knows({}), { used: noted, named: 'acme-1' }),
    ];
    expect(after).toEqual(before);
    const other = { ...own, images: { ...own.images, opNode } };
    expect((await replica(knows({}), { used: other, named: 'acme-1' })).inputs).not.toBe(before.inputs);
  });
});

it('is not wished otherwise when another node comes that it does not read from', async () => {
  const alone = await replica(loadRegistry());
  const both = await replica(loadRegistry(), { others: ['another'] });
  expect(wishDigest(both.inputs)).toBe(wishDigest(alone.inputs));
  expect(both.render).toBe(alone.render);
});

it('is not wished otherwise by an operator whose own release is another one', async () => {
  const [before, after] = [await replica(knows({}), { used: u18 }), await replica(knows({}))];
  expect(after.render).not.toBe(before.render);
  expect(after.inputs).toBe(before.inputs);
});

describe('what is written', () => {
  it('changes with each edit, also with one that nothing is rendered from', async () => {
    const [before, after] = [await replica(knows({})), await replica(knows({}), { generation: 2 })];
    expect(after.inputs).not.toBe(before.inputs);
    expect(wishDigest(after.inputs)).toBe(wishDigest(before.inputs));
  });

  it('has the hashes of this formula: when they become others it is another one (contract/wish-mark.ts)', async () => {
    const { renders } = await desire(loadRegistry(), {});
    expect(renders.map(({ inputs }) => inputs.split('/').slice(0, 2))).toMatchInlineSnapshot(`
      [
        [
          "b742c41d68f598e0c22c225f7d70283a",
          "1",
        ],
        [
          "0220c407f579eab460e04b00f13501bb",
          "1",
        ],
      ]
    `);
  });
});

describe('a variable from a ConfigMap', () => {
  it("is taken from an immutable copy among the network's objects", async () => {
    const { renders } = await desire(loadRegistry(), { setting: 'debug' });
    const { objects } = renders.find(({ component }) => component.kind === 'OptimismNetwork') ?? expect.fail('none');
    const copy = objects.find(({ metadata }) => /-settings-[0-9a-f]{12}$/.test(metadata.name)) ?? expect.fail('none');
    expect(copy).toMatchObject({ kind: 'ConfigMap', immutable: true, data: { verbosity: 'debug' } });
    const pods = JSON.stringify(renders.find(({ component }) => component.kind === 'OpNode'));
    expect(pods).toContain(JSON.stringify({ configMapKeyRef: { name: copy.metadata.name, key: 'verbosity' } }));
  });

  it('is another wish when it becomes different', async () => {
    const [before, after] = [await replica(knows({}), { setting: 'a' }), await replica(knows({}), { setting: 'b' })];
    expect(after.inputs).not.toBe(before.inputs);
    expect(after.render).not.toBe(before.render);
  });
});
