/** The incidents of senders and batches, each with its cause and what to do (op-stack.md 4.2, op-stack-observed.md). */
import { describe, expect, it } from 'vitest';
import type { Proposal, ProposalTrial, ProposerSample, Sample } from '../../src/chain/samples.ts';
import { challengerLag } from '../../src/plan/gates/limits.ts';
import { healthOf } from '../../src/status/chain-health.ts';
import type { HealthLimits } from '../../src/status/health/limits.ts';
import { account, at, BATCHER, failed, node, ok, SIGNER, STRANGER } from '../plan/gates/scene.ts';

const PROPOSER = '0x90f79bf6eb2c4f870365e785982e1f101e93b906';
const HOUR = 3600;
const T0 = 1_800_000_000;

const limits: HealthLimits = {
  blockTimeSeconds: 2,
  l1BlockTimeSeconds: 12,
  seqWindowSize: 3600,
  sequencing: true,
  batching: true,
  maxSafeLagSeconds: 1800,
  maxReplicaLagBlocks: 10,
  signerAddress: SIGNER,
  senders: [],
  challenging: [],
  spending: {
    fundsMinHours: 24,
    batcherMaxChannelDuration: 5,
    l1BlockTimeSeconds: 12,
    proposalIntervalSeconds: 3600,
  },
};

const contracts = ok({ batcher: BATCHER, unsafeBlockSigner: SIGNER });
const sequencer = (heads = {}) => node('acme-sequencer-0', { active: true, ...heads });

function found(samples: readonly Sample[], more: Partial<HealthLimits> = {}) {
  const { conditions } = healthOf(samples, { ...limits, ...more });
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message }) => [type, { verdict: `${status}/${reason}`, message }]),
  );
}

describe('batches', () => {
  it('that will come too late are told hours before the window is over', () => {
    const late = sequencer({ currentL1: 3000, headL1: 3000, safeOrigin: 900 });
    expect(found([at(0, { nodes: [late] })])['Batching']).toEqual({
      verdict: 'False/WindowExpiring',
      message: expect.stringContaining('2100 L1 blocks old: in about 5 h the sequencing window of 3600 is over'),
    });
  });

  it('of a batcher that is stopped by its spec are not missed, until the window comes near', () => {
    const late = sequencer({ currentL1: 3000, headL1: 3000, safeOrigin: 900 });
    const stopped = { batching: 'stopped' } as const;
    expect(found([at(0, { nodes: [sequencer()] })], stopped)['Batching']).toBeUndefined();
    expect(found([at(0, { nodes: [late] })], stopped)['Batching']).toEqual({
      verdict: 'False/WindowExpiring',
      message: expect.stringContaining('take stopped: true out of the OpBatcher'),
    });
  });

  it('that come too late are told although the safe head rises by itself', () => {
    const expired = sequencer({ currentL1: 5000, headL1: 5000, safeOrigin: 1400 });
    expect(found([at(0, { nodes: [expired] })])['Batching']).toEqual({
      verdict: 'False/WindowExpired',
      message: expect.stringContaining('admin_setRecoverMode(true)'),
    });
  });

  it('of a key that the chain does not know are paid for nothing', () => {
    const sample = at(0, { nodes: [sequencer()], contracts, batcher: account({ address: STRANGER }) });
    expect(found([sample])['Batching']).toEqual({
      verdict: 'False/NotTheBatcher',
      message: expect.stringContaining(`The batcher of this chain is ${BATCHER}, and ours sends as ${STRANGER}`),
    });
  });

  it('can not be judged in the first seconds of a node, and are in danger when they last: blobs are missing', () => {
    const zero = sequencer({ currentL1: 0 });
    expect(found([at(0, { nodes: [zero] }), at(4, { nodes: [zero] })])['Batching']?.verdict).toBe('Unknown/NoReading');
    const young = [0, 10, 20].map((seconds) => at(seconds, { nodes: [zero] }));
    expect(found(young)['Batching']?.verdict).toBe('Unknown/NoReading');
    const lasting = [0, 30, 60].map((seconds) => at(seconds, { nodes: [zero] }));
    expect(found(lasting)['Batching']).toEqual({
      verdict: 'False/DerivationResets',
      message: expect.stringContaining('spec.l1.beaconFallbacks'),
    });
  });
});

