import { describe, expect, it } from 'vitest';
import { singleSequencer } from '../../../src/plan/gates/single-sequencer.ts';
import { at, context, node } from './scene.ts';

const active = (changes = {}) => node('acme-a-0', { active: true, ...changes });
const standby = (changes = {}) => node('acme-b-0', { active: false, ...changes });
const replica = (changes = {}) => node('acme-replica-0', changes);

describe('single-sequencer', () => {
  it('passes when one is active, the others are proven stopped and heads agree', () => {
    const verdict = singleSequencer([at(0, { nodes: [active(), standby(), replica()] })], context());
    expect(verdict).toEqual({ outcome: 'pass', message: 'acme-a-0 is the only active sequencer' });
  });

  it('fails when two are active, also while their empty blocks are equal', () => {
    expect(singleSequencer([at(0, { nodes: [active(), standby({ active: true })] })], context())).toMatchObject({
      outcome: 'fail',
      message: '2 sequencers are active: acme-a-0 and acme-b-0',
    });
  });

  it('waits while another one is unknown: an error is no proof that it is stopped', () => {
    const verdict = singleSequencer([at(0, { nodes: [active(), standby({ active: 'unknown' })] })], context());
    expect(verdict).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('op-node of acme-b-0 does not answer'),
    });
  });

  it.each([
    ['none is active', [at(0, { nodes: [standby()] })]],
    ['there is no sequencer', [at(0, { nodes: [replica()] })]],
    ['nothing was seen', []],
  ])('waits while %s', (_, samples) => {
    expect(singleSequencer(samples, context()).outcome).toBe('wait');
  });

  it('fails when nodes of equal height have another head twice', () => {
    const forked = (seconds: number, unsafe: number) =>
      at(seconds, { nodes: [active({ unsafe }), replica({ unsafe, fork: 1 })] });
    expect(singleSequencer([forked(0, 5000)], context()).outcome).toBe('wait');
    // As where one stands still on a block that was given up, and the other one comes by.
    expect(singleSequencer([forked(0, 5000), forked(1, 5000)], context()).outcome).toBe('wait');
    expect(singleSequencer([forked(0, 5000), forked(2, 5001)], context())).toMatchObject({
      outcome: 'fail',
      message: expect.stringMatching(
        /block 5,001 is 0x0.* on acme-a-0 and 0x0.* on acme-replica-0: the chain has forked/,
      ),
    });
  });

  it('does not compare heads of different height', () => {
    const nodes = [active({ unsafe: 5001 }), replica({ unsafe: 5000, fork: 1 })];
    expect(singleSequencer([at(0, { nodes })], context()).outcome).toBe('pass');
  });
});
