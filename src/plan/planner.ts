/**
 * Makes a plan of the difference between what is wished and what is there. Pure: no I/O, no clock, no randomness, so
 * that a thousand looks at a moving chain make the same plan.
 */
import type { Problem } from '../contract/failures.ts';
import type { PlanKind } from '../contract/plan.ts';
import { earliest } from '../contract/way-back.ts';
import { cutOverOf, cutOverSteps } from './cut-over.ts';
import type { ComponentRole, PlanningInput, StepLimits } from './desired.ts';
import { refuseWhatIsNotSupported } from './not-supported.ts';
import { numberedSteps } from './numbered-steps.ts';
import type { PlanDraft } from './plan-draft.ts';
import { reasonOf, reasonOfLeaving, reasonOfReturn } from './reasons.ts';
import { isOfRelay, type Relay, relayChanges, relayOf, relaySteps, relayWords } from './relay.ts';
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
import {
  isStopped,
  nextWork,
  onlySequencesBesides,
  repairsBeforeRollback,
  rollbackWork,
  sequencesBesides,
  type Transition,
  type Work,
} from './work.ts';

export type Planned =
  | { readonly type: 'nothing' }
  | { readonly type: 'plan'; readonly draft: PlanDraft }
  | { readonly type: 'refusal'; readonly problems: readonly Problem[] };

/** Seconds that a lone sequencer was seen to need for a restart of its pod (pods-observed.md, table 3: 9 to 13.5 s). */
const SEQUENCER_RESTART_SECONDS = 15;

/**
 * New sequencer first: everything else reads from it. New batcher before any follower starts or restarts: blocks older
 * than 60 s are never gossiped, so a follower closes its gap only by derivation, from batches. Of what runs replicas are
 * changed first, as canaries, then what stands by, which takes over while the active one is changed, and the batcher,
 * which reads from the sequencers, after it. What proposes, and what guards proposals, comes last: it needs blocks that
 * are final.
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
/** The other way round: what sends goes back before the nodes whose answers its former version knows. */
const ROLLBACK_ORDER: readonly ComponentRole[] = [
  'network',
  'challenger',
  'proposer',
  'batcher',
  'standby',
  'sequencer',
  'replica',
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
  if (input.leaving.length > 0 && !input.meanwhile)
    return { type: 'plan', draft: { ...teardownPlan(input), reasons: input.leaving.map(reasonOfLeaving) } };
  if (input.rollsBack && !input.deleting) return planBack(input);
  const next = input.deleting ? [] : nextWork(input);
  const work = input.meanwhile ? next.filter(({ transition }) => transition === 'drift') : next;
  if (work.length === 0 && !handsOver(input)) return { type: 'nothing' };
  return planOfWork(input, work);
}

function planOfWork(input: PlanningInput, work: readonly Work[]): Planned {
  const problems = work.flatMap((item) => (item.transition === 'drift' ? [] : refuseWhatIsNotSupported(item)));
  if (problems.length > 0) return { type: 'refusal', problems };
  return { type: 'plan', draft: rolloutPlan(input, work) };
}

function planBack({ rollsBack, ...input }: PlanningInput): Planned {
  const repairs = repairsBeforeRollback(input);
  if (repairs.length > 0) return planOfWork(input, repairs);
  const back = { ...input, ...(rollsBack ? { rollsBack } : {}) };
  const work = input.meanwhile ? [] : rollbackWork(back);
  return work.length === 0 && !handsOver(input) ? { type: 'nothing' } : planOfWork(back, work);
}

