import { describe, expect, it } from 'vitest';
import { sameChain } from '../../../src/plan/gates/same-chain.ts';
import { at, context, failed, l2Hash, node, ok } from './scene.ts';

const has = (pod: string, number: number, fork = 0) =>
  node(pod, { common: ok({ number, hash: l2Hash(number, fork) }) });

describe('same-chain', () => {
  it('passes when all nodes have the same block', () => {
    expect(sameChain([at(0, { nodes: [has('acme-0', 4990), has('replica-0', 4990)] })], context())).toEqual({
      outcome: 'pass',
      message: 'all nodes (2) have the same safe block 4,990',
    });
  });

  it('fails and names the node that is on a chain of its own, though every other signal of it is green', () => {
    const nodes = [has('replica-0', 4990, 1), has('acme-0', 4990), has('replica-1', 4990)];
    expect(sameChain([at(0, { nodes })], context({ activeSequencer: 'acme' }))).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(/^safe block 4,990 is 0x0.* on acme-0 but another one on replica-0 \(0x0/),
      fix: expect.stringContaining('delete the volume'),
    });
    expect(sameChain([at(0, { nodes })], context()).message).toContain('another one on replica-0 ');
  });

  it('waits while a node cannot be compared', () => {
    expect(
      sameChain([at(0, { nodes: [has('acme-0', 4990), node('replica-0', { common: failed() })] })], context()).outcome,
    ).toBe('wait');
    expect(sameChain([at(0, { nodes: [has('acme-0', 4990), node('replica-0')] })], context()).outcome).toBe('wait');
    expect(sameChain([at(0, { nodes: [has('acme-0', 4990), has('replica-0', 4989)] })], context()).outcome).toBe(
      'wait',
    );
    expect(sameChain([at(0)], context()).outcome).toBe('wait');
  });
});
