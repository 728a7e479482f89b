import { describe, expect, it } from 'vitest';
import { l1Reachable } from '../../../src/plan/gates/l1-reachable.ts';
import { at, context, failed, l1, ok } from './scene.ts';

describe('l1-reachable', () => {
  it('passes when L1 is the right chain, synced and its head young', () => {
    expect(l1Reachable([at(0)], context({ now: 12 }))).toEqual({ outcome: 'pass', message: 'L1 head 1,000, 12 s old' });
  });

  it('fails on another chain and names both ids', () => {
    expect(l1Reachable([at(0, { l1: l1(1000, { chainId: 1 }) })], context())).toMatchObject({
      outcome: 'fail',
      reason: 'ChainMismatch',
      message: 'the L1 endpoint serves chain 1, the network settles on chain 900',
    });
  });

  it.each([
    ['nothing was read', [], 'L1 has not been asked yet'],
    ['L1 does not answer', [at(0, { l1: failed() })], 'L1 does not answer (connect ECONNREFUSED)'],
    ['L1 refuses the key', [at(0, { l1: failed('unauthorised', 'HTTP 401') })], 'L1 refuses us (HTTP 401)'],
    ['the L1 node syncs', [at(0, { l1: l1(1000, { syncing: true }) })], 'the L1 node is still syncing, at block 1,000'],
    [
      'the beacon node is away',
      [at(0, { beacon: failed() })],
      'the L1 beacon node does not answer (connect ECONNREFUSED)',
    ],
    ['only an earlier sample was good', [at(0), at(1, { l1: failed() })], 'L1 does not answer (connect ECONNREFUSED)'],
  ])('waits while %s', (_, samples, message) => {
    expect(l1Reachable(samples, context({ now: 1 }))).toEqual({ outcome: 'wait', message });
  });

  it('waits while the head is old', () => {
    const verdict = l1Reachable([at(0, { beacon: ok(true) })], context({ now: 61 }));
    expect(verdict).toEqual({
      outcome: 'wait',
      message: 'the L1 head 1,000 is 61 s old, expecting one younger than 60 s',
    });
  });

  it('tells a wrong chain rather than a missing beacon node', () => {
    const sample = at(0, { l1: l1(1000, { chainId: 1 }), beacon: failed() });
    expect(l1Reachable([sample], context()).outcome).toBe('fail');
  });
});
