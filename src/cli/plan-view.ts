/** A network's current plan as text. Pure. */
import type { ObjectChange, Plan } from '../contract/plan.ts';
import { CHANGE_SIGNS, fieldWords } from '../status/change-words.ts';
import { approveCommand, rejectCommand, retryCommand, shortHash } from '../status/operator-commands.ts';
import type { PlanStatus, StepStatus } from '../status/plan-status.ts';
import { startsInWindow } from '../status/window-words.ts';
import type { NetworkObject } from './networks.ts';
import { columns, type Paint, shortDuration } from './output.ts';

export interface PlanView {
  readonly now: Date;
  readonly paint: Paint;
}

const STEPS_AROUND = 2;

export interface PlanOptions {
  /** Only the steps around the current one, and nothing of what they change. */
  readonly compact: boolean;
  /** The whole plan, or why it is not known. */
  readonly whole?: WholePlan;
  /** Nobody has made it yet: there is nothing to decide. */
  readonly proposal?: true;
}

export type WholePlan = { readonly plan: Plan } | { readonly missing: string };

export function planLines(network: NetworkObject, view: PlanView, options: PlanOptions): string[] {
  const plan = network.status?.plan;
  if (!plan)
    return [
      `No plan: ${network.metadata.name} is as desired, or has not been looked at yet.`,
      ...keptLines(network, view),
    ];
  const steps = plan.steps ?? [];
  const over = steps.filter(isOver).length;
  const waits = waitsForApproval(network);
  const isNotBegun = waits || options.proposal || plan.window;
  const progress = isNotBegun ? `${steps.length} steps` : `${over} of ${steps.length} steps done`;
  const shown = options.compact ? aroundCurrent(steps) : steps;
  return [
    `${view.paint('bold', `Plan ${shortHash(plan.hash)}`)} (${plan.kind}): ${plan.summary}`,
    `  ${[progress, ...(options.proposal ? [beginning(waits, view)] : decisionFacts(plan, waits, view))].join(', ')}`,
    ...gapLines(plan, view),
    ...(options.compact ? [] : heldLines(network, plan, view)),
    ...(options.proposal ? [] : [...decisionLines(network, plan, waits), ...keptLines(network, view)]),
    ...(options.compact ? [] : wholeLines(plan, options.whole, view)),
    ...(shown.length > 0 && !(options.compact && waits) ? ['', ...stepLines(shown, view)] : []),
  ];
}

function gapLines({ gapExpectedSeconds = 0 }: PlanStatus, { paint }: PlanView): string[] {
  return gapExpectedSeconds > 0
    ? [paint('yellow', `  about ${gapExpectedSeconds} s without new blocks, as far as can be foreseen`)]
    : [];
}

function heldLines({ metadata }: NetworkObject, { held }: PlanStatus, { paint }: PlanView): string[] {
  if (!held) return [];
  const place = { namespace: metadata.namespace ?? 'default', name: metadata.name };
  return [paint('yellow', `  held back until ${held.until}: ${held.why}`), `  → ${retryCommand(place)} makes it now`];
}

/** Why, warnings, and everything that changes; without the whole plan what status has of them. */
function wholeLines(plan: PlanStatus, whole: WholePlan | undefined, { paint }: PlanView): string[] {
  const known = whole && 'plan' in whole ? whole.plan : undefined;
  const warnings = (known?.warnings ?? plan.warnings ?? []).map((warning) => paint('yellow', `  ! ${warning}`));
  const reasons = (known?.reasons ?? []).map((reason) => `  ${reason}`);
  return [
    ...(reasons.length > 0 ? ['', ...reasons] : []),
    ...(warnings.length > 0 ? ['', ...warnings] : []),
    ...(known && known.changes.length > 0
      ? ['', ...known.changes.flatMap((change) => changeLines(change, paint))]
      : []),
    ...(whole && 'missing' in whole ? ['', paint('yellow', `  ${whole.missing}`), ...countLines(plan)] : []),
  ];
}