describe('a node that does not derive', () => {
  const zero = sequencer({ currentL1: 0 });
  const silent = (more: Partial<Sample>) => [0, 30, 60].map((seconds) => at(seconds, { nodes: [zero], ...more }));

  it.each([
    ['L1', 'L1Unavailable', { l1: failed() }, 'L1 does not answer the operator either'],
    ['the beacon API', 'BeaconUnavailable', { beacon: failed() }, 'the beacon API does not answer the operator either'],
  ] as const)('for want of %s has that named, and no blobs', (_, reason, more, words) => {
    expect(found(silent(more as Partial<Sample>))['Batching']).toEqual({
      verdict: `False/${reason}`,
      message: expect.stringContaining(words),
    });
  });
});

describe('replicas', () => {
  it('that are behind because nobody believes the signature are told apart from slow ones', () => {
    const nodes = [sequencer({ unsafe: 5000 }), node('acme-replica-0', { unsafe: 4900 })];
    expect(found([at(0, { nodes, contracts })])['Following']?.verdict).toBe('False/ReplicaBehind');
    const rotated = ok({ batcher: BATCHER, unsafeBlockSigner: STRANGER });
    expect(found([at(0, { nodes, contracts: rotated })])['Following']).toEqual({
      verdict: 'False/SignerMismatch',
      message: expect.stringContaining(`The unsafe block signer of this chain is ${STRANGER}`),
    });
  });
});

describe('a proposer', () => {
  const proposing = { intervalSeconds: HOUR, gameType: 1 };
  const game = (l2Block: number, secondsAgo: number): Proposal => ({
    l2Block,
    timestamp: T0 - secondsAgo,
    gameType: 1,
  });
  function seen(proposer: Partial<ProposerSample>, finalized = 4900): Sample {
    const trial: ProposalTrial = { outcome: 'accepted' };
    return at(0, {
      nodes: [sequencer({ finalized })],
      proposer: ok({
        address: PROPOSER,
        balanceWei: '1000000000000000000',
        nonceLatest: 1,
        noncePending: 1,
        bondWei: '0',
        seenProposals: 1,
        trial: ok(trial),
        ...proposer,
      }),
    });
  }
  const verdictOf = (sample: Sample, podSince?: number) =>
    found([sample], { proposing: { ...proposing, podSince } })['Proposing'];

  it('is fine when the last proposal is young', () => {
    expect(verdictOf(seen({ lastProposal: game(4800, 600) }))).toEqual({
      verdict: 'True/InTime',
      message: 'Block 4,800 was proposed 10 min ago.',
    });
  });

  it('is waited for before its first proposal, without alarm', () => {
    expect(verdictOf(seen({}, 0))?.verdict).toBe('Unknown/ProposalPending');
    expect(healthOf([seen({}, 0)], { ...limits, proposing }).class).toBe('Healthy');
    expect(verdictOf(seen({}), (T0 - 4 * HOUR) * 1000)?.verdict).toBe('False/ProposalOverdue');
  });

  it('is refused by L1: the cause is told, and what to do', () => {
    const trial: ProposalTrial = { outcome: 'refused', data: '0xd386ef3e', text: 'execution reverted' };
    expect(verdictOf(seen({ lastProposal: game(4800, 600), trial: ok(trial) }))).toEqual({
      verdict: 'False/ProposalRefused',
      message: expect.stringContaining('it is not the proposer of this chain; set signer to the key that is'),
    });
  });

  it('with no more than its bond is told to be short of ETH, and is not funded', () => {
    const sample = seen({
      balanceWei: '80000000000000000',
      bondWei: '80000000000000000',
      lastProposal: game(4800, 600),
    });
    const senders = [{ kind: 'OpProposer', name: 'p' } as const];
    const conditions = found([sample], { proposing, senders });
    expect(conditions['Proposing']).toEqual({
      verdict: 'False/BondNotCovered',
      message: expect.stringContaining(
        `${PROPOSER} has 0.08 ETH on L1, not more than the bond of a proposal, 0.08 ETH`,
      ),
    });
    expect(conditions['Funded']).toEqual({
      verdict: 'False/BondNotCovered',
      message: expect.stringContaining('not more than the bond of a proposal (0.08 ETH)'),
    });
  });

  it('that is late is said to be accepted by L1 only where L1 has said so', () => {
    const messageWith = (more: Partial<ProposerSample>) =>
      verdictOf(seen({ lastProposal: game(4800, 3 * HOUR), ...more }))?.message;
    expect(messageWith({})).toContain('although L1 would accept one');
    expect(messageWith({ trial: failed() })).toContain('(whether L1 would accept one can not be asked: connect');
    const existing: ProposalTrial = { outcome: 'refused', data: '0x014f6fe5', text: 'GameAlreadyExists' };
    expect(messageWith({ trial: ok(existing) })).not.toContain('although');
  });

  it('is not to blame when nobody knows what is final', () => {
    const silent = { ...seen({ lastProposal: game(4900, 3 * HOUR) }), nodes: [] };
    expect(verdictOf(silent)?.verdict).toBe('Unknown/NoReading');
  });

  it('is not to blame when L1 itself is not final', () => {
    const stuck = node('acme-sequencer-0', { active: true, finalized: 4900 });
    const sync = stuck.sync.ok ? stuck.sync.value : undefined;
    if (!sync) throw new Error('the scene has no heads');
    const finalizedL1 = { ...sync.finalizedL1, timestamp: sync.headL1.timestamp - 2 * HOUR };
    const sample = {
      ...seen({ lastProposal: game(4900, 3 * HOUR) }),
      nodes: [{ ...stuck, sync: ok({ ...sync, finalizedL1 }) }],
    };
    const { message } = verdictOf(sample) ?? {};
    expect(message).toContain('the last final block of L1 is 2 h old');
    expect(message).not.toContain('Batching');
  });

  it('that may propose safe blocks is judged by those', () => {
    const sample = seen({ lastProposal: game(4900, 3 * HOUR) }, 4900);
    const verdict = (allowNonFinalized: boolean) =>
      found([sample], { proposing: { ...proposing, allowNonFinalized } })['Proposing']?.verdict;
    expect(verdict(false)).toBe('False/NothingToPropose');
    expect(verdict(true)).toBe('False/ProposalOverdue');
  });

  it('of outputs is late by the interval of the oracle, and never before the next one is due', () => {
    const old = game(4800, 5 * HOUR);
    const verdict = (trial: ProposalTrial, intervalSeconds: number) =>
      verdictOf(seen({ lastProposal: old, intervalSeconds, trial: ok(trial) }))?.verdict;
    expect(verdict({ outcome: 'accepted' }, 6 * HOUR)).toBe('True/InTime');
    expect(verdict({ outcome: 'accepted' }, HOUR)).toBe('False/ProposalOverdue');
    expect(verdict({ outcome: 'notDue' }, HOUR)).toBe('True/InTime');
  });

  it('is not late at once after a long stop', () => {
    const sample = seen({ lastProposal: game(4800, 100 * HOUR) });
    const since = (seconds: number) =>
      found([sample], { proposing: { ...proposing, podSince: (T0 - seconds) * 1000 } })['Proposing']?.verdict;
    expect(since(600)).toBe('True/InTime');
    expect(since(3 * HOUR)).toBe('False/ProposalOverdue');
  });

  it('whose last game is not among the newest ones is judged by what its status remembers', () => {
    const remembered = { l2Block: 4700, timestamp: T0 - 600 };
    expect(found([seen({})], { proposing: { ...proposing, lastProposal: remembered } })['Proposing']).toEqual({
      verdict: 'True/InTime',
      message: 'Block 4,700 was proposed 10 min ago.',
    });
  });

  it('is not to blame when nothing becomes final: the batcher is', () => {
    expect(verdictOf(seen({ lastProposal: game(4900, 3 * HOUR) }, 4900))).toEqual({
      verdict: 'False/NothingToPropose',
      message: expect.stringContaining('see the condition Batching'),
    });
    expect(verdictOf(seen({ lastProposal: game(4800, 3 * HOUR) }, 4900))?.verdict).toBe('False/ProposalOverdue');
  });
});

