import { describe, expect, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { optimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { ReportInput } from '../../src/contract/activities.ts';
import type { Problem } from '../../src/contract/failures.ts';
import { reportedStatus } from '../../src/status/network-status.ts';
import { problemsToConditions } from '../../src/status/problem-conditions.ts';
import { boundStatus, MAX_STATUS_BYTES, statusBytes } from '../../src/status/status-size.ts';
import { plan, planHash, report, step } from './example-plan.ts';

const now = new Date('2026-11-22T12:00:00Z');
const createdAt = '2026-11-22T11:59:00Z';
const missingSecret: Problem = {
  type: 'ReferenceNotFound',
  message: 'Secret l1 does not exist in namespace chains',
  fix: 'create it with key rpc',
  object: 'Secret/l1',
};

function statusAfter(fields: Partial<ReportInput>, before: OptimismNetworkStatus = {}): OptimismNetworkStatus {
  return reportedStatus(report(fields), { before, generation: 7, now });
}

function conditionsOf(status: OptimismNetworkStatus): Record<string, string> {
  return Object.fromEntries((status.conditions ?? []).map(({ type, status: s, reason }) => [type, `${s}/${reason}`]));
}

type StepStates = NonNullable<NonNullable<OptimismNetworkStatus['plan']>['steps']>[number]['state'];

function planAt({ plan: shown }: OptimismNetworkStatus, id: string, state: StepStates) {
  if (!shown) return expect.fail('no plan in status');
  return { ...shown, steps: (shown.steps ?? []).map((item) => (item.id === id ? { ...item, state } : item)) };
}

function message(status: OptimismNetworkStatus, type: string): string | undefined {
  return status.conditions?.find((condition) => condition.type === type)?.message;
}

describe('the status of a network', () => {
  it('is ready and valid when everything is as desired', () => {
    const status = statusAfter({});
    expect(status).toMatchObject({ phase: 'Ready', observedGeneration: 7 });
    expect(conditionsOf(status)).toEqual({
      ConfigurationValid: 'True/Valid',
      ContractsDiscovered: 'Unknown/NotReadYet',
      Ready: 'True/Ready',
      Progressing: 'False/Idle',
      AwaitingApproval: 'False/NothingToApprove',
      Paused: 'False/NotPaused',
    });
  });

  it('says what is missing and what to do', () => {
    const status = statusAfter({ phase: 'Invalid', problems: [missingSecret] });
    expect(conditionsOf(status)).toMatchObject({
      ConfigurationValid: 'False/ReferenceNotFound',
      Ready: 'False/ReferenceNotFound',
    });
    expect(message(status, 'ConfigurationValid')).toBe(
      'Secret l1 does not exist in namespace chains. → create it with key rpc',
    );
  });

  it('says who keeps undoing a repair, what of it, and how it ends', () => {
    const change = { component: { kind: 'OpNode', name: 'acme' }, action: 'change', restartsPods: false } as const;
    const repair = plan({
      kind: 'drift',
      summary: 'drift acme',
      changes: [
        { ...change, object: 'StatefulSet/acme', fields: [{ path: 'spec.replicas' }], editedBy: ['scaler', 'argocd'] },
        { ...change, object: 'Service/acme', action: 'create', fields: [] },
      ],
    });
    const heldUntil = '2026-11-22T12:05:00.000Z';
    const status = statusAfter({ phase: 'Repairing', plan: { plan: repair, createdAt, heldUntil } });
    const fight =
      'scaler and argocd keep changing spec.replicas of StatefulSet/acme; somebody keeps deleting Service/acme';
    const end =
      'tell scaler and argocd to leave it alone (an autoscaler: delete it; Argo CD or Flux: ignore the field), or set it in the spec';
    expect(status.plan?.held).toEqual({ until: heldUntil, why: `${fight}: ${end}` });
    expect(conditionsOf(status)).toMatchObject({ Progressing: 'False/RepairHeld' });
    expect(message(status, 'Progressing')).toBe(
      `Plan 1f2e3d4c (drift acme) is made again at ${heldUntil}. ${fight}. → ${end}; opstack retry acme -n chains has it made now`,
    );
    expect(optimismNetworkStatus.safeParse(status).error).toBeUndefined();
  });

  describe('says of the contracts', () => {
    const contracts = { version: '3.14.2', generation: 'v7', systemConfig: `0x${'5f'.repeat(20)}`, blockNumber: 49 };
    const read = `Contracts were read at L1 block 49 (SystemConfig 0x${'5f'.repeat(20)}, generation v7)`;

    it.each<[string, NonNullable<OptimismNetworkStatus['contracts']>, string, string]>([
      ['that they were read', {}, 'Discovered', `${read}.`],
      [
        'what they did not tell',
        { unread: ['systemConfig.startBlock()'] },
        'Discovered',
        'not read: systemConfig.startBlock()',
      ],
      [
        'that they are newer than anything known',
        { version: '5.0.0', unknownVersion: true, unread: ['a.b()'] },
        'UnknownVersion',
        'SystemConfig 5.0.0 is newer than this operator knows; not read: a.b()',
      ],
      [
        'that L1 contradicts the spec',
        { contradictions: ['proxyAdmin is 0x1 in spec.contracts and 0x2 on L1'] },
        'Contradiction',
        'proxyAdmin is 0x1 in spec.contracts and 0x2 on L1',
      ],
    ])('%s', (_, more, reason, words) => {
      const status = statusAfter({}, { contracts: { ...contracts, ...more } });
      expect(conditionsOf(status)['ContractsDiscovered']).toBe(`True/${reason}`);
      expect(message(status, 'ContractsDiscovered')).toContain(words);
    });
  });

  it('names all problems when there are several', () => {
    const several = Array.from({ length: 7 }, (_, n) => ({
      ...missingSecret,
      message: `Secret s${n} does not exist`,
      object: `Secret/s${n}`,
    }));
    const text = message(statusAfter({ phase: 'Invalid', problems: several }), 'ConfigurationValid');
    expect(text?.split('\n')).toEqual([
      '7 problems:',
      ...[0, 1, 2, 3, 4].map((n) => `${n + 1}) Secret s${n} does not exist. → create it with key rpc`),
      'and 2 more',
    ]);
  });

  it('does not call a configuration wrong that could not be checked', () => {
    const away: Problem = {
      type: 'L1Unavailable',
      message: 'L1 rpc.example.com did not answer',
      fix: 'check the provider',
    };
    expect(conditionsOf(statusAfter({ phase: 'Invalid', problems: [away] }))).toMatchObject({
      ConfigurationValid: 'Unknown/L1Unavailable',
      ContractsDiscovered: 'Unknown/L1Unavailable',
    });
  });

  it('leaves ConfigurationValid alone when the problem is not about configuration', () => {
    const poor: Problem = { type: 'InsufficientFunds', message: 'batcher has 0 ETH', fix: 'fund it' };
    expect(problemsToConditions([poor])).toEqual([
      expect.objectContaining({ type: 'ConfigurationValid', status: 'True' }),
    ]);
  });

  it('shows the literal commands while a plan waits for approval', () => {
    const status = statusAfter({
      phase: 'AwaitingApproval',
      plan: { plan: plan({ gapExpectedSeconds: 12 }), createdAt, expiresAt: '2026-11-23T12:00:00Z' },
    });
    expect(conditionsOf(status)['AwaitingApproval']).toBe('True/ApprovalRequired');
    expect(message(status, 'AwaitingApproval')).toBe(
      'Plan 1f2e3d4c (install acme: sequencer, batcher (3 steps)) waits for approval until 2026-11-23T12:00:00Z. ' +
        'It means about 12 s without new blocks. ' +
        '→ opstack approve acme 1f2e3d4c -n chains, or opstack reject acme 1f2e3d4c -n chains',
    );
    expect(status.plan).toMatchObject({ hash: planHash, kind: 'install', steps: [{ state: 'Pending' }, {}, {}] });
  });

  it('says when an approved plan starts, and how the approval is taken back', () => {
    const status = statusAfter({
      phase: 'AwaitingWindow',
      plan: {
        plan: plan(),
        createdAt,
        approval: { by: 'ana', at: createdAt, via: 'Kubernetes', verified: true },
        window: {
          name: 'weekday-mornings',
          opensAt: '2026-11-30T08:00:00Z',
          opensLocally: '2026-11-30 09:00 Europe/Berlin',
          closesAt: '2026-11-30T11:00:00Z',
        },
      },
    });
    expect(conditionsOf(status)).toMatchObject({
      Progressing: 'False/AwaitingWindow',
      AwaitingApproval: 'False/Approved',
      Ready: 'False/AwaitingWindow',
    });
    expect(message(status, 'Progressing')).toBe(
      'Plan 1f2e3d4c (install acme: sequencer, batcher (3 steps)) was approved by ana and starts in window ' +
        'weekday-mornings at 2026-11-30T08:00:00Z (2026-11-30 09:00 Europe/Berlin). ' +
        '→ take the approval back with opstack reject acme 1f2e3d4c -n chains',
    );
    expect(status.plan?.window).toMatchObject({ name: 'weekday-mornings', opensAt: '2026-11-30T08:00:00Z' });
  });

  it.each([
    ['rejected', 'Rejected', 'was rejected'],
    ['expired', 'Expired', 'has expired: nobody decided in time'],
  ] as const)(
    'does not ask any more for a plan that is %s, and says how it is proposed again',
    (declined, reason, words) => {
      const status = statusAfter({ phase: 'AwaitingApproval', plan: { plan: plan(), createdAt, declined } });
      expect(conditionsOf(status)['AwaitingApproval']).toBe(`False/${reason}`);
      expect(message(status, 'AwaitingApproval')).toBe(
        `Plan 1f2e3d4c (install acme: sequencer, batcher (3 steps)) ${words}. → change the spec, or have it proposed again with opstack retry acme -n chains`,
      );
    },
  );

  it('names what is applied when nothing is left to do, and keeps it while a plan runs', () => {
    const applied = statusAfter({ applied: { revision: 'r1', release: 'u18' } });
    expect(applied).toMatchObject({ release: 'u18', appliedRevision: 'r1' });
    expect(statusAfter({ phase: 'Changing' }, applied)).toMatchObject({ release: 'u18', appliedRevision: 'r1' });
  });

  it('says at which step a plan halted, why, and the ways on', () => {
    const status = statusAfter({
      phase: 'Halted',
      plan: { plan: plan(), createdAt, workflowId: 'w' },
      halted: {
        step: '02-await-sequencing/acme',
        problem: { type: 'GateTimeout', message: 'no new block for 300 s', fix: 'look at op-node' },
      },
    });
    expect(conditionsOf(status)).toMatchObject({ Ready: 'False/GateTimeout', Progressing: 'False/Halted' });
    expect(message(status, 'Ready')).toBe(
      'Halted at step 02-await-sequencing/acme. no new block for 300 s. → look at op-node',
    );
    expect(message(status, 'Progressing')).toContain(
      '→ opstack retry acme -n chains, or opstack skip-gate acme sequencing',
    );
    expect(status.plan?.steps?.[1]).toMatchObject({ state: 'Failed', message: 'no new block for 300 s' });
  });

  it('keeps the progress of the steps when the same plan is reported again', () => {
    const before: OptimismNetworkStatus = {
      plan: {
        hash: planHash,
        kind: 'install',
        summary: 's',
        steps: [
          {
            id: step(1).id,
            action: 'applyComponent',
            component: 'OpNode/acme-sequencer',
            state: 'Done',
            message: 'applied',
          },
        ],
      },
    };
    const shown = { plan: plan(), createdAt, workflowId: 'w' };
    expect(statusAfter({ phase: 'Installing', plan: shown }, before).plan?.steps?.[0]).toMatchObject({
      state: 'Done',
      message: 'applied',
    });
    const other = { ...shown, plan: plan({ hash: 'ff'.repeat(32) }) };
    expect(statusAfter({ phase: 'Installing', plan: other }, before).plan?.steps?.[0]?.state).toBe('Pending');
  });

  it('moves a plan that has ended into the history once, the latest first', () => {
    const finished = {
      hash: planHash,
      kind: 'install',
      summary: 'install acme',
      outcome: 'completed',
      startedAt: createdAt,
      finishedAt: '2026-11-22T12:00:00Z',
    } as const;
    const once = statusAfter({ finished });
    const twice = statusAfter({ finished }, once);
    const next = statusAfter({ finished: { ...finished, hash: 'ee'.repeat(32), kind: 'change' } }, twice);
    expect(next.plan).toBeUndefined();
    expect(next.history?.map(({ kind }) => kind)).toEqual(['change', 'install']);
  });

  it('shows what others have to do on L1 for as long as a plan waits for it', () => {
    const waiting = step(1, { type: 'awaitOnChain', id: '01-await-on-chain/acme' });
    const shown = { plan: plan({ steps: [waiting, step(2)] }), createdAt, workflowId: 'upgrade-1' };
    const pendingOnChain = [{ id: 'respectedGameType', contract: `0x${'1'.repeat(40)}`, function: 'set(8)' }];
    const statusAt = (state: 'Waiting' | 'Failed' | 'Done') => ({
      ...statusAfter({ plan: shown }),
      pendingOnChain,
      plan: planAt(statusAfter({ plan: shown }), waiting.id, state),
    });
    expect(statusAfter({ plan: shown }, statusAt('Waiting')).pendingOnChain).toEqual(pendingOnChain);
    expect(statusAfter({ plan: shown }, statusAt('Failed')).pendingOnChain).toEqual(pendingOnChain);
    expect(statusAfter({ plan: shown }, statusAt('Done')).pendingOnChain).toBeUndefined();
    expect(statusAfter({ plan: null }, statusAt('Waiting')).pendingOnChain).toBeUndefined();
    const { workflowId: _, ...again } = shown;
    expect(statusAfter({ plan: again }, statusAt('Waiting')).pendingOnChain).toBeUndefined();
  });

  it('leaves what others have written as it is', () => {
    const before: OptimismNetworkStatus = {
      health: { class: 'Healthy' },
      audit: { seq: 3, hash: 'aa' },
      decisions: { policySince: createdAt, paused: true },
      conditions: [
        { type: 'Orchestrated', status: 'True', reason: 'Reachable', message: 'Fine.', lastTransitionTime: createdAt },
      ],
    };
    const status = statusAfter({}, before);
    expect(status).toMatchObject({ health: { class: 'Healthy' }, audit: { seq: 3 } });
    expect(status.decisions).toEqual({ policySince: createdAt });
    expect(conditionsOf(status)['Orchestrated']).toBe('True/Reachable');
  });

  it('fits its own schema in every phase', () => {
    const phases = [
      'Pending',
      'Invalid',
      'AwaitingApproval',
      'AwaitingWindow',
      'Installing',
      'Changing',
      'Repairing',
      'Upgrading',
      'Rotating',
      'Halted',
      'Paused',
      'Ready',
      'Deleting',
    ] as const;
    for (const phase of phases) {
      const status = statusAfter({ phase, paused: phase === 'Paused', plan: { plan: plan(), createdAt } });
      expect(() => optimismNetworkStatus.parse(status), phase).not.toThrow();
    }
  });
});

describe('a status of the largest kind', () => {
  const steps = Array.from({ length: 100 }, (_, n) =>
    step(n, { id: `${n}-apply/acme-replica-${n}-${'x'.repeat(30)}` }),
  );
  const long = 'because of something that takes many words to say '.repeat(10);
  const before: OptimismNetworkStatus = {
    plan: {
      hash: planHash,
      kind: 'upgrade',
      summary: 's',
      steps: steps.map(({ id }, n) => ({
        id,
        action: 'applyComponent',
        component: 'OpNode/acme',
        state: n < 50 ? ('Done' as const) : n === 50 ? ('Waiting' as const) : ('Pending' as const),
        message: long.slice(0, 1000),
        startedAt: createdAt,
        finishedAt: createdAt,
      })),
    },
    history: Array.from({ length: 20 }, (_, n) => ({
      hash: `${n}`.padStart(64, 'a'),
      kind: 'change' as const,
      summary: long,
      outcome: 'completed',
      startedAt: createdAt,
      finishedAt: createdAt,
    })),
    components: Array.from({ length: 20 }, (_, n) => ({
      key: `OpNode/acme-${n}`,
      kind: 'OpNode',
      name: `acme-${n}`,
      render: 'a'.repeat(64),
      previousRender: 'b'.repeat(64),
    })),
  };
  const problems = Array.from({ length: 5 }, () => ({ ...missingSecret, message: long }));
  const status = statusAfter(
    { phase: 'Upgrading', problems, plan: { plan: plan({ steps, kind: 'upgrade' }), createdAt } },
    before,
  );

  it('stays within 32 KiB', () => {
    expect(statusBytes(before)).toBeGreaterThan(MAX_STATUS_BYTES);
    expect(statusBytes(status)).toBeLessThanOrEqual(MAX_STATUS_BYTES);
  });

  it('keeps the renders, the approval and the current step', () => {
    expect(status.components).toHaveLength(20);
    expect(status.plan?.steps?.find(({ state }) => state === 'Waiting')?.message).toContain('because of something');
  });

  it('is left alone when it fits', () => {
    const small: OptimismNetworkStatus = { phase: 'Ready' };
    expect(boundStatus(small)).toBe(small);
  });
});