/** One field stands beside its object, several below it. */
function changeLines({ action, object, fields, restartsPods }: ObjectChange, paint: Paint): string[] {
  const restarts = restartsPods ? `  ${paint('yellow', 'restarts pods')}` : '';
  const colour = action === 'create' ? 'green' : action === 'change' ? 'yellow' : 'red';
  const head = `  ${paint(colour, CHANGE_SIGNS[action])} ${object}`;
  const [only, ...others] = fields.map(fieldWords);
  if (only === undefined) return [`${head}${restarts}`];
  if (others.length === 0) return [`${head}  ${only}${restarts}`];
  return [`${head}${restarts}`, ...[only, ...others].map((words) => `      ${words}`)];
}

function countLines({ counts }: PlanStatus): string[] {
  if (!counts) return [];
  const { creates, changes, deletes, restarts } = counts;
  return [`  objects: ${creates} created, ${changes} changed, ${deletes} deleted; pods of ${restarts} restart`];
}

/** Whether a person has to decide before anything goes on. */
export function waitsForApproval({ status }: NetworkObject): boolean {
  return status?.phase === 'AwaitingApproval' && status.plan !== undefined && status.plan.approval === undefined;
}

export function isExpired(plan: PlanStatus, now: Date): boolean {
  return plan.expiresAt !== undefined && Date.parse(plan.expiresAt) <= now.getTime();
}

function decisionFacts(plan: PlanStatus, waits: boolean, { now, paint }: PlanView): string[] {
  const { approval, expiresAt, workflowId, window } = plan;
  if (!waits) {
    const by = approval && `approved by ${approval.by} (${approval.via}${approval.verified ? '' : ', claimed'})`;
    const starts = window && paint('yellow', startsInWindow(window));
    return [by, starts, workflowId && `workflow ${workflowId}`].filter((fact) => fact !== undefined);
  }
  if (isExpired(plan, now)) return [paint('red', `expired at ${expiresAt}`)];
  const left = expiresAt ? `, expires in ${shortDuration((Date.parse(expiresAt) - now.getTime()) / 1000)}` : '';
  return [paint('yellow', `waits for approval${left}`)];
}

function beginning(waits: boolean, { paint }: PlanView): string {
  return waits ? paint('yellow', 'would wait for approval') : 'would begin by itself';
}

/** What can be decided now: what has not begun can also be taken back. */
function decisionLines({ metadata }: NetworkObject, plan: PlanStatus, waits: boolean): string[] {
  const place = { namespace: metadata.namespace ?? 'default', name: metadata.name };
  const commands = [...(waits ? [approveCommand(place, plan.hash)] : []), rejectCommand(place, plan.hash)];
  return waits || plan.window ? commands.map((command) => `  → ${command}`) : [];
}

/** What begins without a further word, though it is not the plan that is shown. */
function keptLines({ metadata, status }: NetworkObject, { paint }: PlanView): string[] {
  const kept = status?.decisions?.keptApproval;
  if (!kept) return [];
  const place = { namespace: metadata.namespace ?? 'default', name: metadata.name };
  return [
    paint('yellow', `  plan ${shortHash(kept.plan)}, approved by ${kept.by}, begins when it comes back`),
    `  → ${rejectCommand(place, kept.plan)}`,
  ];
}

function stepLines(steps: readonly StepStatus[], view: PlanView): string[] {
  const rows = steps.map((step) => [
    `  ${step.id}`,
    stateText(step, view.paint),
    timeText(step, view.now),
    step.message ?? '',
  ]);
  return columns(['  STEP', 'STATE', 'FOR', ''], rows).trimEnd().split('\n');
}

function stateText({ state }: StepStatus, paint: Paint): string {
  switch (state) {
    case 'Done':
      return paint('green', state);
    case 'Failed':
      return paint('red', state);
    case 'Pending':
      return paint('dim', state);
    default:
      return paint('yellow', state);
  }
}

function timeText({ startedAt, finishedAt, state }: StepStatus, now: Date): string {
  if (startedAt === undefined || state === 'Pending') return '';
  const end = finishedAt === undefined ? now.getTime() : Date.parse(finishedAt);
  return shortDuration((end - Date.parse(startedAt)) / 1000);
}

function isOver({ state }: StepStatus): boolean {
  return state === 'Done' || state === 'Skipped';
}

function aroundCurrent(steps: readonly StepStatus[]): readonly StepStatus[] {
  const current = steps.findIndex((step) => !isOver(step));
  if (current === -1) return [];
  return steps.slice(Math.max(0, current - STEPS_AROUND), current + STEPS_AROUND + 1);
}
