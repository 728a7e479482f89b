/**
 * Makes a plan of the difference between what is wished and what is there. Pure: no I/O, no clock, no randomness, so
 * that a thousand looks at a moving chain make the same plan.
 */
import type { Problem } from '../contract/failures.ts';
import type { PlanKind } from '../contract/plan.ts';
import type { ComponentRole, PlanningInput, StepLimits } from './desired.ts';
import { refuseWhatIsNotSupported } from './not-supported.ts';
import { numberedSteps } from './numbered-steps.ts';
import type { PlanDraft } from './plan-draft.ts';
import {
  changeBatcher,
  changeInPlace,
  changeReplica,
  changeSequencer,
  confirmRepair,
  installBatcher,
  installReplica,
  installSequencer,
  keepStopped,
  nobodyElseBatches,
  restore,
  type StepDraft,
  sameChain,
  scaleReplica,
  startChallenger,
  startProposer,
  stopSender,
  storeNetwork,
} from './sections.ts';
import { teardownPlan } from './teardown-plan.ts';
import { isStopped, nextWork, onlySequencesBesides, sequencesBesides, type Transition, type Work } from './work.ts';

export type Planned =
  | { readonly type: 'nothing' }
  | { readonly type: 'plan'; readonly draft: PlanDraft }
  | { readonly type: 'refusal'; readonly problems: readonly Problem[] };

/** Seconds that a lone sequencer was seen to need for a restart of its pod (pods-observed.md, table 3: 9 to 13.5 s). */
const SEQUENCER_RESTART_SECONDS = 15;

/**
 * New sequencer first: everything else reads from it. New batcher before any follower starts or restarts: blocks older
 * than 60 s are never gossiped, so a follower closes its gap only by derivation, from batches. Of what runs replicas are
 * changed first, as canaries, then what stands by, and the batcher, which reads from the sequencers, after it. What
 * proposes, and what guards proposals, comes last: it needs blocks that are final.
 */
const ROLLOUT_ORDER: readonly (readonly ['install' | 'change', ComponentRole])[] = [
  ['change', 'network'],
  ['install', 'network'],
  ['install', 'sequencer'],
  ['install', 'batcher'],
  ['change', 'replica'],
  ['change', 'standby'],
  ['change', 'sequencer'],
  ['install', 'standby'],
  ['change', 'batcher'],
  ['install', 'replica'],
  ['change', 'proposer'],
  ['install', 'proposer'],
  ['change', 'challenger'],
  ['install', 'challenger'],
];
const REPAIR_ORDER: readonly ComponentRole[] = [
  'network',
  'sequencer',
  'batcher',
  'standby',
  'replica',
  'proposer',
  'challenger',
];
/** What can be scaled to nothing, and the rest of the network goes on. */
const SENDERS: readonly ComponentRole[] = ['batcher', 'proposer', 'challenger'];

export function makePlan(input: PlanningInput): Planned {
  if (input.leaving.length > 0 && !input.meanwhile) return { type: 'plan', draft: teardownPlan(input) };
  const next = input.deleting ? [] : nextWork(input);
  const work = input.meanwhile ? next.filter(({ transition }) => transition === 'drift') : next;
  if (work.length === 0) return { type: 'nothing' };
  const problems = work.flatMap((item) => (item.transition === 'drift' ? [] : refuseWhatIsNotSupported(item)));
  if (problems.length > 0) return { type: 'refusal', problems };
  return { type: 'plan', draft: rolloutPlan(input, work) };
}

function rolloutPlan({ network, revision, limits, warnings }: PlanningInput, all: readonly Work[]): PlanDraft {
  const kinds = kindsOf(all);
  const kind = kinds[0] ?? 'change';
  const work = kind === 'drift' ? inRepairOrder(all) : inRolloutOrder(all);
  const ends = work.some(({ desired }) => desired.changesForks)
    ? [sameChain({ kind: 'OptimismNetwork', name: network }, limits)]
    : [];
  const drafts =
    kind === 'drift' ? repairSteps(work, limits) : [...work.flatMap((item) => rolloutSteps(item, limits)), ...ends];
  const names = work.map(({ desired }) => desired.component.name).join(', ');
  return {
    kind,
    kinds,
    desiredRevision: revision,
    summary: `${kind} ${network}: ${names} (${drafts.length} steps)`.slice(0, 300),
    steps: numberedSteps(drafts),
    changes: work.flatMap(({ changes }) => changes),
    gapExpectedSeconds: work.some(interruptsBlocks) ? SEQUENCER_RESTART_SECONDS : 0,
    // A repair brings back what was approved with its warnings.
    warnings: [...(kind === 'drift' ? [] : warnings), ...work.flatMap(warningOf)],
    renders: work.map(({ desired }) => ({ component: desired.component, digest: desired.render })),
  };
}

