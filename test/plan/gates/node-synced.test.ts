import { describe, expect, it } from 'vitest';
import { nodeSynced } from '../../../src/plan/gates/node-synced.ts';
import { at, context, failed, type NodeOptions, node, ok } from './scene.ts';

const following = { subject: { node: 'replica' }, activeSequencer: 'acme' };
const heads = (seconds: number, sequencer: number, replica: NodeOptions) =>
  at(seconds, { nodes: [node('acme-0', { active: true, unsafe: sequencer }), node('replica-0', replica)] });

describe('node-synced by gossip', () => {
  it('passes with the head of the sequencer in two samples, two block times apart', () => {
    const samples = [heads(0, 5000, { unsafe: 5000 }), heads(4, 5002, { unsafe: 5002 })];
    expect(nodeSynced(samples, context({ ...following, now: 4 }))).toEqual({
      outcome: 'pass',
      message: 'replica-0 follows the sequencer, unsafe head 5,002',
    });
  });

  it('does not count a sample in which the pipeline was resetting', () => {
    const samples = [heads(0, 5000, { unsafe: 5000, currentL1: 0 }), heads(4, 5002, { unsafe: 5002 })];
    expect(nodeSynced(samples, context(following)).outcome).toBe('wait');
    expect(nodeSynced([...samples, heads(8, 5004, { unsafe: 5004 })], context(following)).outcome).toBe('pass');
  });

  it('bears a sample that was taken while a block was on its way', () => {
    const samples = [
      heads(0, 5000, { unsafe: 5000 }),
      heads(2, 5001, { unsafe: 5000 }),
      heads(4, 5002, { unsafe: 5002 }),
    ];
    expect(nodeSynced(samples, context(following)).outcome).toBe('pass');
  });

  it('waits for a node that looked young after its restart and then froze (recorded)', () => {
    const samples = [
      heads(0, 5000, { unsafe: 5000 }),
      heads(2, 5001, { unsafe: 5000 }),
      heads(4, 5002, { unsafe: 5000 }),
      heads(10, 5005, { unsafe: 5000 }),
    ];
    expect(nodeSynced(samples, context(following))).toEqual({
      outcome: 'wait',
      message: 'replica-0 is at 5,000, 5 blocks behind the sequencer',
    });
  });

  it('counts anew after the node was lost in between', () => {
    const samples = [
      heads(0, 5000, { unsafe: 5000 }),
      heads(4, 5002, { unsafe: 5000 }),
      heads(8, 5004, { unsafe: 5004 }),
    ];
    expect(nodeSynced(samples, context(following)).outcome).toBe('wait');
    expect(nodeSynced([...samples, heads(12, 5006, { unsafe: 5006 })], context(following)).outcome).toBe('pass');
  });

  it.each<[string, ReturnType<typeof heads>[]]>([
    ['there is one sample', [heads(0, 5000, { unsafe: 5000 })]],
    [
      'two samples are less than two block times apart',
      [heads(0, 5000, { unsafe: 5000 }), heads(2, 5001, { unsafe: 5001 })],
    ],
    ['the sequencer made no block in between', [heads(0, 5000, { unsafe: 5000 }), heads(9, 5000, { unsafe: 5000 })]],
    [
      'it has another block of the same height',
      [heads(0, 5000, { unsafe: 5000, fork: 1 }), heads(4, 5002, { unsafe: 5002, fork: 1 })],
    ],
    [
      'its pipeline resets',
      [heads(0, 5000, { unsafe: 5000, currentL1: 0 }), heads(4, 5002, { unsafe: 5002, currentL1: 0 })],
    ],
    [
      'derivation is behind',
      [heads(0, 5000, { unsafe: 5000, currentL1: 900 }), heads(4, 5002, { unsafe: 5002, currentL1: 900 })],
    ],
    ['it has no peers', [heads(0, 5000, { unsafe: 5000, peers: 0 }), heads(4, 5002, { unsafe: 5002, peers: 0 })]],
    ['it does not answer', [heads(0, 5000, { unsafe: 5000 }), heads(4, 5002, { syncReading: failed() })]],
  ])('waits while %s', (_, samples) => {
    expect(nodeSynced(samples, context({ ...following, now: 4 })).outcome).toBe('wait');
  });

  it('waits while the active sequencer does not answer, and while whether any is active is unknown', () => {
    const mute = at(4, { nodes: [node('acme-0', { active: true, syncReading: failed() }), node('replica-0')] });
    expect(nodeSynced([mute], context(following))).toMatchObject({
      message: 'the sequencer acme-0 does not answer (connect ECONNREFUSED)',
    });
    const unknown = at(4, { nodes: [node('acme-0', { active: 'unknown' }), node('replica-0')] });
    expect(nodeSynced([unknown], context({ subject: { node: 'replica' } })).outcome).toBe('wait');
  });

  it('does not hold up a replica of a chain that stands still because its sequencer is stopped', () => {
    const still = (seconds: number) => at(seconds, { nodes: [node('acme-0', { active: false }), node('replica-0')] });
    expect(nodeSynced([still(0), still(4)], context({ subject: { node: 'replica' } }))).toMatchObject({
      outcome: 'pass',
      message: 'replica-0 has the head of the stopped sequencer, unsafe head 5,000',
    });
  });

  it('never compares a stopped sequencer with itself', () => {
    const stopped = (seconds: number) =>
      at(seconds, { nodes: [node('acme-0', { unsafe: 5000 }), node('other-0', { unsafe: 5003 })] });
    expect(nodeSynced([stopped(0), stopped(4)], context({ subject: { node: 'acme' } }))).toMatchObject({
      outcome: 'wait',
      message: 'acme-0 is at 5,000, 3 blocks behind the sequencer',
    });
    const ahead = (seconds: number) =>
      at(seconds, { nodes: [node('acme-0', { unsafe: 5003 }), node('other-0', { unsafe: 5000 })] });
    expect(nodeSynced([ahead(0), ahead(4)], context({ subject: { node: 'acme' } })).outcome).toBe('wait');
    const alone = at(0, { nodes: [node('acme-0')] });
    expect(nodeSynced([alone, alone], context({ subject: { node: 'acme' } })).outcome).toBe('wait');
  });

  it('asks every pod of the subject', () => {
    const both = (seconds: number, unsafe: number, second: number) =>
      at(seconds, {
        nodes: [
          node('acme-0', { active: true, unsafe }),
          node('replica-0', { unsafe }),
          node('replica-1', { unsafe: second }),
        ],
      });
    expect(nodeSynced([both(0, 5000, 4000), both(4, 5002, 4000)], context(following))).toMatchObject({
      outcome: 'wait',
      message: 'replica-1 is at 4,000, 1,002 blocks behind the sequencer',
    });
  });
});

