import { describe, expect, test } from 'vitest';
import { type L2Block, seal, ZERO_HASH } from '../ledger/block.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { createReferee } from './referee.ts';
import { safeLagRule } from './safe-lag.ts';

const ADDRESS = '0x00000000000000000000000000000000000000b1';
const INBOX = '0xff00000000000000000000000000000000000901';
/** An L1 without blocks. */
const emptyL1 = async () => '0x0';

function chainOf(ledger: Ledger, length: number, salt = ''): readonly L2Block[] {
  const blocks: L2Block[] = [];
  for (let number = 0; number < length; number += 1) {
    const block = seal({
      parentHash: blocks.at(-1)?.hash ?? ZERO_HASH,
      number,
      timestamp: 1_000 + number,
      l1Origin: { hash: ZERO_HASH, number: 0 },
      sequenceNumber: number,
      batcher: ADDRESS,
      transactions: number > 1 && salt !== '' ? [salt] : [],
      forced: false,
    });
    ledger.add(block);
    blocks.push(block);
  }
  return blocks;
}

const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
};

async function verdict(play: (ledger: Ledger) => void): Promise<readonly string[]> {
  let now = 1_000_000;
  const ledger = createLedger({ now: () => now++ });
  const referee = createReferee({ ledger, l1: emptyL1 });
  play(ledger);
  const violations = referee.violations();
  await referee.stop();
  return violations;
}