describe('a challenger', () => {
  const NAME = 'acme-challenger';
  const seen = (seconds: number, acted: number, failures = 0, inflightGames = 0) =>
    at(seconds, {
      nodes: [sequencer()],
      challengers: [
        {
          challenger: NAME,
          account: account(),
          metrics: ok({ highestActedL1Block: acted, trackedGames: 3, claimFailures: failures, inflightGames }),
        },
      ],
    });
  const verdictOf = (...samples: Sample[]) =>
    found(samples, { challenging: [{ name: NAME, maxL1Lag: 10 }] })['Challenging'];

  it('that acts at the L1 head is fine', () => {
    expect(verdictOf(seen(0, 999))).toEqual({
      verdict: 'True/Following',
      message: `${NAME} follows L1 and watches 3 games.`,
    });
  });

  it('that schedules nothing looks healthy in every other way (recorded): it is told', () => {
    expect(verdictOf(seen(0, 0))).toEqual({
      verdict: 'False/NotFollowing',
      message: expect.stringContaining('has scheduled no game since its start'),
    });
    expect(verdictOf(seen(0, 900))?.verdict).toBe('False/NotFollowing');
  });

  it('that plays is not behind: the block that it acted at stands still meanwhile', () => {
    expect(verdictOf(seen(0, 900, 0, 2), seen(30, 900, 0, 1))).toEqual({
      verdict: 'True/Playing',
      message: `${NAME} plays 1 game, and goes on with L1 when that is done.`,
    });
    // Beside a game that holds everything the others are played for a moment.
    expect(verdictOf(seen(0, 0), seen(30, 0, 0, 1))?.verdict).toBe('False/NotFollowing');
  });

  it('that has just started is not judged yet', () => {
    const startedAgo = (seconds: number) =>
      found([seen(0, 0)], { challenging: [{ name: NAME, maxL1Lag: 10, startedAt: (T0 - seconds) * 1000 }] });
    expect(startedAgo(60)['Challenging']?.verdict).toBe('Unknown/Starting');
    expect(startedAgo(600)['Challenging']?.verdict).toBe('False/NotFollowing');
  });

  it('may be as far behind as an L1 of fast blocks makes it', () => {
    expect(challengerLag(12, 1)).toBe(36);
    expect(challengerLag(12, 12)).toBe(10);
    const lagging = found([seen(0, 970)], { challenging: [{ name: NAME, maxL1Lag: 36 }] });
    expect(lagging['Challenging']?.verdict).toBe('True/Following');
  });

  it('that can not claim its bonds is told', () => {
    expect(verdictOf(seen(0, 999), seen(30, 1000, 2))?.verdict).toBe('False/ClaimsFail');
  });

  it('whose prestate has vanished is told before the next game needs it, as a warning where that was chosen', () => {
    const prestate = ok({ hash: `0x03${'aa'.repeat(31)}`, found: false });
    const verdict = (prestateCheck: 'Required' | 'Warn' | undefined) =>
      found([{ ...seen(0, 999), prestate }, seen(30, 1000)], {
        challenging: [{ name: NAME, maxL1Lag: 10, ...(prestateCheck ? { prestateCheck } : {}) }],
      })['Challenging'];
    expect(verdict('Required')).toEqual({
      verdict: 'False/PrestateMissing',
      message: expect.stringContaining(`is not at spec.prestatesUrl of ${NAME}`),
    });
    expect(verdict('Warn')?.verdict).toBe('True/PrestateMissing');
    expect(verdict(undefined)?.verdict).toBe('True/Following');
  });

  it('that has no pod yet says nothing', () => {
    expect(verdictOf(at(0, { nodes: [sequencer()] }))).toBeUndefined();
  });
});

