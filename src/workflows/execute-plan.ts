/**
 * The interpreter of plans. It decides nothing about the chain: it runs one step after the other, waits while paused,
 * halts at a failure until somebody says how to go on, and ends early when a newer revision takes over. What a step
 * does, and what it leaves in status, events and audit, is its activity's business.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanInput, PlanOutcome, StepInput, StepProgress } from '../contract/activities.ts';
import {
  CHILD_SIGNALS,
  type ChildHalted,
  ENTITY_SIGNALS,
  isStepMove,
  type Move,
  type MoveAnswer,
} from '../contract/child-messages.ts';
import type { FailureType, Problem } from '../contract/failures.ts';
import { isWaiting, type Step, stepProfile, UNSKIPPABLE_GATES } from '../contract/plan.ts';
import { isPast, tooLate, whyNoWayBack } from '../contract/way-back.ts';
import { stepTable } from '../status/step-table.ts';
import { stepActivities } from './activity-profiles.ts';
import { stepProblem, wasCancelled } from './failures.ts';
import { guardChildMove } from './guards.ts';
import { PlanWords } from './plan-words.ts';

/** How long no worker may be there before a step counts as failed. */
const LONGEST_ABSENCE_MS = 24 * 3_600_000;

/** What was approved is no longer what is there: only a new look can make a plan that fits. */
const OUTDATED: readonly FailureType[] = ['ReferenceChanged', 'ObjectLost', 'SequencerChanged', 'NetworkDeleted'];

const NOTHING_OPEN = 'no step waits at the moment: say it again when one does';

type Ending = 'superseded' | 'rolledBack' | 'aborted';
type SkippedGate = StepInput['skippedGates'][number];
type StepEnd =
  | { readonly type: 'done'; readonly message: string; readonly skipped: boolean }
  | { readonly type: 'interrupted' }
  | { readonly type: 'failed'; readonly problem: Problem };

class PlanRun {
  readonly input: PlanInput;
  readonly progress: StepProgress[];
  paused: boolean;
  ending: Ending | undefined;
  endingReason = '';
  /** Index of the step that was begun last. */
  #current = -1;
  retryRequested = false;
  /** What has been said of gates, each of one step. */
  #skips: readonly { readonly step: string; readonly said: SkippedGate }[] = [];
  readonly words = new PlanWords();

  constructor(input: PlanInput) {
    this.input = input;
    this.paused = input.paused;
    this.progress = input.plan.steps.map((step) => ({ id: step.id, state: 'Pending' }));
  }

  /** @returns why the move does not count; undefined: it does */
  take(move: Move): string | undefined {
    switch (move.type) {
      case 'pause':
      case 'resume':
        this.paused = move.type === 'pause';
        break;
      case 'retry':
        this.retryRequested = true;
        break;
      case 'skipGate':
        return this.#takeSkip({ gate: move.gate, by: move.by, reason: move.reason });
      case 'confirmFenced':
      case 'giveUpBlocks':
        return this.#takeWord(move);
      case 'rollback':
        return this.#takeRollback(move.reason);
      case 'abort':
      case 'supersede':
        // An abort is a person's word; a newer revision does not take it back.
        if (this.ending === 'aborted' || (this.ending === 'rolledBack' && move.type === 'supersede')) break;
        this.ending = move.type === 'abort' ? 'aborted' : 'superseded';
        this.endingReason = move.reason;
        break;
    }
    return undefined;
  }

