/**
 * The hand-over from one sequencer to another, attempt by attempt: on the real API server, against op-nodes that answer as
 * each test says. Never two of them sequence, no block is made twice, and at the end one of them sequences.
 */
import { describe, expect, inject, it } from 'vitest';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { AS_BEFORE, type Keys, NOBODY, OF_B, STEP, useScenes } from './hand-over-scene.ts';

/** Restarts take less; a pod that is silent for longer is ended. */
const LONG_MS = 24_000;
const OVER = /^a → b at block \d+ \(0x[0-9a-f]{64}\)/;
const waits = (message: RegExp) => ({
  type: 'NotReadyYet',
  nonRetryable: false,
  message: expect.stringMatching(message),
});
const wentBack = (message: RegExp) => ({ type: 'GateFailed', message: expect.stringMatching(message) });

const scenes = useScenes(() => inject('kubeconfigPath'));

// Most of them wait for blocks, or for answers that do not come.
describe.concurrent('a hand-over', { timeout: 60_000 }, () => {
  it('stops the one while every key says "stopped", and starts the other one on its last block, which has its key', async () => {
    await using scene = await scenes.open();
    const { a, b } = scene.nodes;
    const keys: Keys[] = [];
    let last = '';
    a.onStop = async () => {
      keys.push(await scene.keys());
      last = a.head?.hash ?? '';
      return undefined;
    };
    b.onStart = async () => {
      keys.push(await scene.keys());
      expect([a.sequences, b.head?.hash]).toEqual([false, last]);
      return undefined;
    };
    expect(await scene.attempt()).toMatch(
      /^a → b at block \d+ \(0x[0-9a-f]{64}\), \d+ ms without a sequencer, gap \d+ blocks$/,
    );
    expect(keys).toEqual([NOBODY, OF_B]);
    await scene.expectActive('b');
  });

  it('that is done is done: played again it changes nothing', async () => {
    await using scene = await scenes.open();
    await scene.attempt();
    expect(await scene.attempt()).toBe('b sequences already');
    expect([scene.asked('a', 'stop'), scene.asked('b', 'start')]).toEqual([1, 1]);
    await scene.expectActive('b');
  });

  it('stops nobody while the other one is behind', async () => {
    await using scene = await scenes.open();
    scene.chain.cutOff(scene.nodes.b);
    for (let block = 0; block < 3; block++) scene.chain.make(scene.nodes.a);
    expect(await scene.failure()).toMatchObject(waits(/^b is at block \d+, and \S+-a-0, which goes on, at \d+$/));
    await scene.expectUntouched();
    scene.chain.connect(scene.nodes.b);
    expect(await scene.end()).toMatch(OVER);
  });

  it('stops nobody for one that has the head for a moment, and then stands still', async () => {
    await using scene = await scenes.open();
    const { b } = scene.nodes;
    b.onAsked = async (method) => {
      if (method === 'optimism_syncStatus' && b.asked.length > 4) scene.chain.cutOff(b);
    };
    expect(await scene.failure()).toMatchObject(waits(/^b is at block/));
    await scene.expectUntouched();
  });

  it('stops nobody while a third one can not be asked, and for long if its pod stays', async () => {
    await using scene = await scenes.open({ running: ['c'] });
    scene.nodes.c.mood = 'error';
    expect(await scene.failure()).toMatchObject(waits(/^whether \S+-c-0 sequences is unknown/));
    expect(await scene.failure({ laterMs: 40_000 })).toMatchObject({
      type: 'FencingRequired',
      message: expect.stringMatching(/^whether \S+-c-0 sequences is unknown/),
    });
    await scene.expectUntouched();
    const fencedNodes = [{ node: 'c', by: 'ana', reason: 'it is off', step: STEP }];
    expect(await scene.end({ fencedNodes })).toMatch(OVER);
    await scene.expectActive('b');
  });

  it('leaves it to the next look when a third one sequences', async () => {
    await using scene = await scenes.open({ running: ['c'] });
    const { a, c } = scene.nodes;
    a.sequences = false;
    c.sequences = true;
    expect(await scene.failure()).toMatchObject({ type: 'SequencerChanged', nonRetryable: true });
    expect(scene.asked('b', 'start')).toBe(0);
    expect(await scene.keys()).toEqual(AS_BEFORE);
  });

  describe('whose order to stop is not answered', () => {
    it('goes on when it was heard', async () => {
      await using scene = await scenes.open();
      scene.nodes.a.onStop = async () => 'hang';
      expect(await scene.attempt()).toMatch(OVER);
      expect(scene.asked('a', 'stop')).toBe(1);
      await scene.expectActive('b');
    });

    it('gives it again when it was not', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      a.onStop = async () => 'deaf';
      expect(await scene.failure()).toMatchObject(waits(/^\S+-a-0 sequences$/));
      expect(await scene.keys()).toEqual(NOBODY);
      a.onStop = async () => undefined;
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });
  });

  it('goes on at once when the old one dies after its answer: it comes back stopped', async () => {
    await using scene = await scenes.open();
    const { a, b } = scene.nodes;
    b.onAsked = async () => {
      if (scene.asked('a', 'stop') > 0 && !a.sequences) a.mood = 'error';
    };
    expect(await scene.attempt()).toMatch(OVER);
    await scene.expectActive('b');
  });

  describe('whose candidate does not take over', () => {
    it('starts the old one again when the last block does not come', async () => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        scene.chain.cutOff(b);
        scene.chain.make(a);
        return undefined;
      };
      expect(await scene.failure()).toMatchObject(wentBack(/^b did not take over \(it did not get block 0x\S+, .*3 s/));
      expect(scene.asked('b', 'start')).toBe(0);
      await scene.expectActive('a');
    });

    it('starts the old one again when it dies, and has said as it came back that it is stopped', async () => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        b.mood = 'error';
        return undefined;
      };
      expect(await scene.failure()).toMatchObject(waits(/^whether \S+-b-0 sequences is unknown/));
      expect(a.sequences).toBe(false);
      b.mood = 'answers';
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('ends its pod when it dies for good, and starts the old one again when that is gone', async () => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        b.mood = 'error';
        return undefined;
      };
      await scene.failure();
      expect(await scene.isEnding('b')).toBe(false);
      await scene.failure({ laterMs: LONG_MS });
      expect(await scene.isEnding('b')).toBe(true);
      expect(a.sequences).toBe(false);
      await scene.removePod('b');
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('starts the old one again beside a pod of it that never starts: it has read that it is stopped', async () => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      a.onStop = async () => {
        b.mood = 'error';
        return undefined;
      };
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      await scene.removePod('b');
      await scene.createPod('b', { ready: false });
      expect(await scene.attempt()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('knows nothing of a pod any more that it has ended, once another one in its place was told to start', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      await scene.removePod('a');
      await scene.createPod('a');
      a.mood = 'answers';
      scene.nodes.b.isReplica = true;
      expect(await scene.failure()).toMatchObject(waits(/^\S+-a-0 is new, and is to be started$/));
      a.onStart = async () => {
        a.mood = 'error';
        return 'deaf';
      };
      await scene.failure();
      scene.nodes.b.isReplica = false;
      expect(await scene.failure()).toMatchObject(waits(/^the head of \S+-a-0 can not be read/));
      a.mood = 'answers';
      a.onStart = async () => undefined;
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    });

    it('starts the old one again when the worker died as well, which had kept nothing', async () => {
      await using scene = await scenes.open();
      await scene.failure({ diesAt: 'handOverSequencer/stop/after' });
      scene.nodes.b.mood = 'error';
      await scene.failure();
      await scene.removePod('b');
      expect(await scene.end()).toMatchObject(wentBack(/^b did not take over \(b does not answer\)/));
      await scene.expectActive('a');
    });

    it('starts the old one again when it is not able to sequence at all', async () => {
      await using scene = await scenes.open();
      scene.nodes.b.isReplica = true;
      expect(await scene.failure()).toMatchObject(
        wentBack(/runs without OP_NODE_SEQUENCER_ENABLED.*a sequences again$/),
      );
      await scene.expectActive('a');
    });

    it('lets it take over after all when the old one has lost its last block meanwhile', async () => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      const stale = { number: 0, hash: '' };
      a.onStop = async () => {
        Object.assign(stale, a.head);
        scene.chain.cutOff(b);
        b.mood = 'error';
        scene.chain.make(a);
        return undefined;
      };
      await scene.failure();
      a.head = { ...stale };
      const ahead = { number: stale.number + 1, hash: `0x${'44'.repeat(32)}` };
      b.head = ahead;
      b.mood = 'answers';
      expect(await scene.failure()).toMatchObject(waits(/has lost what comes up to/));
      expect(await scene.end()).toMatch(OVER);
      expect([a.sequences, b.sequences]).toEqual([false, true]);
    });
  });

  describe('whose order to start is not answered', () => {
    it('is done when it was heard', async () => {
      await using scene = await scenes.open();
      scene.nodes.b.onStart = async () => 'hang';
      await scene.failure();
      expect(await scene.keys()).toEqual(OF_B);
      expect(await scene.attempt()).toBe('b sequences already');
      expect(scene.asked('b', 'start')).toBe(1);
      await scene.expectActive('b');
    });

    it('gives it again when it was not', async () => {
      await using scene = await scenes.open();
      const { b } = scene.nodes;
      b.onStart = async () => 'deaf';
      await scene.failure();
      b.onStart = async () => undefined;
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('starts the old one again when the other one has died of it', async () => {
      await using scene = await scenes.open();
      const { b } = scene.nodes;
      b.onStart = async () => {
        b.mood = 'error';
        return 'deaf';
      };
      await scene.failure();
      await scene.failure();
      b.mood = 'answers';
      expect(await scene.end()).toMatchObject(wentBack(/^b did not take over \(b does not answer\)/));
      await scene.expectActive('a');
    });
  });

  describe('from one that does not answer', () => {
    it('forbids nothing for a moment of silence', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      expect(await scene.failure()).toMatchObject(waits(/^whether \S+-a-0 sequences is unknown/));
      await scene.expectUntouched();
      a.mood = 'answers';
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('waits for one whose pod was deleted, which comes back and sequences', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      await scene.removePod('a');
      expect(await scene.failure()).toMatchObject(waits(/^the last block of a is unknown: its pod is gone$/));
      expect(await scene.keys()).toEqual(AS_BEFORE);
      await scene.createPod('a');
      a.sequences = true;
      expect(await scene.attempt()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('does not start beside a pod that comes up while the keys are being written', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      await scene.removePod('a');
      await scene.failure();
      const reached = async (point: string) => {
        if (point !== 'handOverSequencer/allow/before' || a.sequences) return;
        await scene.createPod('a');
        a.sequences = true;
      };
      expect(await scene.failure({ laterMs: LONG_MS, reached })).toMatchObject(waits(/^\S+-a-0 sequences$/));
      expect(scene.asked('b', 'start')).toBe(0);
      expect(await scene.end()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('ends its pod after long, and starts the other one on the block that the next pod of the old one has', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      expect(await scene.keys()).toEqual(NOBODY);
      expect(await scene.isEnding('a')).toBe(true);
      await scene.removePod('a');
      expect(await scene.failure()).toMatchObject(waits(/^the last block of a is unknown/));
      // It starts, and has its own time to do so.
      await scene.createPod('a', { ready: false });
      expect(await scene.failure({ laterMs: 8000 })).toMatchObject(waits(/^the last block of a is unknown/));
      expect(await scene.isEnding('a')).toBe(false);
      await scene.removePod('a');
      await scene.createPod('a');
      a.mood = 'answers';
      expect(await scene.end()).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('starts the other one when no pod comes back for it', async () => {
      await using scene = await scenes.open();
      await scene.removePod('a');
      await scene.failure();
      expect(await scene.attempt({ laterMs: LONG_MS })).toMatch(OVER);
      await scene.expectActive('b');
    });

    it('needs the word of a person when its pod stays, as on a machine that is lost', async () => {
      await using scene = await scenes.open();
      const { a } = scene.nodes;
      a.mood = 'error';
      await scene.failure();
      await scene.failure({ laterMs: LONG_MS });
      expect(await scene.isEnding('a')).toBe(true);
      const isOverdue = async () => (await scene.failure()).type === 'FencingRequired' || undefined;
      await waitUntil('its end is overdue', isOverdue, 40_000);
      expect(scene.asked('b', 'start')).toBe(0);
      a.sequences = false;
      const fencedNodes = [{ node: scenes.machine(), by: 'ana', reason: 'I have pulled the plug', step: STEP }];
      expect(await scene.attempt({ fencedNodes })).toMatch(OVER);
      await scene.expectActive('b');
    });
  });

  it.each(['allow/after', 'start/before', 'start/after', 'service/before'])(
    'that goes back, and whose worker dies at %s, ends with the old one',
    async (point) => {
      await using scene = await scenes.open();
      const { a, b } = scene.nodes;
      let isStopped = false;
      a.onStop = async () => {
        isStopped = true;
        scene.chain.cutOff(b);
        scene.chain.make(a);
        return undefined;
      };
      let died = false;
      const reached = async (at: string) => {
        if (at !== `handOverSequencer/${point}` || died || !isStopped) return;
        died = true;
        throw new Error('its worker dies');
      };
      await scene.failure({ reached });
      expect(died).toBe(true);
      expect(await scene.end()).toMatchObject(wentBack(/; a sequences again$/));
      await scene.expectActive('a');
    },
  );
});