describe('funds', () => {
  it('of a batcher that last for some hours only are a warning, with the amount', () => {
    const senders = [{ kind: 'OpBatcher', name: 'b' } as const];
    const has = (seconds: number, balanceWei: string, nonceLatest: number, more = {}) =>
      at(seconds, { nodes: [sequencer()], batcher: account({ balanceWei, nonceLatest, ...more }) });
    const low = {
      verdict: 'True/RunningLow',
      // 0.001 ETH for each transaction, 1440 a day.
      message: expect.stringContaining('has 1.0 ETH on L1, and needs 1.44 ETH for 24 h at the current price'),
    };
    const spends = [has(0, '1002000000000000000', 5), has(30, '1000000000000000000', 7)];
    expect(found(spends, { senders })['Funded']).toEqual(low);
    // Between two batches the price of the last ones is remembered.
    const quiet = has(0, '1000000000000000000', 7, { weiPerTransaction: '1000000000000000' });
    expect(found([quiet], { senders })['Funded']).toEqual(low);
    expect(healthOf([quiet], { ...limits, senders }).class).toBe('Healthy');
  });

  it('of a sender that was not seen to spend yet are enough, and that is said', () => {
    const sample = at(0, { nodes: [sequencer()], batcher: account({ balanceWei: '1000' }) });
    expect(found([sample], { senders: [{ kind: 'OpBatcher', name: 'b' }] })['Funded']).toEqual({
      verdict: 'True/Enough',
      message: expect.stringContaining('how long that lasts is not known yet'),
    });
  });

  it('of all senders are one condition, and every one that lacks something is named', () => {
    const sample = at(0, {
      nodes: [sequencer()],
      batcher: account({ balanceWei: '1' }),
      challengers: [{ challenger: 'c', account: account({ address: STRANGER, balanceWei: '0' }) }],
    });
    const { verdict, message } =
      found([sample], {
        senders: [
          { kind: 'OpBatcher', name: 'b', warnBelow: '1' },
          { kind: 'OpChallenger', name: 'c' },
        ],
      })['Funded'] ?? {};
    expect(verdict).toBe('False/BalanceBelowMinimum');
    expect(message).toContain(`The batcher ${BATCHER}`);
    expect(message).toContain(`The challenger ${STRANGER} has 0.0 ETH on L1: no plan starts it`);
  });
});
