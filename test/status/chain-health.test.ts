import { parseEther } from 'ethers';
import { describe, expect, it } from 'vitest';
import { optimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { NodeSample, Sample, SyncStatus } from '../../src/chain/samples.ts';
import { healthOf, healthToStatus } from '../../src/status/chain-health.ts';
import type { HealthLimits } from '../../src/status/health/limits.ts';

const START = 1_795_000_000;
const limits: HealthLimits = {
  blockTimeSeconds: 2,
  sequencing: true,
  batching: true,
  maxSafeLagSeconds: 600,
  maxReplicaLagBlocks: 100,
  l1BlockTimeSeconds: 12,
  seqWindowSize: 3600,
  senders: [{ kind: 'OpBatcher', name: 'batcher' }],
  challenging: [],
  spending: {
    fundsMinHours: 24,
    batcherMaxChannelDuration: 5,
    l1BlockTimeSeconds: 12,
    proposalIntervalSeconds: 3600,
  },
};

const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}`;
const l1Ref = (number: number) => ({ number, hash: hash(number), timestamp: START + number });
const l2Ref = (number: number) => ({
  number,
  hash: hash(number),
  timestamp: START + 2 * number,
  l1origin: { number: 1, hash: hash(1) },
});

function sync(unsafe: number, safe: number, currentL1 = 90): SyncStatus {
  return {
    currentL1: l1Ref(currentL1),
    headL1: l1Ref(95),
    safeL1: l1Ref(80),
    finalizedL1: l1Ref(70),
    unsafeL2: l2Ref(unsafe),
    safeL2: l2Ref(safe),
    finalizedL2: l2Ref(safe - 10),
  };
}

function node(name: string, role: NodeSample['role'], fields: Partial<NodeSample>): NodeSample {
  return {
    pod: `${name}-0`,
    node: name,
    role,
    sync: { ok: true, value: sync(1000, 900) },
    el: { ok: false, kind: 'unreachable', error: 'not asked' },
    ...fields,
  };
}

const active = { sequencerActive: { ok: true, value: true } } as const;
const silent = { ok: false, kind: 'unreachable', error: '10.0.0.7 did not answer' } as const;

/** A sample taken when block `unsafe` is one second old. */
function sample(unsafe: number, nodes: NodeSample[], ageSeconds = 1): Sample {
  return { at: (START + 2 * unsafe + ageSeconds) * 1000, nodes };
}

function verdict(samples: Sample[], fields: Partial<HealthLimits> = {}) {
  const health = healthOf(samples, { ...limits, ...fields });
  return {
    health,
    conditions: Object.fromEntries(health.conditions.map(({ type, status, reason }) => [type, `${status}/${reason}`])),
  };
}

describe('the health of a chain', () => {
  it('is good when the head is young and the safe head follows', () => {
    const { health, conditions } = verdict([
      sample(1000, [node('seq', 'Sequencer', active), node('rep', 'Replica', {})]),
    ]);
    expect(health).toMatchObject({
      class: 'Healthy',
      unsafe: { number: 1000 },
      safe: { number: 900 },
      finalized: { number: 890 },
      safeLagSeconds: 200,
      l1Lag: 5,
    });
    expect(conditions).toEqual({
      Sequencing: 'True/Advancing',
      Batching: 'True/SafeHeadFollows',
      Following: 'True/InSync',
      Degraded: 'False/AsExpected',
    });
  });

  it('is unknown, never stopped, when the sequencer does not answer', () => {
    const { health, conditions } = verdict([
      sample(1000, [node('seq', 'Sequencer', { sequencerActive: silent, sync: silent })]),
    ]);
    expect(health.class).toBe('Unknown');
    expect(conditions['Sequencing']).toBe('Unknown/SequencerUnreachable');
    expect(health.conditions[0]?.message).toContain('seq-0: 10.0.0.7 did not answer');
  });

  it('is stalled when nobody sequences', () => {
    const stopped = { sequencerActive: { ok: true, value: false } } as const;
    expect(verdict([sample(1000, [node('seq', 'Sequencer', stopped)])])).toMatchObject({
      health: { class: 'Stalled' },
      conditions: { Sequencing: 'False/NobodySequences', Degraded: 'True/NobodySequences' },
    });
  });

  it('is an emergency when two sequence', () => {
    const { conditions } = verdict([sample(1000, [node('a', 'Sequencer', active), node('b', 'Sequencer', active)])]);
    expect(conditions['Sequencing']).toBe('False/SeveralSequencers');
  });

  it('is unknown while the active one is silent, and says who could take over', () => {
    const lost = node('a', 'Sequencer', { sequencerActive: silent });
    const standby = node('b', 'Sequencer', { sequencerActive: { ok: true, value: false } });
    const { health, conditions } = verdict([sample(1000, [lost, standby])]);
    expect(conditions['Sequencing']).toBe('Unknown/SequencerUnreachable');
    expect(health.conditions.find(({ type }) => type === 'Sequencing')?.message).toContain(
      'set spec.sequencer.preferred to "b"',
    );
  });

  it('is stalled when an active sequencer makes no blocks', () => {
    const standing = [0, 30].map((age) => sample(1000, [node('seq', 'Sequencer', active)], age));
    expect(verdict(standing)).toMatchObject({
      health: { class: 'Stalled' },
      conditions: { Sequencing: 'False/ExecutionUnreachable' },
    });
    const alive = { el: { ok: true, value: {} } } as unknown as Partial<NodeSample>;
    const waiting = [0, 30].map((age) => sample(1000, [node('seq', 'Sequencer', { ...active, ...alive })], age));
    expect(verdict(waiting).conditions['Sequencing']).toBe('False/HeadStandsStill');
  });

  it('is stalled, and does not catch up, when it made blocks until a moment ago', () => {
    /** When block `due` would be due. */
    const at = (due: number, unsafe: number) =>
      sample(due, [node('seq', 'Sequencer', { ...active, sync: { ok: true, value: sync(unsafe, 970) } })]);
    const made = [at(980, 980), at(985, 985), at(988, 985), at(991, 985)];
    expect(verdict(made).conditions['Sequencing']).toBe('True/Advancing');
    expect(verdict([...made, at(993, 985)]).health.class).toBe('Stalled');
  });

  it('is good while an old chain catches up', () => {
    const at = (unsafe: number) =>
      node('seq', 'Sequencer', { ...active, sync: { ok: true, value: sync(unsafe, unsafe - 20) } });
    const { health, conditions } = verdict([sample(1000, [at(1000)], 7000), sample(1030, [at(1030)], 7000)]);
    expect(health.class).toBe('Healthy');
    expect(conditions['Sequencing']).toBe('True/CatchingUp');
  });

  it('is degraded when the safe head is too far behind', () => {
    const late = node('seq', 'Sequencer', { ...active, sync: { ok: true, value: sync(1000, 100) } });
    const { health, conditions } = verdict([sample(1000, [late])]);
    expect(health).toMatchObject({ class: 'Degraded', safeLagSeconds: 1800 });
    expect(conditions['Batching']).toBe('False/SafeHeadBehind');
  });

  it('takes no safe head from a node that has not begun to derive', () => {
    const young = node('seq', 'Sequencer', { ...active, sync: { ok: true, value: sync(1000, 100, 0) } });
    const { health, conditions } = verdict([sample(1000, [young])]);
    expect(health.safe).toBeUndefined();
    expect(health.safeLagSeconds).toBeUndefined();
    expect(conditions['Batching']).toBe('Unknown/NoReading');
  });

  it('does not blame the batcher for a derivation that is far behind', () => {
    const derived = (currentL1: number) => {
      const seen = sync(1000, 100, currentL1);
      return node('seq', 'Sequencer', { ...active, sync: { ok: true, value: { ...seen, headL1: l1Ref(900) } } });
    };
    expect(verdict([sample(1000, [derived(90)])]).conditions['Batching']).toBe('Unknown/DerivationBehind');
    const [far, further] = [sample(1000, [derived(890)], 1), sample(1000, [derived(90)], 2)];
    expect(verdict([far, further]).conditions['Batching']).toBe('Unknown/DerivationBehind');
    const { health, conditions } = verdict([further, { ...further, at: further.at + 10_000 }]);
    expect([health.class, conditions['Batching']]).toEqual(['Degraded', 'False/DerivationStandsStill']);
    const near = [sample(1000, [derived(890)])];
    expect(verdict(near).conditions['Batching']).toBe('False/SafeHeadBehind');
  });

  it.each([
    ['enough', '2', {}, 'True/Enough', 'Healthy', '2.0 ETH'],
    ['nothing', '0', {}, 'False/BalanceBelowMinimum', 'Degraded', 'send ETH to 0x22'],
    [
      'less than warnBelow',
      '1.9',
      { warnBelow: '2' },
      'False/BalanceLow',
      'Degraded',
      'spec.balance.warnBelow (2 ETH)',
    ],
    ['just warnBelow', '2', { warnBelow: '2', minimum: '1' }, 'True/Enough', 'Healthy', '0x22'],
    [
      'less than the minimum',
      '0.9',
      { warnBelow: '2', minimum: '1' },
      'False/BalanceBelowMinimum',
      'Degraded',
      '(1 ETH)',
    ],
  ] as const)('says what a batcher with %s means', (_, ether, balance, expected, healthClass, words) => {
    const account = {
      address: `0x${'22'.repeat(20)}`,
      balanceWei: parseEther(ether).toString(),
      nonceLatest: 1,
      noncePending: 1,
    };
    const seen = sample(1000, [node('seq', 'Sequencer', active)]);
    const { health, conditions } = verdict([{ ...seen, batcher: { ok: true, value: account } }], {
      senders: [{ kind: 'OpBatcher', name: 'batcher', ...balance }],
    });
    expect([conditions['Funded'], health.class]).toEqual([expected, healthClass]);
    expect(health.conditions.find(({ type }) => type === 'Funded')?.message).toContain(words);
  });

  it('does not call a batcher poor whose balance could not be read', () => {
    const seen = { ...sample(1000, [node('seq', 'Sequencer', active)]), batcher: silent };
    const { health, conditions } = verdict([seen], {
      senders: [{ kind: 'OpBatcher', name: 'batcher', minimum: '1' }],
    });
    expect([conditions['Funded'], health.class]).toEqual(['Unknown/NoReading', 'Healthy']);
  });

  it('is degraded when a node has another chain, however green everything else is', () => {
    const health = healthOf([sample(1000, [node('seq', 'Sequencer', active)])], limits, [
      { reason: 'DifferentChains', message: 'safe block 900 is another one on rep-0', fix: 'delete its volume' },
    ]);
    expect(health.class).toBe('Degraded');
    expect(health.conditions.find(({ type }) => type === 'Degraded')).toMatchObject({
      reason: 'DifferentChains',
      message: expect.stringContaining('another one on rep-0'),
    });
  });

  it('is degraded when a pod fails, whatever the chain says', () => {
    const problem = { reason: 'OOMKilled', message: 'b-0 was killed', fix: 'raise its limit' };
    const health = healthOf([sample(1000, [node('seq', 'Sequencer', active)])], limits, [problem]);
    expect(health.class).toBe('Degraded');
    expect(health.conditions.filter(({ type }) => type === 'Degraded')).toEqual([
      { type: 'Degraded', status: 'True', reason: 'OOMKilled', message: 'b-0 was killed. → raise its limit' },
    ]);
  });

  it('names the replica that is behind', () => {
    const behind = node('rep', 'Replica', { sync: { ok: true, value: sync(700, 690) } });
    const { health } = verdict([sample(1000, [node('seq', 'Sequencer', active), behind])]);
    expect(health.class).toBe('Degraded');
    expect(health.conditions.find(({ type }) => type === 'Following')?.message).toContain(
      'rep-0 (block 700, 300 behind)',
    );
  });

  describe('of nodes without a sequencer of ours', () => {
    const follow = { gossips: true, blockTimeSeconds: 2, maxLagBlocks: 10, maxL1LagBlocks: 10 };
    const el = { chainId: 10, head: l1Ref(77), syncing: true };
    const syncing = { el: { ok: true, value: el }, sync: { ok: false, kind: 'no-reading', error: 'zero' } } as const;
    const derivedTo = (currentL1: number) => ({ sync: { ok: true, value: sync(1000, 900, currentL1) } }) as const;
    const head = (number: number) =>
      ({ l1: { ok: true, value: { chainId: 1, head: l1Ref(number), syncing: false } } }) as const;

    it.each<[string, Partial<NodeSample>, Partial<Sample>, number, boolean, string]>([
      ['a young head that was gossiped', {}, {}, 1, true, ''],
      ['a gossiped head that is as old as none is', {}, {}, 61, true, 'block 1000, 61 s old'],
      ['an old head, where nothing is gossiped', {}, {}, 36_000, false, ''],
      ['all of L1 derived but for a few blocks', derivedTo(85), {}, 1, false, ''],
      ['L1 not derived yet', derivedTo(84), {}, 1, false, 'has derived up to L1 block 84 of 95'],
      ['an L1 that it does not see advancing', derivedTo(95), head(106), 1, true, 'up to L1 block 95 of 106'],
      ['a pipeline that has just begun', derivedTo(0), {}, 36_000, true, ''],
      ['an execution client that syncs from its peers', syncing, {}, 1, true, 'is syncing from its peers, at block 77'],
    ])('%s: says it when that is behind', (_, fields, seen, age, gossips, says) => {
      const last = { ...sample(1000, [node('rep', 'Replica', fields)], age), ...seen };
      const foreign = { rep: { ...follow, gossips } };
      const { health, conditions } = verdict([last], { sequencing: false, batching: false, foreign });
      expect(conditions['Following']).toBe(says === '' ? 'True/InSync' : 'False/ReplicaBehind');
      expect(health.conditions.find(({ type }) => type === 'Following')?.message).toContain(says);
      expect(Object.keys(conditions)).toEqual(['Following', 'Degraded']);
    });

    it('says that it may be their chain that stands still', () => {
      const old = sample(1000, [node('rep', 'Replica', {})], 3600);
      const { health } = verdict([old], { sequencing: false, batching: false, foreign: { rep: follow } });
      expect(health.class).toBe('Degraded');
      expect(health.conditions[0]?.message).toContain('whether their chain makes blocks at all');
    });
  });

  it('says that L1 is away', () => {
    const { health, conditions } = verdict([{ ...sample(1000, [node('seq', 'Sequencer', active)]), l1: silent }]);
    expect(health.class).toBe('Degraded');
    expect(conditions['Degraded']).toBe('True/L1Unavailable');
  });

  it('is unknown before the first sample', () => {
    expect(verdict([]).health.class).toBe('Unknown');
  });

  it('keeps the last known heads in status and fits the schema', () => {
    const { health } = verdict([sample(1000, [node('seq', 'Sequencer', active)])]);
    const now = new Date('2026-11-22T12:00:00Z');
    const known = healthToStatus(health, undefined, now);
    const unknown = healthToStatus(verdict([]).health, known, now);
    expect(unknown).toMatchObject({ class: 'Unknown', unsafe: { number: 1000 } });
    expect(() => optimismNetworkStatus.parse({ health: known })).not.toThrow();
  });
});
