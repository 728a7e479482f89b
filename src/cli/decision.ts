/**
 * Decisions of people: what they are about, whether they fit what is going on, and how they are written on the
 * OptimismNetwork. Pure.
 *
 * The annotations are a protocol with the operator's look (src/activities/gather/decisions.ts): the first word of a
 * value is its subject (plan hash, gate, node, block), and each decision has a value of its own, which is how a repeated
 * one is told from one that was seen already. `approver` says who; the API server vouches for that where the admission
 * policy is installed (src/api/admission).
 */
import { DECISION_ANNOTATIONS } from '../api/names.ts';
import { type DecisionAction, NEEDS_RUNNING_PLAN } from '../contract/messages.ts';
import { FOREIGN, GATES, type GateName, UNSKIPPABLE_GATES } from '../contract/plan.ts';
import { givenUp, isOff } from '../status/move-words.ts';
import { confirmFencedCommand, shortHash, statusCommand } from '../status/operator-commands.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { NetworkObject } from './networks.ts';
import { isExpired, waitsForApproval } from './plan-view.ts';

export interface Decision {
  readonly action: DecisionAction;
  /** Plan hash, gate, what is off, or number of a block. */
  readonly subject?: string;
  readonly reason?: string;
}

const LEAST_PREFIX = 8;

/** Decisions that take back each other: the older annotation goes when the newer one comes. */
const OPPOSITES: Partial<Record<DecisionAction, DecisionAction>> = {
  approve: 'reject',
  reject: 'approve',
  pause: 'resume',
  resume: 'pause',
};

/**
 * The full hash of the plan that is to be approved or rejected. One that is approved can be rejected until it begins.
 * @param asked hash or prefix as typed; undefined: whatever waits
 * @throws CliError that names the current plan
 */
export function planToDecide(
  network: NetworkObject,
  action: 'approve' | 'reject',
  asked: string | undefined,
  now: Date,
): string {
  const { plan, decisions } = network.status ?? {};
  const { name, namespace } = network.metadata;
  const look = `opstack plan ${name} -n ${namespace}`;
  const kept = decisions?.keptApproval;
  const isKept =
    kept !== undefined && asked !== undefined && asked.length >= LEAST_PREFIX && kept.plan.startsWith(asked);
  if (isKept && action === 'reject') return kept.plan;
  const takeBack = kept && `opstack reject ${name} ${shortHash(kept.plan)} -n ${namespace}`;
  if (isKept) {
    throw new CliError({
      what: `Plan ${shortHash(kept.plan)} is approved already`,
      why: `by ${kept.by}; it begins when what goes before it is done`,
      next: `${takeBack} takes the approval back`,
    });
  }
  if (!plan) {
    throw new CliError({
      what: `No plan of ${name} waits for a decision`,
      why: `its phase is ${network.status?.phase ?? 'Pending'}`,
      next: takeBack ? `${takeBack} takes back the approval of a plan that is to come back` : look,
    });
  }
  const current = `the current plan is ${shortHash(plan.hash)} (${plan.summary})`;
  if (asked !== undefined && asked.length < LEAST_PREFIX) {
    throw new CliError({
      what: `"${asked}" is too short for a plan hash`,
      why: `at least ${LEAST_PREFIX} characters are needed; ${current}`,
      next: look,
      exitCode: EXIT.usage,
    });
  }
  if (asked !== undefined && !plan.hash.startsWith(asked)) {
    throw new CliError({
      what: `Plan ${asked.slice(0, 64)} of ${name} does not wait for a decision`,
      why: `${current}; read it before you decide`,
      next: takeBack ? `${look}; or ${takeBack}, whose approval is kept` : look,
    });
  }
  if (action === 'reject' && plan.approval && !plan.workflowId) return plan.hash;
  if (action === 'reject' && plan.workflowId) {
    throw new CliError({
      what: `Plan ${shortHash(plan.hash)} is running already`,
      why: `approved by ${plan.approval?.by} at ${plan.approval?.at}`,
      next: `opstack abort ${name} -n ${namespace} ends it after its current step`,
    });
  }
  if (plan.approval) {
    throw new CliError({
      what: `Plan ${shortHash(plan.hash)} is approved already`,
      why: `by ${plan.approval.by} at ${plan.approval.at}`,
      next: `opstack status ${name} -n ${namespace}`,
    });
  }
  if (isExpired(plan, now)) {
    throw new CliError({
      what: `Plan ${shortHash(plan.hash)} has expired at ${plan.expiresAt}`,
      next: `opstack retry ${name} -n ${namespace} has it proposed again`,
    });
  }
  if (!waitsForApproval(network)) {
    throw new CliError({
      what: `Plan ${shortHash(plan.hash)} does not wait for a decision`,
      why: `the phase of ${name} is ${network.status?.phase}`,
      next: look,
    });
  }
  return plan.hash;
}

