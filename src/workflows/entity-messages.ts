/** Everything that reaches an entity from outside: signals, updates and queries. Handlers never throw, but to refuse. */
import { ApplicationFailure } from '@temporalio/common';
import {
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ReceivedDecision } from '../contract/activities.ts';
import { ENTITY_SIGNALS, isStepMove, type Move } from '../contract/child-messages.ts';
import { MOVES, type MoveAction, QUERIES, SIGNALS, UPDATES } from '../contract/messages.ts';
import type { Entity } from './entity.ts';
import { type Guarded, guardChildHalted, guardDecision, guardMove, guardMoveAnswer } from './guards.ts';
import { planReport } from './plan-report.ts';

/** What else than a name and a reason a move needs. */
const SHAPES: Partial<Record<MoveAction, string>> = {
  skipGate: '{"gate","by","reason"}',
  confirmFenced: '{"node","by","reason"}',
  giveUpBlocks: '{"above","by","reason"}',
};

export function listen(entity: Entity): void {
  const { state } = entity;
  let count = 0;
  const receive = (decision: Omit<ReceivedDecision, 'key' | 'via' | 'verified'>) => {
    count += 1;
    const key = `signal-${workflowInfo().runId}-${count}`;
    entity.inbox.push({ ...decision, via: 'Temporal', verified: false, key, at: Date.now() });
    return key;
  };
  /** What was said a moment ago and waits for the loop counts already, so nobody is told that the same was accepted twice. */
  const decisionRefusal = (action: 'approve' | 'reject', plan: string) => {
    const now = Date.now();
    const why = state.refusal({ action, plan, via: 'Temporal' }, now);
    const said = entity.inbox.findLast(
      (decision) =>
        (decision.action === 'approve' || decision.action === 'reject') &&
        state.refusal(decision, decision.at ?? now) === undefined,
    );
    if (why !== undefined || said?.action !== action) return why;
    return `plan ${plan} is ${action === 'approve' ? 'approved' : 'rejected'} already`;
  };
  /** Nobody hears that something counts before that is so. */
  const answer = async (key: string) => {
    const why = await entity.answers.answerTo(key);
    if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'Refused');
  };
  const refuse = (name: string, why: string) => {
    state.record({ type: 'decisionRefused', via: 'Temporal', message: `${name} refused: ${why}` });
    entity.childChanged = true;
  };
  const signal = <T>(
    name: string,
    guard: (value: unknown) => Guarded<T>,
    take: (value: T) => unknown,
    description: string,
  ) =>
    setHandler(
      defineSignal<[unknown]>(name),
      (value) => {
        const guarded = guard(value);
        if (guarded.ok) take(guarded.value);
        else refuse(name, guarded.why);
      },
      { description },
    );
  /** Validators refuse before anything is written to history; their words are what the caller sees. */
  const update = <T>(
    name: string,
    guard: (value: unknown) => Guarded<T>,
    check: (value: T) => string | undefined,
    take: (value: T) => void | Promise<void>,
    description: string,
  ) =>
    setHandler(
      defineUpdate<string, [unknown]>(name),
      async (value) => {
        const guarded = guard(value);
        if (guarded.ok) await take(guarded.value);
        return 'accepted';
      },
      {
        validator: (value) => {
          const guarded = guard(value);
          const why = guarded.ok ? check(guarded.value) : guarded.why;
          if (why) throw new Error(why);
        },
        description,
      },
    );

  setHandler(
    defineSignal<[unknown]>(SIGNALS.poke),
    () => {
      entity.dirty = true;
    },
    { description: 'From the watcher: look again. {"cluster","network","reason"}' },
  );
  // Only our own child sends these; anybody may claim to be it.
  setHandler(defineSignal<[unknown]>(ENTITY_SIGNALS.childHalted), (value) => {
    const halted = guardChildHalted(value);
    if (!halted || halted.planHash !== state.running?.plan.hash)
      return refuse(ENTITY_SIGNALS.childHalted, 'not of the running plan');
    state.halted = { step: halted.step, problem: halted.problem };
    state.record({ type: 'halted', planHash: halted.planHash, message: `${halted.step}: ${halted.problem.message}` });
    entity.childChanged = true;
  });
  setHandler(defineSignal<[unknown]>(ENTITY_SIGNALS.childMoved), () => {
    state.halted = undefined;
    entity.childChanged = true;
  });
  setHandler(defineSignal<[unknown]>(ENTITY_SIGNALS.moveAnswered), (value) => {
    const answer = guardMoveAnswer(value);
    if (!answer || !entity.answers.answered(answer))
      return refuse(ENTITY_SIGNALS.moveAnswered, 'not an answer to what was asked');
    entity.childChanged = true;
  });
  for (const action of ['approve', 'reject'] as const) {
    const take = (value: { plan: string; approver: string; comment?: string }) =>
      receive({
        action,
        plan: value.plan,
        by: value.approver,
        ...(value.comment ? { reason: value.comment } : {}),
      });
    const shape = '{"plan":"<hash>","approver":"<you>","comment":"<why>"}';
    signal(SIGNALS[action], guardDecision, take, `${action} the waiting plan: ${shape}`);
    update(
      UPDATES[`${action}Plan`],
      guardDecision,
      (value) => decisionRefusal(action, value.plan),
      (value) => answer(take(value)),
      `${action} the waiting plan and get an answer: ${shape}`,
    );
  }
  for (const action of MOVES) {
    const guard = (value: unknown) => guardMove(action, value);
    const take = (move: Move) => void receive({ ...move, action });
    const takeAndAnswer = async (move: Move) => {
      const key = receive({ ...move, action });
      if (isStepMove(move)) await answer(key);
    };
    const shape = SHAPES[action] ?? '{"by","reason"}';
    signal(SIGNALS[action], guard, take, `${action}: ${shape}`);
    update(
      UPDATES[action],
      guard,
      (move) =>
        entity.moveRefusal({ action, via: 'Temporal', ...(move.type === 'skipGate' ? { gate: move.gate } : {}) }),
      takeAndAnswer,
      `${action}, with an answer: ${shape}`,
    );
  }
  setDefaultSignalHandler((name) => refuse(name.slice(0, 64), 'no such signal'));
  setHandler(
    defineQuery(QUERIES.status),
    () => ({
      phase: state.phase,
      paused: state.paused,
      problems: state.look?.problems ?? [],
      halted: state.halted ?? null,
    }),
    { description: 'Phase, problems and what stands still' },
  );
  setHandler(defineQuery(QUERIES.plan), () => planReport(state), { description: 'The plan that waits or runs' });
  setHandler(
    defineQuery(QUERIES.history),
    () => ({
      revision: state.look?.revision ?? '',
      abortedWish: state.memory.abortedWish,
      rejectedPlan: state.memory.rejectedPlan,
    }),
    { description: 'What was decided on earlier plans' },
  );
}