describe('the referee', () => {
  test('is silent when one sequencer stops before the other starts', async () => {
    const violations = await verdict((ledger) => {
      const [a, b] = [ledger.newActor('ns/a'), ledger.newActor('ns/b')];
      ledger.record(a, { type: 'sequencer-started', head: undefined, by: 'start' });
      ledger.record(a, { type: 'sequencer-stopped', head: undefined, by: 'rpc' });
      ledger.record(b, { type: 'sequencer-started', head: undefined, by: 'rpc' });
    });
    expect(violations).toEqual([]);
  });

  test('notices a sequencer that starts while another one is active', async () => {
    const violations = await verdict((ledger) => {
      const [a, b] = [ledger.newActor('ns/a'), ledger.newActor('ns/b')];
      ledger.record(a, { type: 'sequencer-started', head: undefined, by: 'start' });
      ledger.record(b, { type: 'sequencer-started', head: undefined, by: 'rpc' });
    });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/^two sequencers at once: ns\/b started at .* while ns\/a was active/);
  });

  test('notices a second batcher with the same key, but not with another key', async () => {
    const play = (other: string) => (ledger: Ledger) => {
      ledger.record(ledger.newActor('ns/a'), { type: 'batcher-started', address: ADDRESS });
      ledger.record(ledger.newActor('ns/b'), { type: 'batcher-started', address: other });
    };
    expect(await verdict(play(ADDRESS))).toHaveLength(1);
    expect(await verdict(play('0x00000000000000000000000000000000000000b2'))).toEqual([]);
  });

  test('notices a second proposer with the same key, but not one that starts when the first has stopped', async () => {
    const play = (stops: boolean) => (ledger: Ledger) => {
      const [a, b] = [ledger.newActor('ns/a'), ledger.newActor('ns/b')];
      ledger.record(a, { type: 'proposer-started', address: ADDRESS });
      if (stops) ledger.record(a, { type: 'proposer-stopped', address: ADDRESS, how: 'exit' });
      ledger.record(b, { type: 'proposer-started', address: ADDRESS });
    };
    const [violation] = await verdict(play(false));
    expect(violation).toMatch(/^two proposers with key 0x0{38}b1: ns\/b started at .* while ns\/a ran since/);
    expect(await verdict(play(true))).toEqual([]);
  });

  test('takes a batcher and a proposer for two different things', async () => {
    const violations = await verdict((ledger) => {
      ledger.record(ledger.newActor('ns/a'), { type: 'batcher-started', address: ADDRESS });
      ledger.record(ledger.newActor('ns/b'), { type: 'proposer-started', address: ADDRESS });
    });
    expect(violations).toEqual([]);
  });

  test('notices two processes that send with one key in turn', async () => {
    const violations = await verdict((ledger) => {
      const [a, b] = [ledger.newActor('ns/a'), ledger.newActor('ns/b')];
      for (const [index, actor] of [a, b, a].entries()) {
        ledger.record(actor, {
          type: 'batch-submitted',
          address: ADDRESS,
          transaction: `0x${index}`,
          nonce: index,
          first: 1,
          last: 2,
        });
      }
    });
    expect(violations).toEqual([`nonce 2 of ${ADDRESS} was sent by ns/a after another process had taken over`]);
  });

  describe('about blocks', () => {
    const produce = (ledger: Ledger, blocks: readonly L2Block[]) => {
      const actor = ledger.newActor('ns/a');
      for (const block of blocks.slice(1))
        ledger.record(actor, { type: 'block-produced', block, timestamp: block.timestamp });
      return actor;
    };

    test('is silent when the safe chain holds what was produced', async () => {
      const violations = await verdict((ledger) => {
        const blocks = chainOf(ledger, 4);
        const actor = produce(ledger, blocks);
        ledger.record(actor, {
          type: 'safe-advanced',
          block: at(blocks, 3),
          l1: { hash: ZERO_HASH, number: 1 },
          forced: false,
        });
      });
      expect(violations).toEqual([]);
    });

    test('notices a block that another one replaced', async () => {
      const violations = await verdict((ledger) => {
        const actor = produce(ledger, chainOf(ledger, 4));
        const other = chainOf(ledger, 4, '0xfeed');
        ledger.record(actor, {
          type: 'safe-advanced',
          block: at(other, 3),
          l1: { hash: ZERO_HASH, number: 1 },
          forced: false,
        });
      });
      expect(violations.map((violation) => violation.slice(0, 17))).toEqual(['block 2 of ns/a (', 'block 3 of ns/a (']);
    });

    test('accepts that an L1 reorg replaced it', async () => {
      const violations = await verdict((ledger) => {
        const blocks = chainOf(ledger, 4);
        const actor = produce(ledger, blocks);
        const other = chainOf(ledger, 4, '0xfeed');
        ledger.record(actor, { type: 'unsafe-reorg', from: at(blocks, 3), to: at(other, 2), reason: 'l1-reorg' });
        ledger.record(actor, {
          type: 'safe-advanced',
          block: at(other, 3),
          l1: { hash: ZERO_HASH, number: 1 },
          forced: false,
        });
      });
      expect(violations).toEqual([]);
    });

    test('notices a node that derivation throws off its fork', async () => {
      const violations = await verdict((ledger) => {
        const blocks = chainOf(ledger, 4);
        ledger.record(ledger.newActor('ns/a'), {
          type: 'unsafe-reorg',
          from: at(blocks, 3),
          to: at(blocks, 2),
          reason: 'derivation-mismatch',
        });
      });
      expect(violations[0]).toMatch(/^ns\/a left a fork/);
    });

    test('notices once that the safe head fell behind unannounced', () => {
      const ledger = createLedger();
      const blocks = chainOf(ledger, 40);
      const actor = ledger.newActor('ns/a');
      ledger.record(actor, {
        type: 'safe-advanced',
        block: at(blocks, 1),
        l1: { hash: ZERO_HASH, number: 1 },
        forced: false,
      });
      produce(ledger, blocks);
      const rule = (announced: boolean) => safeLagRule({ maxSeconds: 10, announced: () => announced });
      expect(rule(false)(ledger.events(), ledger)).toEqual(['safe head is 11 s behind at block 12 and nobody said so']);
      expect(rule(true)(ledger.events(), ledger)).toEqual([]);
    });
  });

  test('notices an inbox transaction of a known key that no batcher sent', async () => {
    const ledger = createLedger();
    const transaction = { hash: '0xaa', from: ADDRESS, to: INBOX };
    const referee = createReferee({
      ledger,
      l1: async (method) =>
        method === 'eth_blockNumber' ? '0x1' : { transactions: [transaction, { ...transaction, hash: '0xbb' }] },
    });
    ledger.record(ledger.newActor('ns/node'), {
      type: 'node-started',
      sequencer: true,
      version: 'v1.18.2',
      inbox: INBOX,
    });
    const batcher = ledger.newActor('ns/batcher');
    ledger.record(batcher, { type: 'batcher-started', address: ADDRESS });
    ledger.record(batcher, {
      type: 'batch-submitted',
      address: ADDRESS,
      transaction: '0xbb',
      nonce: 0,
      first: 1,
      last: 1,
    });
    await expect.poll(() => referee.inbox().length).toBe(2);
    expect(referee.violations()).toEqual([
      `inbox transaction 0xaa in L1 block 1 uses the key of ${ADDRESS}, but no batcher sent it`,
    ]);
    await referee.stop();
  });
});
