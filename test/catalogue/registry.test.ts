import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRegistry } from '../../src/catalogue/registry.ts';

const registry = loadRegistry();

describe('the names of the superchain registry', () => {
  test.each([
    ['mainnet/op', 1, 10],
    ['sepolia/op', 11_155_111, 11_155_420],
    ['sepolia/unichain', 11_155_111, 1301],
  ])('%s is chain %i/%i', (name, l1_chain_id, chain_id) => {
    expect(registry.find(name)).toMatchObject({ l1_chain_id, chain_id });
  });

  test.each([
    ['sepolia/unichian', ['sepolia/unichain']],
    ['sepollia/op', ['mainnet/op', 'sepolia/op']],
    ['op/sepolia', ['mainnet/op', 'sepolia/op']],
    ['sepolia/zorra', ['sepolia/zora']],
    ['acme/nothing-like-it', []],
  ])('%s is unknown, and %j may be meant', (name, similar) => {
    expect(registry.find(name)).toBeUndefined();
    expect(registry.similar(name)).toEqual(similar);
  });

  test('come in groups', () => {
    expect(registry.superchains()).toEqual(['mainnet', 'sepolia', 'sepolia-devnet-2']);
  });
});

describe('a registry file of the user', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opstack-registry-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, content: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }
  const of = (chains: object) => ({ source: 'https://example.com', license: 'none', chains });

  test('adds chains, and wins over what is built in', async () => {
    const op = registry.find('sepolia/op') ?? expect.fail();
    const changed = { ...op, hardforks: { ...op.hardforks, lagoon_time: 1_900_000_000 } };
    const path = await file('more.json', of({ 'sepolia/op': changed, 'acme/one': { ...op, chain_id: 424_242 } }));
    const more = loadRegistry(path);
    expect(more.find('sepolia/op')?.hardforks.lagoon_time).toBe(1_900_000_000);
    expect(more.find('acme/one')?.chain_id).toBe(424_242);
    expect(more.find('sepolia/unichain')).toEqual(registry.find('sepolia/unichain'));
    expect(more.superchains()).toContain('acme');
    expect(more.chains()).toHaveLength(registry.chains().length + 1);
    expect(more.lookUp('424242').map(({ name }) => name)).toEqual(['acme/one']);
    expect(more.similar('acme/ome')).toEqual(['acme/one']);
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /bad\.json: .*JSON/],
    ['something else', { chains: [] }, /bad\.json: source: /],
    ['a chain that lacks something', of({ 'acme/one': { name: 'One' } }), /bad\.json: chains\.acme\/one\.\w+: /],
    ['a name without superchain', of({ one: registry.find('sepolia/op') }), /bad\.json: chains\.one: /],
  ])('that is %s is named with what is wrong', async (_, content, message) => {
    const path = await file('bad.json', content);
    expect(() => loadRegistry(path)).toThrow(message);
  });

  test('that is not there is named', () => {
    expect(() => loadRegistry(join(folder, 'none.json'))).toThrow(/registry file .*none\.json: ENOENT/);
  });
});
