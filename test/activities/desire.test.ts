/** What a render was made from: it tells a user's edit from an operator that knows the chain otherwise than before. */
import { describe, expect, it } from 'vitest';
import { type CompleteWish, desireOf } from '../../src/activities/desire.ts';
import { gatherChainFiles } from '../../src/activities/gather/chain-files.ts';
import { gatherIdentity } from '../../src/activities/gather/identities.ts';
import { installTokens } from '../../src/activities/gather/install-tokens.ts';
import type { References } from '../../src/activities/gather/references.ts';
import { parseObject } from '../../src/api/parse.ts';
import { createRegistry, loadRegistry, type Registry } from '../../src/catalogue/registry.ts';
import type { RegistryChain } from '../../src/catalogue/registry-chain.ts';
import { type Release, release } from '../../src/catalogue/releases.ts';
import { sample } from '../api/sample-objects.ts';

const TOKENS = installTokens(Buffer.alloc(32, 7), { namespace: 'chains', name: 'acme' });
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

async function replica(
  registry: Registry,
  consensus: object = {},
  used: Release = u19,
  others: readonly string[] = [],
) {
  const unsaid = ['l1.chainId', 'l2', 'contracts', 'rollupConfig', 'genesis'].map((name) => [
    `spec.${name}`,
    undefined,
  ]);
  const changes = { ...Object.fromEntries(unsaid), 'spec.network': 'sepolia/unichain' };
  const network = parseObject('OptimismNetwork', sample('OptimismNetwork', changes));
  const reth = { 'spec.execution.client': 'op-reth', 'spec.consensus': consensus };
  if (!network.ok) throw new Error('the samples are not valid');
  const nodes = ['acme-replica', ...others].map((name) => {
    const node = parseObject('OpNode', sample('OpNode', reth, name));
    return node.ok ? node.value : expect.fail('the samples are not valid');
  });
  const { files } = await gatherChainFiles(network.value, references, registry);
  const wish = {
    uid: 'uid',
    network: network.value,
    nodes,
    batchers: [],
    proposers: [],
    challengers: [],
    references,
    files,
    tokens: TOKENS,
    identities: new Map(nodes.map((node) => [node.metadata.name, gatherIdentity(node, references, TOKENS)])),
  } as unknown as CompleteWish;
  const found = desireOf(wish, { release: used, games: {}, activeSequencer: undefined }).components.find(
    ({ role }) => role === 'replica',
  );
  return found ?? expect.fail('there is no replica');
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
    const [before, after] = [await replica(knows({})), await replica(knows({}), { l1Confirmations: 4 })];
    expect(after.inputs).not.toBe(before.inputs);
  });

  it("otherwise when a release of the user's own gets other programs, and not when its notes change", async () => {
    const own = { ...u19, name: 'acme-1' };
    const opNode = { repository: 'op-node', tag: 'v1.19.8' };
    const noted = { ...own, title: 'renamed', notes: [{ text: 'a note', source: 'us' }] };
    const [before, after] = [await replica(knows({}), {}, own), await replica(knows({}), {}, noted)];
    expect(after).toEqual(before);
    const other = { ...own, images: { ...own.images, opNode } };
    expect((await replica(knows({}), {}, other)).inputs).not.toBe(before.inputs);
  });
});

it('is wished otherwise when another node comes, also where nothing of it becomes different', async () => {
  const alone = await replica(loadRegistry());
  const both = await replica(loadRegistry(), {}, u19, ['another']);
  expect(both.inputs).not.toBe(alone.inputs);
  expect(both.render).toBe(alone.render);
});
