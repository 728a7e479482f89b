import { describe, expect, it } from 'vitest';
import { derivationCaughtUp } from '../../../src/plan/gates/derivation-caught-up.ts';
import { at, context, failed, l1, node } from './scene.ts';

const subject = { node: 'acme' };

describe('derivation-caught-up', () => {
  it.each<[string, number, number, number, 'pass' | 'wait']>([
    ['at the L1 head', 1000, 1000, 0, 'pass'],
    ['10 blocks behind', 990, 1000, 0, 'pass'],
    ['11 blocks behind', 989, 1000, 0, 'wait'],
    ['11 blocks behind, of which 4 are confirmations', 989, 1000, 4, 'pass'],
    ['a block ahead of our own reading of L1', 1001, 1000, 0, 'pass'],
  ])('%s', (_, currentL1, head, l1Confirmations, outcome) => {
    const sample = at(0, { l1: l1(head), nodes: [node('acme-0', { currentL1 })] });
    expect(derivationCaughtUp([sample], context({ subject, limits: { l1Confirmations } })).outcome).toBe(outcome);
  });

  it('says how far it is', () => {
    const sample = at(0, { l1: l1(12_000), nodes: [node('acme-0', { currentL1: 2000 })] });
    expect(derivationCaughtUp([sample], context({ subject }))).toEqual({
      outcome: 'wait',
      message: 'acme-0 has derived up to L1 block 2,000 of 12,000, 10,000 L1 blocks behind, expecting at most 10',
    });
  });

  it('does not believe a node whose own L1 hangs: it thinks that it is at the head', () => {
    const sample = at(0, { l1: l1(1100), nodes: [node('acme-0', { currentL1: 1000, headL1: 1000 })] });
    expect(derivationCaughtUp([sample], context({ subject })).outcome).toBe('wait');
  });

  it('does not count a node that resets its pipeline', () => {
    const sample = at(0, { nodes: [node('acme-0', { currentL1: 0 })] });
    expect(derivationCaughtUp([sample], context({ subject }))).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('resetting'),
    });
  });

  it('passes for an old chain without peers: the first sequencer has nobody to follow', () => {
    const sample = at(7200, { nodes: [node('acme-0', { unsafe: 0, safe: 0, finalized: 0, peers: 0 })] });
    expect(derivationCaughtUp([sample], context({ subject, now: 7200 })).outcome).toBe('pass');
  });

  it.each([
    ['L1 cannot be read', at(0, { l1: failed(), nodes: [node('acme-0')] })],
    ['op-node does not answer', at(0, { nodes: [node('acme-0', { syncReading: failed() })] })],
    ['op-node has just started', at(0, { nodes: [node('acme-0', { syncReading: failed('no-reading') })] })],
    ['there is no pod', at(0)],
  ])('waits while %s', (_, sample) => {
    expect(derivationCaughtUp([sample], context({ subject })).outcome).toBe('wait');
  });
});