  /** @returns why what is done can not be undone; undefined: it is, from the next safe point on */
  #takeRollback(reason: string): string | undefined {
    if (this.ending === 'aborted') return 'the plan is being aborted';
    const { plan } = this.input;
    const isDone = (index: number) => /^(Done|Skipped)$/.test(this.progress[index]?.state ?? '');
    const why = whyNoWayBack(
      plan,
      Date.now(),
      plan.steps.filter((_, index) => isDone(index)),
    );
    if (why !== undefined) return why;
    this.ending = 'rolledBack';
    this.endingReason = reason;
    return undefined;
  }

  /** A way back that has become none is not gone on with: what it would bring does not go with the chain. */
  endWhenTooLate(): void {
    const { rollsBack, pointOfNoReturn } = this.input.plan;
    if (!rollsBack || this.ending || !isPast(pointOfNoReturn, Date.now())) return;
    this.ending = 'superseded';
    this.endingReason = tooLate(pointOfNoReturn);
  }

  /** Whether the plan ends before this step: only where the step before has left nothing half-done. */
  endsBefore(index: number): boolean {
    return this.ending !== undefined && (this.input.plan.steps[index - 1]?.safePointAfter ?? true);
  }

  /** The step that runs, waits or has failed; undefined between two steps. */
  get #openStep(): Step | undefined {
    const state = this.progress[this.#current]?.state;
    const isOpen = state === 'Running' || state === 'Waiting' || state === 'Failed';
    return isOpen ? this.input.plan.steps[this.#current] : undefined;
  }

  #takeWord(move: Extract<Move, { type: 'confirmFenced' | 'giveUpBlocks' }>): string | undefined {
    const step = this.#openStep;
    if (!step) return NOTHING_OPEN;
    const refused =
      move.type === 'confirmFenced' ? this.words.takeFenced(step, move) : this.words.takeGivenUp(step, move);
    if (refused === undefined) this.retryRequested = true;
    return refused;
  }

  /** Counts for the gate that runs or has failed now, and for no later one of its name. */
  #takeSkip(said: SkippedGate): string | undefined {
    const step = this.#openStep;
    if (!step) return NOTHING_OPEN;
    if (!step.gates?.includes(said.gate)) return `gate ${said.gate} is not what the plan is at: ${step.summary}`;
    if (UNSKIPPABLE_GATES.includes(said.gate)) return `gate ${said.gate} can't be skipped`;
    this.#skips = [...this.#skips, { step: step.id, said }];
    return undefined;
  }

  /** What people have said about gates of this step. */
  skipsOf(step: Step): readonly SkippedGate[] {
    return this.#skips.filter((skip) => skip.step === step.id).map(({ said }) => said);
  }

  /** A step that fails although it was skipped would else be tried again without pause. */
  forgetSkips(): void {
    this.#skips = [];
  }

  mark(index: number, change: Partial<StepProgress>): void {
    this.#current = index;
    const before = this.progress[index];
    if (before) this.progress[index] = { ...before, ...change };
    setCurrentDetails(
      stepTable({ network: this.input.network, plan: this.input.plan, progress: this.progress, paused: this.paused }),
    );
  }
}

const moveSignal = defineSignal<[unknown]>(CHILD_SIGNALS.move);

export async function executePlan(input: PlanInput): Promise<PlanOutcome> {
  const run = new PlanRun(input);
  setHandler(
    moveSignal,
    async (value) => {
      const move = guardChildMove(value);
      const refused = move && run.take(move);
      if (move && isStepMove(move) && move.key !== undefined)
        await entity()?.signal(ENTITY_SIGNALS.moveAnswered, {
          key: move.key,
          ...(refused === undefined ? {} : { refused }),
        } satisfies MoveAnswer);
    },
    {
      description:
        'From the entity only; people send pause, resume, retry, rollback, abort, skipGate, confirmFenced, giveUpBlocks to the entity',
    },
  );
  const outcome = await runSteps(run);
  await condition(allHandlersFinished);
  return outcome;
}

/** Whose plan it is. */
function entity() {
  const { parent } = workflowInfo();
  return parent && getExternalWorkflowHandle(parent.workflowId);
}

