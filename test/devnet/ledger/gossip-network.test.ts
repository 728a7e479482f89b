import { describe, expect, test } from 'vitest';
import { type L2Block, seal, ZERO_HASH } from './block.ts';
import { createGossipNetwork, type GossipHost, type GossipMessage } from './gossip-network.ts';

const block: L2Block = seal({
  parentHash: ZERO_HASH,
  number: 1,
  timestamp: 1,
  l1Origin: { hash: ZERO_HASH, number: 0 },
  sequenceNumber: 0,
  batcher: '',
  transactions: [],
  forced: false,
});

function host(
  peerId: string,
  accepts = true,
  discovers = false,
): GossipHost & { readonly got: GossipMessage[]; readonly lost: string[] } {
  const got: GossipMessage[] = [];
  const lost: string[] = [];
  return {
    peerId,
    address: `${peerId}:9222`,
    discovers,
    got,
    lost,
    accept(message) {
      got.push(message);
      return accepts;
    },
    disconnected: (peer) => void lost.push(peer),
    head: () => undefined,
  };
}

const message = (from: string): GossipMessage => ({ block, signer: '0x1', from });

describe('the gossip network', () => {
  test('connects only to the expected peer id', () => {
    const network = createGossipNetwork();
    const [a, b] = [host('a'), host('b')];
    network.join(a);
    network.join(b);
    expect(network.dial(a, 'nowhere:1', 'b', 0)).toContain('connection refused');
    expect(network.dial(a, b.address, 'c', 0)).toContain('peer id mismatch');
    expect(network.peers('a')).toEqual([]);
    expect(network.dial(a, b.address, 'b', 0)).toBeUndefined();
    expect(network.peers('b')).toEqual([{ peerId: 'a', address: 'a:9222', outbound: false }]);
  });

  test('shows to those who search the others who do', () => {
    const network = createGossipNetwork();
    const [a, b, c] = [host('a', true, true), host('b', true, true), host('c')];
    for (const one of [a, b, c]) network.join(one);
    expect([a, b, c].map((one) => network.discovered(one).map(({ peerId }) => peerId))).toEqual([['b'], ['a'], []]);
  });

  test('carries a block once to everybody, through those that accept it', () => {
    const network = createGossipNetwork();
    const [a, b, c, d, e] = [host('a'), host('b'), host('c'), host('d', false), host('e')];
    for (const one of [a, b, c, d, e]) network.join(one);
    for (const [from, to] of [
      [a, b],
      [b, c],
      [c, a],
      [a, d],
      [d, e],
    ] as const)
      network.dial(from, to.address, to.peerId, 0);
    expect(network.publish(message('a'), 0)).toBe(2);
    expect([b, c, d, e].map((one) => one.got.length)).toEqual([1, 1, 1, 0]);
  });

  test('tells peers that a host left, and mutes it for a while when it is back', () => {
    const network = createGossipNetwork();
    const [a, b] = [host('a'), host('b')];
    const leave = network.join(a);
    network.join(b);
    network.dial(a, b.address, 'b', 0);
    leave();
    expect(b.lost).toEqual(['a']);
    network.join(a);
    network.dial(a, b.address, 'b', 100);
    expect(network.publish(message('a'), 99)).toBe(0);
    expect(network.publish(message('a'), 100)).toBe(1);
  });
});

test('a block’s hash depends on its content, not on who built it', () => {
  const { hash, ...content } = block;
  expect(seal(content).hash).toBe(hash);
  expect(seal({ ...content, transactions: ['0x1'] }).hash).not.toBe(hash);
});