function rolloutPlan(input: PlanningInput, all: readonly Work[]): PlanDraft {
  const { network, revision, limits, warnings, rollsBack, releases } = input;
  const cutOver = cutOverOf(input, all);
  const kinds: readonly PlanKind[] = rollsBack ? [rollsBack] : kindsOf(all, cutOver !== undefined);
  const kind = kinds[0] ?? 'change';
  const isRepair = kind === 'drift';
  const work = isRepair ? inOrder(REPAIR_ORDER, all) : rollsBack ? inRollbackOrder(all) : inRolloutOrder(all);
  const sequencer = input.desired.find(({ role }) => role === 'sequencer');
  const relay = isRepair ? undefined : relayOf(input, work, work.find(interruptsBlocks));
  const ends = work.some(({ desired }) => desired.changesForks)
    ? [sameChain({ kind: 'OptimismNetwork', name: network }, limits)]
    : [];
  const before = work.filter((item) => !cutOver?.proposers.includes(item));
  const drafts = isRepair
    ? repairSteps(work, limits)
    : [...stepsWithRelay(before, relay, input), ...ends, ...(cutOver ? cutOverSteps(cutOver, limits) : [])];
  const points = work.map(({ desired }) => desired.pointOfNoReturn);
  const returnsUntil = isRepair ? undefined : rollsBack ? input.returnsUntil : earliest(points);
  const names = [
    ...work.map(({ desired }) => desired.component.name),
    ...(relay && !relay.restarted ? [relayWords(relay)] : []),
  ].join(', ');
  const title = `${rollsBack ? 'roll back ' : ''}${kind} ${network}`;
  const versions = kind === 'upgrade' && releases ? ` ${releases.from} → ${releases.to}` : '';
  return {
    kind,
    kinds,
    desiredRevision: revision,
    wish: input.wish,
    summary: `${title}${versions}: ${names} (${drafts.length} steps)`.slice(0, 300),
    steps: numberedSteps(drafts),
    changes: [...work.flatMap(({ changes }) => changes), ...(relay ? relayChanges(input, relay) : [])],
    reasons: [...work.map(rollsBack ? reasonOfReturn : reasonOf), ...(relay ? [relayWords(relay)] : [])],
    gapExpectedSeconds: work.some(interruptsBlocks) && !relay?.restarted ? SEQUENCER_RESTART_SECONDS : 0,
    // A repair brings back what was approved with its warnings.
    warnings: [...(isRepair ? [] : warnings), ...work.flatMap(warningOf)],
    renders: work.map(({ desired, observed }) => ({
      component: desired.component,
      digest: desired.render,
      ...(observed.verified && observed.verified.render !== desired.render ? { from: observed.verified.render } : {}),
    })),
    ...(sequencer ? { sequencer: sequencer.component.name } : {}),
    ...(rollsBack ? { rollsBack: true } : {}),
    ...(returnsUntil ? { pointOfNoReturn: returnsUntil } : {}),
  };
}

/** Who sequences is to change, though nothing that is applied does. Not while it can not be told what is wished. */
function handsOver(input: PlanningInput): boolean {
  return !input.deleting && !input.meanwhile && input.wish !== '' && relayOf(input, []) !== undefined;
}

function stepsWithRelay(
  work: readonly Work[],
  relay: Relay | undefined,
  { limits, rollsBack }: PlanningInput,
): StepDraft[] {
  const steps = (items: readonly Work[]) =>
    items.flatMap((item) => (relay && isOfRelay(item, relay) ? relaySteps(relay, limits) : rolloutSteps(item, limits)));
  if (!relay || relay.restarted) return steps(work);
  if (rollsBack) return [...steps(work), ...relaySteps(relay, limits)];
  // What does not read from whoever is active comes before it, and is then known to work.
  const before = work.filter((item) => placeOf(item) <= PLACE_OF_HAND_OVER);
  return [...steps(before), ...relaySteps(relay, limits), ...steps(work.filter((item) => !before.includes(item)))];
}

const PLACE_OF_HAND_OVER = ROLLOUT_ORDER.findIndex(([when, role]) => when === 'change' && role === 'sequencer');

function placeOf({ transition, desired }: Work): number {
  return ROLLOUT_ORDER.findIndex(
    ([when, role]) => desired.role === role && (transition === 'install') === (when === 'install'),
  );
}

/**
 * The plan is called by the first of them. What the network stores follows from its components (peers of a new node,
 * copies of its keys), so it decides only where it is alone.
 */
function kindsOf(work: readonly Work[], isCutOver: boolean): PlanKind[] {
  const components = work.filter(({ desired }) => desired.role !== 'network');
  const deciding = components.length > 0 ? components : work;
  const order: readonly Transition[] = ['upgrade', 'change', 'install', 'drift', 'operatorUpdate'];
  const kinds = order.filter(
    (kind) => (kind === 'upgrade' && isCutOver) || deciding.some(({ transition }) => transition === kind),
  );
  // A hand-over alone applies nothing: the user's own change, which is asked about like any other.
  return kinds.length > 0 ? kinds : ['change'];
}

function inRolloutOrder(work: readonly Work[]): Work[] {
  return [...work].sort((a, b) => placeOf(a) - placeOf(b));
}

function inOrder(roles: readonly ComponentRole[], work: readonly Work[]): Work[] {
  return roles.flatMap((role) => work.filter(({ desired }) => desired.role === role));
}

/** What is broken is brought back first: everything else may wait for it. */
function inRollbackOrder(work: readonly Work[]): Work[] {
  const isFirst = ({ observed, desired }: Work) => observed.cannotStart === true || desired.role === 'network';
  const all = inOrder(ROLLBACK_ORDER, work);
  return [...all.filter(isFirst), ...all.filter((item) => !isFirst(item))];
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
  const starts =
    (SENDERS.includes(desired.role) && scalesUp(item)) ||
    isStoppedToCutOver(item) ||
    (waitsForOthers(item) && !restarts(item));
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

/** A proposer that comes back from a contracts upgrade which was not waited for to its end. */
function isStoppedToCutOver({ desired, observed }: Work): boolean {
  return desired.role === 'proposer' && desired.replicas > 0 && isStopped(observed);
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