async function runSteps(run: PlanRun): Promise<PlanOutcome> {
  const { input } = run;
  for (const [index, step] of input.plan.steps.entries()) {
    // Paused where it can not be left, it goes on when somebody resumes, and ends at the next safe point.
    await condition(() => !run.paused || run.ending === 'aborted' || run.endsBefore(index));
    run.endWhenTooLate();
    if (run.endsBefore(index)) return ended(run);
    for (let attempt = 1; ; attempt++) {
      run.mark(index, {
        state: isWaiting(step) ? 'Waiting' : 'Running',
        startedAt: now(),
      });
      const skipped = run.skipsOf(step).length > 0;
      const words = run.words.count;
      const end = await runStep(run, step, index, attempt);
      if (end.type === 'done') {
        run.mark(index, { state: end.skipped ? 'Skipped' : 'Done', message: end.message, finishedAt: now() });
        break;
      }
      if (run.endsBefore(index)) return ended(run);
      // Somebody has said something while the step asked: it does not know yet.
      if (end.type === 'interrupted' || (end.type === 'failed' && run.words.count > words)) continue;
      if (OUTDATED.includes(end.problem.type)) {
        const outcome = run.ending === 'rolledBack' ? run.ending : 'lookAgain';
        return { outcome, message: end.problem.message };
      }
      if (skipped) run.forgetSkips();
      const { message, fix } = end.problem;
      run.mark(index, { state: 'Failed', message: `${message} → ${fix}`, finishedAt: now() });
      await halt(run, step, end.problem);
      run.endWhenTooLate();
      if (run.ending) return ended(run);
      // Whoever only says retry, perhaps hours later, has not said that what was off still is.
      if (run.words.count === words) run.words.forget(step);
    }
  }
  // Somebody has wanted it undone while the last step ran.
  if (run.ending === 'rolledBack') return ended(run);
  return { outcome: 'completed', message: `all ${input.plan.steps.length} steps done` };
}

function now(): string {
  return new Date().toISOString();
}

function ended(run: PlanRun): PlanOutcome {
  return { outcome: run.ending ?? 'superseded', message: run.endingReason };
}

/** Runs a step's activity; one that only waits is interrupted as soon as somebody wants something else. */
async function runStep(run: PlanRun, step: Step, index: number, attempt: number): Promise<StepEnd> {
  const { network, uid, plan } = run.input;
  run.retryRequested = false;
  const profile = stepProfile(step.type);
  const activity = stepActivities(profile)[step.type];
  const skippedGates = run.skipsOf(step);
  const words = run.words.count;
  const input: StepInput = {
    network,
    uid,
    planHash: plan.hash,
    planKind: plan.kind,
    revision: plan.desiredRevision,
    step,
    position: { index, total: plan.steps.length },
    skippedGates,
    ...run.words.input,
  };
  const scope = new CancellationScope();
  let end: StepEnd | undefined;
  const running = scope
    .run(() =>
      activity.executeWithOptions(
        {
          activityId: attempt === 1 ? step.id : `${step.id}#${attempt}`,
          summary: step.summary.slice(0, 180),
          // A backstop: the step itself ends with words when its limit is over, and only a worker's own time counts there.
          scheduleToCloseTimeout: step.limitSeconds * 1000 + LONGEST_ABSENCE_MS,
        },
        [input],
      ),
    )
    .then(
      (result) => {
        end = { type: 'done', message: result.message, skipped: result.skipped ?? false };
      },
      (error: unknown) => {
        end = wasCancelled(error) ? { type: 'interrupted' } : { type: 'failed', problem: stepProblem(step, error) };
      },
    );
  const interrupted = () =>
    // What it waits for may be what somebody has just said. A start that is interrupted is the same as after a crash.
    run.words.count > words ||
    (isWaiting(step) &&
      (run.endsBefore(index) || run.skipsOf(step).length > skippedGates.length || run.retryRequested));
  await condition(() => end !== undefined || interrupted());
  if (end === undefined) scope.cancel();
  await running;
  return end ?? { type: 'interrupted' };
}

async function halt(run: PlanRun, step: Step, problem: Problem): Promise<void> {
  const parent = entity();
  const halted: ChildHalted = { planHash: run.input.plan.hash, step: step.id, problem };
  // Before the signal: an answer may come while it is being sent.
  run.retryRequested = false;
  await parent?.signal(ENTITY_SIGNALS.childHalted, halted);
  await condition(() => run.retryRequested || run.ending !== undefined || run.skipsOf(step).length > 0);
  if (!run.ending) await parent?.signal(ENTITY_SIGNALS.childMoved, { planHash: run.input.plan.hash });
}
