/** Who sends blocks to a node, from what is wished: that decides by what its gates and its health are judged. */
import { describe, expect, it } from 'vitest';
import { followLimits, gossips } from '../../src/activities/gather/following.ts';
import type { Wish } from '../../src/activities/gather/wish.ts';
import type { OpNode } from '../../src/api/op-node.ts';
import { parseObject } from '../../src/api/parse.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import { registryRollupConfig } from '../../src/chain/registry-rollup-config.ts';
import { sample } from '../api/sample-objects.ts';
import { customChain, registryChain } from '../render/render-input.ts';

const rollup = registryRollupConfig(loadRegistry().find('sepolia/unichain') ?? expect.fail());

function node(name: string, p2p: object = {}, role: 'Replica' | 'Sequencer' = 'Replica', more: object = {}): OpNode {
  const signer = { secretKeyRef: { name: 'acme-keys', key: 'signer' } };
  const raw = sample('OpNode', { 'spec.consensus': { p2p, ...more }, 'spec.role': role }, name);
  if (role === 'Sequencer') raw.spec['sequencer'] = { signer };
  const parsed = parseObject('OpNode', raw);
  return parsed.ok ? parsed.value : expect.fail(JSON.stringify(parsed.problems));
}

function wishOf(facts: typeof customChain, ...nodes: OpNode[]): Wish {
  const parsed = parseObject('OptimismNetwork', sample('OptimismNetwork'));
  const network = parsed.ok ? parsed.value : expect.fail();
  return { network, nodes, files: { rollup, facts, objects: [] } } as unknown as Wish;
}

const peer = '/dns4/peer.example.com/tcp/9222/p2p/16Uiu2HAmHTrDBqLfGNUaSDpkTqPFJL9gY9GPvjSUxNUdEzuGUUzf';
const bootnode = 'enr:-J24QKz9Ct0k';

describe('blocks come by gossip', () => {
  it.each<[string, boolean, typeof customChain, OpNode[]]>([
    ['to a replica of a registry chain, which searches for peers', true, registryChain, [node('a')]],
    ['to one that is given boot nodes', true, registryChain, [node('a', { bootnodes: [bootnode] })]],
    ['to one that is given peers', true, registryChain, [node('a', { discovery: false, staticPeers: [peer] })]],
    ['to none that has no p2p', false, registryChain, [node('a', { enabled: false }), node('b')]],
    ['to none that is alone and does not search', false, registryChain, [node('a', { discovery: false })]],
    ['to none of a chain without public peers', false, customChain, [node('a')]],
    ['to none that knows only others that nobody sends any', false, customChain, [node('a'), node('b')]],
    [
      'to one that knows another which has peers outside',
      true,
      customChain,
      [node('a'), node('b', { staticPeers: [peer] })],
    ],
    ['to a replica of our sequencer', true, customChain, [node('a'), node('s', {}, 'Sequencer')]],
    ['to no sequencer that is alone', false, customChain, [node('s', {}, 'Sequencer')]],
  ])('%s: %s', (_, expected, facts, nodes) => {
    expect(gossips(wishOf(facts, ...nodes), nodes[0])).toBe(expected);
  });
});

describe('how nodes follow a chain that somebody else sequences', () => {
  it('is told of each OpNode', () => {
    const mute = node('mute', { enabled: false }, 'Replica', { l1Confirmations: 4 });
    expect(followLimits(wishOf(registryChain, node('open'), mute))).toEqual({
      open: { gossips: true, blockTimeSeconds: 1, maxLagBlocks: 10, maxL1LagBlocks: 10 },
      mute: { gossips: false, blockTimeSeconds: 1, maxLagBlocks: 10, maxL1LagBlocks: 14 },
    });
  });

  it('is nothing to ask where a sequencer is ours', () => {
    expect(followLimits(wishOf(registryChain, node('a'), node('s', {}, 'Sequencer')))).toBeUndefined();
  });
});
