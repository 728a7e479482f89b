import { describe, expect, it } from 'vitest';
import type { ChallengerMetrics, PrestateSample, Reading, Sample } from '../../../src/chain/samples.ts';
import { challenging } from '../../../src/plan/gates/challenging.ts';
import { account, at, BATCHER, context, failed, l1, ok } from './scene.ts';

const NAME = 'acme-challenger';
const HASH = `0x03${'aa'.repeat(31)}`;
const about = (prestateRequired = false) =>
  context({ subject: { sender: { kind: 'OpChallenger', name: NAME, prestateRequired } } });

interface Seen {
  readonly acted?: number;
  readonly failures?: number;
  readonly games?: number;
  readonly inFlight?: number;
  readonly balanceWei?: string;
  readonly metrics?: Reading<ChallengerMetrics>;
  readonly prestate?: Reading<PrestateSample>;
}

function seen(
  seconds: number,
  head: number,
  { acted = head, failures = 0, games = 2, inFlight = 0, ...more }: Seen = {},
): Sample {
  const metrics = ok({
    highestActedL1Block: acted,
    claimFailures: failures,
    trackedGames: games,
    inflightGames: inFlight,
  });
  return at(seconds, {
    l1: l1(head),
    challengers: [
      {
        challenger: NAME,
        account: account(more.balanceWei === undefined ? {} : { balanceWei: more.balanceWei }),
        metrics: more.metrics ?? metrics,
      },
    ],
    ...(more.prestate ? { prestate: more.prestate } : {}),
  });
}

describe('challenging', () => {
  it('passes when it acts at one young L1 block after the other', () => {
    expect(challenging([seen(0, 1000), seen(12, 1001)], about())).toEqual({
      outcome: 'pass',
      message: `${NAME} follows L1 (block 1,001) and watches 2 games`,
    });
  });

  it('waits until it goes on with L1: a single block proves nothing', () => {
    expect(challenging([seen(0, 1000)], about()).outcome).toBe('wait');
    expect(challenging([seen(0, 1000), seen(12, 1001, { acted: 1000 })], about())).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('expecting it to go on'),
    });
  });

  it('waits when it has scheduled nothing, as with an unsupported game type or a missing prestate (recorded)', () => {
    expect(challenging([seen(0, 1000, { acted: 0 }), seen(12, 1001, { acted: 0 })], about())).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('has scheduled nothing yet'),
    });
  });

  it('waits when it is far behind', () => {
    expect(challenging([seen(0, 1000, { acted: 900 }), seen(12, 1001, { acted: 901 })], about())).toMatchObject({
      outcome: 'wait',
      message: `${NAME} has acted at L1 block 901, 100 blocks behind`,
    });
  });

  it('passes while it plays: the block that it has acted at stands still for as long', () => {
    const playing = { acted: 900, inFlight: 1 };
    expect(challenging([seen(0, 1000, playing), seen(12, 1001, playing)], about())).toEqual({
      outcome: 'pass',
      message: `${NAME} plays 1 game, and goes on with L1 when that is done`,
    });
    // A game that can not be played holds the block, and the other ones are played for a moment (recorded).
    const held = [seen(0, 1000, { acted: 0 }), seen(12, 1001, { acted: 0, inFlight: 1 })];
    expect(challenging(held, about()).outcome).toBe('wait');
  });

  it('waits when it fails to claim bonds meanwhile, and does not mind failures of before', () => {
    expect(challenging([seen(0, 1000), seen(12, 1001, { failures: 2 })], about())).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining('failed to claim 2 bonds'),
    });
    expect(challenging([seen(0, 1000, { failures: 2 }), seen(12, 1001, { failures: 2 })], about()).outcome).toBe(
      'pass',
    );
  });

  it('waits for a prestate that is not published, where the spec demands it', () => {
    const samples = [seen(0, 1000), seen(12, 1001, { prestate: ok({ hash: HASH, found: false }) })];
    expect(challenging(samples, about(true))).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining(`the prestate ${HASH} is not at prestatesUrl`),
    });
    expect(challenging(samples, about(false)).outcome).toBe('pass');
    expect(challenging([seen(0, 1000), seen(12, 1001, { prestate: failed() })], about(true)).outcome).toBe('wait');
    const found = ok({ hash: HASH, found: true });
    expect(challenging([seen(0, 1000), seen(12, 1001, { prestate: found })], about(true)).outcome).toBe('pass');
  });

  it('waits without funds, and while its pod does not answer', () => {
    expect(challenging([seen(0, 1000), seen(12, 1001, { balanceWei: '0' })], about())).toMatchObject({
      outcome: 'wait',
      message: `${BATCHER} has 0 ETH on L1, expecting ETH for gas: send it more`,
    });
    expect(challenging([seen(0, 1000), seen(12, 1001, { metrics: failed() })], about())).toMatchObject({
      outcome: 'wait',
      message: expect.stringContaining(`the pod of ${NAME} does not answer`),
    });
  });
});
