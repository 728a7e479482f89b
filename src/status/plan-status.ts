/** A plan as `status.plan` and its end as `status.history`. Pure; within the bounds of the schema. */
import { MAX_DECIDER_LENGTH } from '../api/names.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { ReportInput, StepProgress } from '../contract/activities.ts';
import { componentKey, type ObjectChange, type Step } from '../contract/plan.ts';
import { cutText } from './conditions.ts';
import { fightSentence, wayOutOfFight } from './fight-words.ts';

export type PlanStatus = NonNullable<OptimismNetworkStatus['plan']>;
export type StepStatus = NonNullable<PlanStatus['steps']>[number];
type PastPlan = NonNullable<OptimismNetworkStatus['history']>[number];
type ShownPlan = NonNullable<ReportInput['plan']>;

/** Bounds of the schema, or below them where the whole status would get too large. */
const MAX_SUMMARY = 512;
const MAX_MESSAGE = 160;
/** Of the one step that waits or has failed: its message ends with what to do. */
const MAX_CURRENT_MESSAGE = 640;
const MAX_COMMENT = 512;
const MAX_STEPS = 100;
const MAX_HISTORY = 20;
const MAX_PAST_SUMMARY = 200;
const MAX_WARNINGS = 5;
const MAX_WARNING = 300;
const MAX_HELD = 1024;

export interface PlanStatusOptions {
  /** The plan as status has it: the progress of its steps is kept when it is the same plan. */
  readonly before?: PlanStatus | undefined;
  /** Progress that is known better than from `before`. */
  readonly progress?: readonly StepProgress[];
  readonly halted?: ReportInput['halted'] | undefined;
}

export function planToStatus(shown: ShownPlan, options: PlanStatusOptions = {}): PlanStatus {
  const { plan } = shown;
  const { before, progress = [], halted } = options;
  const known = new Map(before?.hash === plan.hash ? before.steps?.map((step) => [step.id, step]) : []);
  const fresh = new Map(progress.map((step) => [step.id, step]));
  // Steps that the bound of the status has cut off at the front are over: they run one after the other.
  const firstKnown = plan.steps.findIndex(({ id }) => known.has(id));
  const all = plan.steps.map((step, index) => {
    const isOver = index < firstKnown ? ({ state: 'Done' } as const) : undefined;
    const status = stepToStatus(step, fresh.get(step.id) ?? known.get(step.id) ?? isOver);
    return halted?.step === step.id
      ? { ...status, state: 'Failed' as const, message: cutText(halted.problem.message, MAX_CURRENT_MESSAGE) }
      : status;
  });
  return {
    hash: plan.hash,
    revision: plan.desiredRevision,
    kind: plan.kind,
    ...(plan.rollsBack ? { rollsBack: true } : {}),
    summary: cutText(plan.summary, MAX_SUMMARY),
    steps: aroundCurrent(all),
    gapExpectedSeconds: plan.gapExpectedSeconds,
    ...(plan.warnings.length > 0 ? { warnings: warnings(plan.warnings) } : {}),
    counts: counts(plan.changes),
    ...(plan.document ? { configMap: plan.document.name, digest: plan.document.digest } : {}),
    createdAt: shown.createdAt,
    ...(shown.workflowId === undefined ? {} : { workflowId: shown.workflowId }),
    ...(shown.expiresAt === undefined ? {} : { expiresAt: shown.expiresAt }),
    ...(shown.approval === undefined ? {} : { approval: approvalToStatus(shown.approval) }),
    ...(shown.window === undefined ? {} : { window: shown.window }),
    ...(shown.heldUntil === undefined ? {} : { held: heldToStatus(shown.heldUntil, plan.changes) }),
  };
}

/** What is left out is in the ConfigMap. */
function warnings(all: readonly string[]): string[] {
  const shown = all.length > MAX_WARNINGS ? all.slice(0, MAX_WARNINGS - 1) : all;
  const left = all.length - shown.length;
  return [...shown.map((warning) => cutText(warning, MAX_WARNING)), ...(left > 0 ? [`and ${left} more`] : [])];
}

function counts(changes: readonly ObjectChange[]): NonNullable<PlanStatus['counts']> {
  const of = (...actions: ObjectChange['action'][]) => changes.filter(({ action }) => actions.includes(action)).length;
  return {
    creates: of('create'),
    changes: of('change', 'recreate'),
    deletes: of('delete'),
    restarts: changes.filter(({ restartsPods }) => restartsPods).length,
  };
}

/**
 * The same plan with news of one step. One that the bound of the status has cut off comes back behind the others: steps
 * run in their order.
 */
export function withStepProgress(plan: PlanStatus, progress: StepProgress, step: Step): PlanStatus {
  const steps = plan.steps ?? [];
  const next = steps.some(({ id }) => id === step.id)
    ? steps.map((item) => (item.id === step.id ? { ...item, ...progressFields(progress) } : item))
    : [...steps, stepToStatus(step, progress)];
  return { ...plan, steps: next.slice(-MAX_STEPS) };
}

/** As many steps as the schema takes. */
function aroundCurrent(steps: readonly StepStatus[]): StepStatus[] {
  const current = steps.findIndex(({ state }) => state !== 'Done' && state !== 'Skipped');
  const start = Math.max(0, Math.min(current - MAX_STEPS / 2, steps.length - MAX_STEPS));
  return steps.slice(start, start + MAX_STEPS);
}

/** The history with one more plan in front; a plan that ended twice (an activity that ran again) stays one entry. */
export function addToHistory(
  history: OptimismNetworkStatus['history'],
  finished: NonNullable<ReportInput['finished']>,
): PastPlan[] {
  const entry: PastPlan = { ...finished, summary: cutText(finished.summary, MAX_PAST_SUMMARY) };
  const others = (history ?? []).filter(({ hash, startedAt }) => hash !== entry.hash || startedAt !== entry.startedAt);
  return [entry, ...others].slice(0, MAX_HISTORY);
}

function heldToStatus(until: string, changes: readonly ObjectChange[]): NonNullable<PlanStatus['held']> {
  return { until, why: cutText(`${fightSentence(changes)}: ${wayOutOfFight(changes)}`, MAX_HELD) };
}

type KnownProgress = Partial<Pick<StepStatus, 'state' | 'message' | 'startedAt' | 'finishedAt'>>;

function stepToStatus(step: Step, progress: KnownProgress | undefined): StepStatus {
  return {
    id: step.id,
    action: step.type,
    component: componentKey(step.component),
    ...(step.gates === undefined ? {} : { gates: [...step.gates] }),
    state: 'Pending',
    ...(progress ? progressFields(progress) : {}),
  };
}

function progressFields({ state, message, startedAt, finishedAt }: KnownProgress): KnownProgress {
  const isOver = state === 'Done' || state === 'Skipped';
  return {
    ...(state === undefined ? {} : { state }),
    ...(message === undefined ? {} : { message: cutText(message, isOver ? MAX_MESSAGE : MAX_CURRENT_MESSAGE) }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function approvalToStatus(approval: NonNullable<ShownPlan['approval']>): NonNullable<PlanStatus['approval']> {
  const { by, comment, ...rest } = approval;
  return {
    ...rest,
    by: cutText(by, MAX_DECIDER_LENGTH),
    ...(comment === undefined ? {} : { comment: cutText(comment, MAX_COMMENT) }),
  };
}