/** @throws CliError when there is nothing that the decision could be about */
export function checkMove(network: NetworkObject, action: DecisionAction): void {
  const { plan } = network.status ?? {};
  const { name, namespace } = network.metadata;
  const next = `opstack status ${name} -n ${namespace}`;
  if (action === 'retry' && !plan && network.status?.phase !== 'RolledBack') {
    throw new CliError({
      what: `Nothing of ${name} has halted, expired or was rejected`,
      why: 'there is no plan',
      next,
    });
  }
  if (NEEDS_RUNNING_PLAN.includes(action) && !plan?.workflowId) {
    throw new CliError({
      what: `No plan of ${name} is running`,
      ...(plan ? { why: `plan ${shortHash(plan.hash)} has not been started` } : {}),
      next: action === 'abort' && plan ? `opstack reject ${name} ${shortHash(plan.hash)} -n ${namespace}` : next,
    });
  }
}

/** @throws CliError for unknown gates and for those that nobody may skip */
export function gateToSkip(asked: string, place: { readonly namespace: string; readonly name: string }): GateName {
  const gate = GATES.find((name) => name === asked);
  const skippable = GATES.filter((name) => !UNSKIPPABLE_GATES.includes(name));
  if (!gate) {
    throw new CliError({
      what: `There is no gate ${asked}`,
      why: `Gates that can be skipped: ${skippable.join(', ')}`,
      exitCode: EXIT.usage,
    });
  }
  if (UNSKIPPABLE_GATES.includes(gate)) {
    const foreign = FOREIGN[gate];
    throw new CliError({
      what: `Gate ${gate} can't be skipped`,
      why: 'it guards against two of what there must be one of',
      next: foreign
        ? `once the other one is switched off for certain: ${confirmFencedCommand(place, foreign)}`
        : `see what it waits for: ${statusCommand(place)}`,
    });
  }
  return gate;
}

/** @throws CliError for what is no number of a block */
export function blockToGiveUpAbove(
  asked: string,
  place: { readonly namespace: string; readonly name: string },
): string {
  if (/^\d+$/.test(asked) && Number.isSafeInteger(Number(asked))) return `${Number(asked)}`;
  throw new CliError({
    what: `"${asked}" is no number of a block`,
    why: 'it is the one that the sequencer which is to start stands at, without commas, as the step says it',
    next: statusCommand(place),
    exitCode: EXIT.usage,
  });
}

/** Annotations to merge into the network; null removes one. */
export function decisionAnnotations(
  decision: Decision,
  approver: string,
  existing: Readonly<Record<string, string>>,
  now: Date,
): Record<string, string | null> {
  const { action, subject, reason } = decision;
  const key = DECISION_ANNOTATIONS[action];
  const opposite = OPPOSITES[action];
  return {
    [key]: annotationValue(subject, existing[key], now),
    [DECISION_ANNOTATIONS.approver]: approver,
    [DECISION_ANNOTATIONS.comment]: reason ?? null,
    ...(opposite ? { [DECISION_ANNOTATIONS[opposite]]: null } : {}),
  };
}

function annotationValue(subject: string | undefined, existing: string | undefined, now: Date): string {
  if (subject === undefined) return now.toISOString();
  return existing?.split(' ')[0] === subject ? `${subject} ${now.toISOString()}` : subject;
}

const IF_NOT_THERE = 'If its plan does not ask for that now, an event DecisionRefused says so; the audit log has both.';

/** What was decided, as a sentence. */
export function decisionText({ action, subject = '' }: Decision, network: string, by: string): string {
  switch (action) {
    case 'approve':
      return `Approved plan ${shortHash(subject)} of ${network} as ${by}.`;
    case 'reject':
      return `Rejected plan ${shortHash(subject)} of ${network} as ${by}.`;
    case 'pause':
      return `Paused ${network} as ${by}: it stops before the next step; the chain goes on.`;
    case 'resume':
      return `Resumed ${network} as ${by}.`;
    case 'retry':
      return `Asked ${network} to try again, as ${by}.`;
    case 'rollback':
      return `Asked ${network} to roll its plan back, as ${by}. If that can not be, an event DecisionRefused says why.`;
    case 'abort':
      return `Asked ${network} to end its plan after the current step, as ${by}.`;
    case 'skipGate':
      return `Asked ${network} to go on without gate ${subject}, once, as ${by}. ${IF_NOT_THERE}`;
    case 'confirmFenced':
      return `Told ${network} as ${by} that ${isOff(subject)}. ${IF_NOT_THERE}`;
    case 'giveUpBlocks':
      return `Told ${network} as ${by} that ${givenUp(Number(subject))}. ${IF_NOT_THERE}`;
  }
}