describe('node-synced by derivation only', () => {
  const limits = { p2p: false };

  it.each([
    ['the safe head is within the limit', 4980, 'pass'],
    ['the safe head is further behind', 4979, 'wait'],
  ])('%s', (_, safe, outcome) => {
    const sample = heads(0, 5000, { unsafe: safe, safe, peers: 0 });
    expect(nodeSynced([sample], context({ ...following, limits })).outcome).toBe(outcome);
  });

  it('does not count a sequencer that resets its pipeline', () => {
    const sample = at(0, {
      nodes: [node('acme-0', { active: true, currentL1: 0, safe: 4900 }), node('replica-0', { safe: 4900 })],
    });
    expect(nodeSynced([sample], context({ ...following, limits })).outcome).toBe('wait');
  });
});

describe('node-synced in a network without a sequencer of its own', () => {
  const alone = (seconds: number, unsafe: number, more: NodeOptions = {}) =>
    at(seconds, { nodes: [node('replica-0', { unsafe, ...more })] });
  const judge = (samples: readonly ReturnType<typeof alone>[], now: number, p2p = true) =>
    nodeSynced(samples, context({ subject: { node: 'replica' }, now, limits: { p2p } }));

  it('passes when the head rises and is young', () => {
    expect(judge([alone(0, 5000), alone(4, 5002)], 4)).toEqual({
      outcome: 'pass',
      message: 'replica-0 follows by gossip, unsafe head 5,002',
    });
  });

  it.each<[string, ReturnType<typeof alone>[], number, string]>([
    ['the head stands still', [alone(0, 5000), alone(4, 5000)], 4, 'expecting it to rise over 4 s'],
    ['it rose less than two block times ago', [alone(0, 5000), alone(3, 5001)], 3, 'expecting it to rise over 4 s'],
    ['the head is old', [alone(900, 5000), alone(904, 5002)], 904, '15 min old, expecting at most 24 s'],
    ['nobody gossips with it', [alone(0, 5000, { peers: 0 }), alone(4, 5002, { peers: 0 })], 4, '0 peers'],
    [
      'derivation is behind, although the head is young',
      [alone(0, 5000, { currentL1: 900 }), alone(4, 5002, { currentL1: 900 })],
      4,
      'has derived up to L1 block 900 of 1,000',
    ],
    [
      'its first samples are of before derivation had begun',
      [alone(0, 5000, { currentL1: 0 }), alone(4, 5002)],
      4,
      'expecting it to rise over 4 s',
    ],
  ])('waits while %s', (_, samples, now, says) => {
    expect(judge(samples, now)).toEqual({ outcome: 'wait', message: expect.stringContaining(says) });
  });

  it('says that the execution client syncs from its peers, while op-node has nothing to report', () => {
    const el = { chainId: 901, head: { number: 123_456, hash: '0x', timestamp: 1 }, syncing: true };
    const syncing = (reading: NodeOptions) => alone(4, 5002, { el: ok(el), ...reading });
    const message = 'the execution client of replica-0 is syncing from its peers, at block 123,456';
    expect(judge([syncing({ syncReading: failed('no-reading') })], 4)).toEqual({ outcome: 'wait', message });
    expect(judge([syncing({ currentL1: 0 })], 4)).toEqual({ outcome: 'wait', message });
    expect(judge([syncing({ syncReading: failed() })], 4).message).toContain('does not answer');
  });

  it('is satisfied with derivation where there is no gossip, however old the last batch is', () => {
    expect(judge([alone(900, 5000, { peers: 0 })], 900, false)).toEqual({
      outcome: 'pass',
      message: 'replica-0 follows by derivation, safe head 4,990',
    });
    expect(judge([alone(900, 5000, { peers: 0, currentL1: 989 })], 900, false)).toMatchObject({
      outcome: 'wait',
      message: 'replica-0 has derived up to L1 block 989 of 1,000, 11 L1 blocks behind, expecting at most 10',
    });
    expect(judge([alone(900, 5000, { peers: 0, currentL1: 0 })], 900, false).outcome).toBe('wait');
  });

  it('asks every pod, and of other OpNodes none', () => {
    const both = (seconds: number, unsafe: number, second: number) =>
      at(seconds, {
        nodes: [
          node('replica-0', { unsafe }),
          node('replica-1', { unsafe: second }),
          node('other-replica-0', { unsafe: 1 }),
        ],
      });
    expect(judge([both(0, 5000, 4000), both(4, 5002, 4000)], 4).message).toContain('4,000 of replica-1 is');
    expect(judge([both(0, 5000, 5000), both(4, 5002, 5002)], 4).outcome).toBe('pass');
  });
});
