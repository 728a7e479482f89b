/** The incidents of senders and batches, each with its cause and what to do (op-stack.md 4.2, op-stack-observed.md). */
import { describe, expect, it } from 'vitest';
import type { Proposal, ProposalTrial, ProposerSample, Sample } from '../../src/chain/samples.ts';
import { healthOf } from '../../src/status/chain-health.ts';
import type { HealthLimits } from '../../src/status/health/limits.ts';
import { account, at, BATCHER, node, ok, SIGNER, STRANGER } from '../plan/gates/scene.ts';

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
    const lasting = [0, 10, 20].map((seconds) => at(seconds, { nodes: [zero] }));
    expect(found(lasting)['Batching']).toEqual({
      verdict: 'False/DerivationResets',
      message: expect.stringContaining('spec.l1.beaconFallbacks'),
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
  const verdictOf = (sample: Sample, pendingSince?: number) =>
    found([sample], { proposing: { ...proposing, pendingSince } })['Proposing'];

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
  const seen = (seconds: number, acted: number, failures = 0) =>
    at(seconds, {
      nodes: [sequencer()],
      challengers: [
        {
          challenger: NAME,
          account: account(),
          metrics: ok({ highestActedL1Block: acted, trackedGames: 3, claimFailures: failures }),
        },
      ],
    });
  const verdictOf = (...samples: Sample[]) => found(samples, { challenging: [NAME] })['Challenging'];

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

  it('that can not claim its bonds is told', () => {
    expect(verdictOf(seen(0, 999), seen(30, 1000, 2))?.verdict).toBe('False/ClaimsFail');
  });

  it('that has no pod yet says nothing', () => {
    expect(verdictOf(at(0, { nodes: [sequencer()] }))).toBeUndefined();
  });
});

describe('funds', () => {
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
