import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noForeignSequencer } from '../../../src/plan/gates/no-foreign-sequencer.ts';
import {
  account,
  at,
  batch,
  context,
  failed,
  GENESIS_HASH,
  inbox,
  l1,
  type NodeOptions,
  node,
  SEQ_WINDOW,
  STRANGER,
} from './scene.ts';

const subject = { node: 'acme' };
const head = (seconds: number, unsafe: number, changes: NodeOptions = {}) =>
  at(seconds, { nodes: [node('acme-0', { unsafe, ...changes })] });

describe('no-foreign-sequencer', () => {
  it('passes when no block arrived for ten block times', () => {
    expect(noForeignSequencer([head(0, 5000), head(20, 5000)], context({ subject, now: 20 }))).toEqual({
      outcome: 'pass',
      message: 'nobody else sequences: the head of acme-0 stands at 5,000 for 20 s',
    });
  });

  it('waits before that', () => {
    expect(noForeignSequencer([head(0, 5000), head(19, 5000)], context({ subject, now: 19 }))).toEqual({
      outcome: 'wait',
      message: 'the head of acme-0 stands at 5,000 for 19 s, expecting 20 s without a block of anybody else',
    });
  });

  it('waits while blocks arrive by gossip, and says what to do', () => {
    const verdict = noForeignSequencer([head(0, 5000), head(10, 5005), head(18, 5005)], context({ subject, now: 20 }));
    expect(verdict).toMatchObject({ outcome: 'wait' });
    expect(verdict.message).toMatch(
      /head of acme-0 went from 5,000 to 5,005 by gossip, 10 s ago: somebody else may still sequence/,
    );
    expect(verdict.message).toContain('Switch it off');
  });

  it('waits while batches that are newer than ours arrive', () => {
    const samples = [head(0, 5000, { safe: 5000 }), head(10, 5020, { safe: 5020 }), head(25, 5020, { safe: 5020 })];
    expect(noForeignSequencer(samples, context({ subject, now: 25 })).message).toContain(
      'from 5,000 to 5,020 by batches on L1',
    );
  });

  it('counts anew after the last foreign block', () => {
    const samples = [head(0, 5000), head(10, 5005), head(30, 5005)];
    expect(noForeignSequencer(samples, context({ subject, now: 30 })).outcome).toBe('pass');
  });

  it('is not misled by the empty blocks that derivation fills in after the sequencing window', () => {
    const filledIn = (seconds: number, number: number, currentL1: number) =>
      at(seconds, {
        l1: l1(currentL1),
        nodes: [node('acme-0', { unsafe: number, safe: number, currentL1, safeOrigin: currentL1 - SEQ_WINDOW })],
      });
    const samples = [filledIn(0, 100, 4000), filledIn(12, 106, 4001), filledIn(24, 112, 4002)];
    expect(noForeignSequencer(samples, context({ subject, now: 24 })).outcome).toBe('pass');
  });

  it('says that the head moves, also where batches keep coming and one is always not derived yet', () => {
    const latest = at(8, {
      inbox: inbox(1000, batch(1000)),
      nodes: [node('acme-0', { unsafe: 5005, currentL1: 1000 })],
    });
    expect(noForeignSequencer([head(0, 5000), latest], context({ subject, now: 8 })).message).toContain(
      'from 5,000 to 5,005 by gossip',
    );
  });

  it('waits until a batch that is on L1 has been derived', () => {
    const samples = [
      head(0, 5000),
      at(20, { inbox: inbox(1000, batch(1000)), nodes: [node('acme-0', { currentL1: 1000 })] }),
    ];
    expect(noForeignSequencer(samples, context({ subject, now: 20 })).message).toBe(
      'a batch in L1 block 1,000 has not been derived by acme-0 yet, which is at 1,000',
    );
    const derived = at(24, { l1: l1(1002), nodes: [node('acme-0', { currentL1: 1001 })] });
    expect(noForeignSequencer([...samples, derived], context({ subject, now: 24 })).outcome).toBe('pass');
  });

  it('does not care for inbox transactions of anybody but the batcher', () => {
    const samples = [head(0, 5000), at(20, { inbox: inbox(1000, batch(1000, STRANGER)), nodes: [node('acme-0')] })];
    expect(noForeignSequencer(samples, context({ subject, now: 20 })).outcome).toBe('pass');
  });

  it.each([
    ['the candidate does not answer', [head(0, 5000), head(20, 5000, { syncReading: failed() })]],
    ['derivation is behind', [head(0, 5000, { currentL1: 500 }), head(20, 5000, { currentL1: 500 })]],
    ['its pipeline resets', [head(0, 5000), head(20, 5000, { currentL1: 0 })]],
    ['one of ours is active', [head(0, 5000), head(20, 5000, { active: true })]],
    ['there is no pod', [at(20)]],
  ])('waits while %s', (_, samples) => {
    expect(noForeignSequencer(samples, context({ subject, now: 20 })).outcome).toBe('wait');
  });

  it('is short at a genesis to whose inbox nobody has ever sent anything', () => {
    const fresh = (seconds: number, nonce: number) =>
      at(seconds, {
        batcher: account({ nonceLatest: nonce, noncePending: nonce }),
        inbox: inbox(1000),
        nodes: [node('acme-0', { unsafe: 0, safe: 0 })],
      });
    const chain = { genesisHash: GENESIS_HASH };
    expect(noForeignSequencer([fresh(0, 0)], context({ subject, chain })).outcome).toBe('wait');
    expect(noForeignSequencer([fresh(0, 0), fresh(2, 0)], context({ subject, chain, now: 2 })).outcome).toBe('pass');
    expect(noForeignSequencer([fresh(0, 7), fresh(2, 7)], context({ subject, chain, now: 2 })).outcome).toBe('wait');
  });

  describe('of a chain that is taken over', () => {
    const takesOver = (now: number, limits = {}) => context({ subject, takesOver: true, now, limits });
    const followed = { safe: 4990, heard: 5000 };

    it('passes when the last block was heard as it was made and peers are still there', () => {
      expect(noForeignSequencer([head(0, 5000, followed), head(20, 5000, followed)], takesOver(20)).outcome).toBe(
        'pass',
      );
    });

    it('is not sure of the last block without peers: off, or cut off?', () => {
      const cutOff = { ...followed, peers: 0 };
      expect(noForeignSequencer([head(0, 5000, followed), head(20, 5000, cutOff)], takesOver(20))).toEqual({
        outcome: 'wait',
        message:
          'acme-0 stands at 5,000 (0x00000000…), and whether that is the last block cannot be seen: it has no peers. Unless the other sequencer is off and had this as its last block, expecting 47 min without a batch, 20 s so far',
      });
    });

    it('is not sure of it when the peers were away in between: they send nothing for a while after that', () => {
      const samples = [head(0, 5000, followed), head(10, 5000, { ...followed, peers: 0 }), head(20, 5000, followed)];
      expect(noForeignSequencer(samples, takesOver(20)).outcome).toBe('wait');
    });

    it('is not sure of a block that came with a batch, as between any two batches', () => {
      const derived = { safe: 5000, heard: 0 };
      const verdict = noForeignSequencer([head(0, 5000, derived), head(20, 5000, derived)], takesOver(20));
      expect(verdict).toMatchObject({ outcome: 'wait' });
      expect(verdict.message).toContain('no peer has sent it');
    });

    it('is not sure while the node does not say what it heard', () => {
      const mute = { safe: 4990, heard: 'unknown' } as const;
      expect(noForeignSequencer([head(0, 5000, mute), head(20, 5000, mute)], takesOver(20)).message).toContain(
        'its peers are unknown',
      );
    });

    it('passes after a silence in which a batch would have come', () => {
      const samples = [head(0, 5000, { safe: 5000 }), head(600, 5000, { safe: 5000 })];
      expect(noForeignSequencer(samples, takesOver(600, { batchSilenceSeconds: 601 })).outcome).toBe('wait');
      expect(noForeignSequencer(samples, takesOver(600, { batchSilenceSeconds: 600 })).outcome).toBe('pass');
    });

    it('does not pass over blocks that the candidate has heard of and lacks, however long they are missing', () => {
      const frozen = { safe: 4990, heard: 5009 };
      const verdict = noForeignSequencer([head(0, 5000, frozen), head(9000, 5000, frozen)], takesOver(9000));
      expect(verdict).toMatchObject({ outcome: 'wait', givesUpAbove: 5000 });
      expect(verdict.message).toMatch(
        /has heard of block 5,009 and lacks some after 5,000.*would give these blocks up$/,
      );
    });

    it('asks for those blocks also when somebody says early that the other one is off', () => {
      const moved = [head(0, 4990, { safe: 4990, heard: 4990 }), head(4, 5000, { safe: 4990, heard: 5009 })];
      const still = head(15, 5000, { safe: 4990, heard: 5009 });
      expect(noForeignSequencer([...moved, still], takesOver(15))).toMatchObject({
        message: expect.stringContaining('from 4,990 to 5,000 by gossip'),
        next: { outcome: 'wait', firm: true, message: expect.stringContaining('has heard of block 5,009') },
      });
    });

    it('takes no word at all while blocks are made that the candidate lacks: somebody sequences', () => {
      const missed = (seconds: number, heard: number) => head(seconds, 5000, { safe: 4990, heard });
      const rising = [missed(0, 5010), missed(10, 5015), missed(30, 5025)];
      expect(noForeignSequencer(rising, takesOver(30))).toMatchObject({
        firm: true,
        message: expect.stringMatching(
          /has heard of block 5,025.*somebody sequences this chain now. Switch that one off$/,
        ),
      });
      const atReplica = at(30, {
        nodes: [node('acme-0', { unsafe: 5000, heard: 0 }), node('replica-0', { unsafe: 5013 })],
      });
      expect(noForeignSequencer([missed(0, 0), atReplica], context({ subject, now: 30 }))).toMatchObject({
        firm: true,
      });
    });

    it('asks for both words where blocks are missing: that they are given up does not say that nobody makes more', () => {
      const missed = (seconds: number) => head(seconds, 5000, { safe: 4990, heard: 5009 });
      const unsure = noForeignSequencer([missed(0), missed(60)], takesOver(60));
      expect(unsure).toMatchObject({ givesUpAbove: 5000, next: { message: expect.stringContaining('it lacks some') } });
      expect(unsure).not.toHaveProperty('next.givesUpAbove');
      expect(noForeignSequencer([missed(0), missed(9000)], takesOver(9000))).not.toHaveProperty('next');
    });

    it('does not pass over blocks that another node of the network has', () => {
      const ahead = (seconds: number) =>
        at(seconds, { nodes: [node('acme-0', { unsafe: 5000, ...followed }), node('replica-0', { unsafe: 5003 })] });
      expect(noForeignSequencer([ahead(0), ahead(20)], takesOver(20))).toEqual({
        outcome: 'wait',
        message: 'replica-0 has block 5,003, and acme-0 stands at 5,000: a start now would give these blocks up',
        givesUpAbove: 5000,
        next: expect.objectContaining({ message: expect.stringContaining('it lacks some') }),
      });
    });

    it('asks none of this at a genesis to whose inbox nobody has ever sent anything', () => {
      const fresh = (seconds: number) =>
        at(seconds, {
          batcher: account({ nonceLatest: 0, noncePending: 0 }),
          inbox: inbox(1000),
          nodes: [node('acme-0', { unsafe: 0, safe: 0, peers: 0, heard: 0, unsafeTime: -10 })],
        });
      expect(noForeignSequencer([fresh(0), fresh(2)], takesOver(2)).outcome).toBe('pass');
    });
  });

  describe('of a sequencer that was the last active one itself', () => {
    const alone = { safe: 4990, heard: 0, peers: 0 };
    const verdict = (seconds: number, changes: NodeOptions = alone) =>
      noForeignSequencer(
        [head(seconds - 20, 5000, changes), head(seconds, 5000, changes)],
        context({ subject, now: seconds }),
      );

    it('goes on with its own last block when that is no ten minutes old', () => {
      expect(verdict(599).outcome).toBe('pass');
    });

    it('is not sure that nobody has taken over while it was away for longer, until a batch would have come', () => {
      expect(verdict(600).message).toMatch(/whether that is the last block cannot be seen: it has no peers/);
      expect(verdict(2820).outcome).toBe('pass');
      expect(verdict(600, { safe: 4990, heard: 5000 }).outcome).toBe('pass');
    });

    it('does not pass over blocks that its volume has lost and another node has, or that it has heard of', () => {
      const restored = (seconds: number) =>
        at(seconds, { nodes: [node('acme-0', alone), node('replica-0', { unsafe: 5900 })] });
      expect(noForeignSequencer([restored(0), restored(20)], context({ subject, now: 20 })).message).toMatch(
        /^replica-0 has block 5,900, and acme-0 stands at 5,000/,
      );
      expect(verdict(20, { ...alone, heard: 5009 }).message).toMatch(/has heard of block 5,009 and lacks some/);
    });
  });

  it('takes no word that the other one is off for what is not derived yet', () => {
    const behind = [head(0, 5000, { currentL1: 500 })];
    const batchOnL1 = [at(0, { inbox: inbox(1000, batch(1000)), nodes: [node('acme-0', { currentL1: 1000 })] })];
    for (const samples of [behind, batchOnL1])
      expect(noForeignSequencer(samples, context({ subject, takesOver: true }))).toMatchObject({ firm: true });
    expect(noForeignSequencer([head(0, 5000)], context({ subject, takesOver: true, now: 12 }))).not.toHaveProperty(
      'firm',
    );
  });

  it('takes no such word for a block that somebody has just made, and does not pass it, however few blocks are wanted', () => {
    const made = [head(0, 5000), head(4, 5002), head(8, 5002)];
    const limits = { foreignSequencerQuietBlocks: 2 };
    expect(noForeignSequencer(made, context({ subject, now: 8 }))).toMatchObject({ outcome: 'wait', firm: true });
    expect(noForeignSequencer(made, context({ subject, now: 8, limits })).message).toBe(
      'block 5,002 of acme-0 is 4 s old, expecting 10 s',
    );
    expect(noForeignSequencer([...made, head(14, 5002)], context({ subject, now: 14, limits })).outcome).toBe('pass');
  });

  it('never fails, and never passes within ten block times of a foreign block', () => {
    const steps = fc.array(
      fc.record({ seconds: fc.integer({ min: 1, max: 9 }), blocks: fc.integer({ min: 0, max: 2 }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (moves) => {
        let [time, number, moved] = [0, 5000, 0];
        const samples = moves.map(({ seconds, blocks }) => {
          time += seconds;
          number += blocks;
          if (blocks > 0) moved = time;
          return head(time, number);
        });
        const verdict = noForeignSequencer(samples, context({ subject, now: time }));
        expect(verdict.outcome).not.toBe('fail');
        if (samples.length > 1 && time - moved < 20 && moved > (moves[0]?.seconds ?? 0))
          expect(verdict.outcome).toBe('wait');
      }),
    );
  });
});