/**
 * The plan is called by the first of them. What the network stores follows from its components (peers of a new node,
 * copies of its keys), so it decides only where it is alone.
 */
function kindsOf(work: readonly Work[]): PlanKind[] {
  const components = work.filter(({ desired }) => desired.role !== 'network');
  const deciding = components.length > 0 ? components : work;
  const order: readonly Transition[] = ['change', 'install', 'drift', 'operatorUpdate'];
  return order.filter((kind) => deciding.some(({ transition }) => transition === kind));
}

function inRolloutOrder(work: readonly Work[]): Work[] {
  return ROLLOUT_ORDER.flatMap(([when, role]) =>
    work.filter(
      ({ transition, desired }) => desired.role === role && (transition === 'install') === (when === 'install'),
    ),
  );
}

function inRepairOrder(work: readonly Work[]): Work[] {
  return REPAIR_ORDER.flatMap((role) => work.filter(({ desired }) => desired.role === role));
}

function restarts({ changes }: Work): boolean {
  return changes.some(({ restartsPods }) => restartsPods);
}

function interruptsBlocks(item: Work): boolean {
  return item.desired.role === 'sequencer' && item.transition !== 'install' && restarts(item);
}

function warningOf({ desired, observed }: Work): string[] {
  const { kind, name } = desired.component;
  if (!observed.lost) return [];
  const pods = desired.role === 'network' ? '' : ', and its pods may restart';
  return [`the render that ${kind} ${name} was rolled out with is lost: what changes is not known${pods}`];
}

function scalesUp({ changes }: Work): boolean {
  return changes
    .flatMap(({ object, fields }) => (object.startsWith('StatefulSet/') ? fields : []))
    .some(({ path, from, to }) => path === 'spec.replicas' && Number(to) > Number(from));
}

function rolloutSteps(item: Work, limits: StepLimits): StepDraft[] {
  const { desired, transition } = item;
  if (desired.role === 'network') return storeNetwork(desired, limits, { checkChain: transition === 'install' });
  if (isStoppedSender(item)) return stopSender(desired);
  // One that was stopped starts like a new one: somebody else may have taken over.
  const starts = (SENDERS.includes(desired.role) && scalesUp(item)) || (waitsForOthers(item) && !restarts(item));
  const runs = transition !== 'install' && !starts;
  if (runs && !restarts(item))
    return desired.role === 'replica' && scalesUp(item) ? scaleReplica(desired, limits) : changeInPlace(desired);
  switch (desired.role) {
    case 'sequencer':
      return runs ? changeSequencer(desired, limits) : installSequencer(desired, limits);
    case 'batcher':
      if (!runs) return installBatcher(desired, limits);
      return [...(waitsForOthers(item) ? [nobodyElseBatches(desired, limits)] : []), ...changeBatcher(desired, limits)];
    case 'standby':
    case 'replica':
      return runs ? changeReplica(desired, limits) : installReplica(desired, limits);
    case 'proposer':
      return startProposer(desired, limits);
    case 'challenger':
      return startChallenger(desired, limits);
  }
}

/** A batcher that does not run may have been replaced by another one somewhere else. */
function waitsForOthers({ desired, observed }: Work): boolean {
  return desired.role === 'batcher' && desired.replicas > 0 && isStopped(observed);
}

/** Somebody runs what is meant to be stopped. */
function isStoppedSender({ desired }: Work): boolean {
  return SENDERS.includes(desired.role) && desired.replicas === 0;
}

function restoreItem(item: Work): StepDraft[] {
  return restore(item.desired, { restarts: restarts(item), stopped: isStopped(item.observed) });
}

/**
 * A second sequencer ends first. Everything is put back before anything is waited for: one component that stays broken
 * keeps no other one broken.
 */
function repairSteps(work: readonly Work[], limits: StepLimits): StepDraft[] {
  const network = work.filter(({ desired }) => desired.role === 'network');
  const stopped = work.filter(isStoppedSender);
  const besides = work.filter(({ desired, observed }) => desired.role === 'standby' && sequencesBesides(observed));
  const components = work.filter(
    (item) =>
      item.desired.role !== 'network' &&
      !isStoppedSender(item) &&
      !(besides.includes(item) && onlySequencesBesides(item.observed)),
  );
  return [
    ...besides.map(({ desired }) => keepStopped(desired, `stop ${desired.component.name}, which only stands by`)),
    ...network.flatMap(({ desired }) => storeNetwork(desired, limits, { checkChain: false })),
    ...stopped.flatMap(({ desired }) => stopSender(desired)),
    ...components.flatMap((item) => (waitsForOthers(item) ? [] : restoreItem(item))),
    ...components.flatMap((item) => [
      ...(waitsForOthers(item) ? [nobodyElseBatches(item.desired, limits), ...restoreItem(item)] : []),
      ...confirmRepair(item.desired, limits),
    ]),
  ];
}
