/** What there is to do for each component, and how much of it is the next plan. */
import { type ComponentRef, componentKey, type ObjectChange } from '../contract/plan.ts';
import { isSameWish } from '../contract/wish-mark.ts';
import type { DesiredComponent, ObservedComponent, PlanningInput } from './desired.ts';

export type Transition = 'install' | 'change' | 'upgrade' | 'drift' | 'operatorUpdate';

export interface Work {
  readonly transition: Transition;
  /** What is applied: the wish, or for a repair the render that is there already. */
  readonly desired: DesiredComponent;
  readonly observed: ObservedComponent;
  /** What becomes different by it. */
  readonly changes: readonly ObjectChange[];
}

/**
 * Repairs come first, in a plan of their own: what is broken never waits for somebody to approve a change of something
 * else. What a new operator would render differently holds up neither a repair nor the user's own change: it is left
 * for a plan of its own, but for the network's stored files, which restart nothing and which the changed pods may name.
 */
export function nextWork(input: PlanningInput): Work[] {
  const all = input.desired.flatMap((desired) => workOn(input, desired, observedOf(input, desired.component)));
  const repairs = all.filter(({ transition }) => transition === 'drift');
  if (repairs.length === all.length || (repairs.length > 0 && !input.repairsHeld)) return repairs;
  const wished = all.filter(({ transition }) => transition !== 'drift');
  if (wished.every(({ transition }) => transition === 'operatorUpdate')) return wished;
  return wished.filter(({ transition, desired }) => transition !== 'operatorUpdate' || desired.role === 'network');
}

/**
 * What does not wait for the way back: a chain without blocks, or with a second sequencer, what is gone, and while the
 * way back waits for a person everything that is broken. The way back follows.
 */
export function repairsBeforeRollback(input: PlanningInput): Work[] {
  if (input.repairsHeld) return [];
  // Of what is half-way the change itself may have taken objects away.
  const isLost = ({ desired, observed }: Work) =>
    observed.verified?.render === desired.render
      ? hasLostPods(observed) || observed.drift.some((change) => saysWhoSequences(change, desired.component))
      : hasLostObjects(observed);
  const isFirst = (work: Work) => input.meanwhile || isLost(work) || isUrgent(work.desired, work.observed);
  return input.desired
    .flatMap((desired) => workOn(input, desired, observedOf(input, desired.component)))
    .filter((work) => work.transition === 'drift' && isFirst(work));
}

/**
 * Back to what ran before: what was changed, and what the change has left half-way, in one plan. What is new has nothing
 * to go back to, and is left as it is.
 */
export function rollbackWork(input: PlanningInput): Work[] {
  return input.desired
    .flatMap((desired) => workOn(input, desired, observedOf(input, desired.component)))
    .filter(({ observed }) => observed.verified !== undefined);
}

function observedOf({ observed }: PlanningInput, component: ComponentRef): ObservedComponent {
  const found = observed.find((item) => componentKey(item.component) === componentKey(component));
  return found ?? { component, changes: [], drift: [], strayPods: [] };
}

function workOn(input: PlanningInput, desired: DesiredComponent, observed: ObservedComponent): Work[] {
  const { verified, lost, changes, drift, strayPods } = observed;
  // Nobody has asked for what would become different, and nobody can say what it is: a person decides.
  if (lost) return [{ transition: 'operatorUpdate', desired, observed, changes }];
  if (!verified) return [{ transition: 'install', desired, observed, changes }];
  if (verified.render === desired.render) {
    const repaired = withStrayPods(drift, strayPods);
    return repaired.length > 0 ? [{ transition: 'drift', desired, observed, changes: repaired }] : [];
  }
  const isOurs = isSameWish(verified.inputs, desired.inputs);
  // Nobody has asked for what we would render differently: until somebody has approved it every difference is drift.
  const isBroken = input.meanwhile && (isOurs ? drift.length > 0 : isLeftDown(input, desired, observed));
  if (hasLostObjects(observed) || isUrgent(desired, observed) || isBroken)
    return [{ transition: 'drift', desired: asVerified(desired, verified), observed, changes: drift }];
  const transition = isOurs ? 'operatorUpdate' : changesImages(desired, verified) ? 'upgrade' : 'change';
  return [{ transition, desired, observed, changes: withStrayPods(changes, strayPods) }];
}

function changesImages({ images }: DesiredComponent, verified: NonNullable<ObservedComponent['verified']>): boolean {
  return Object.entries(images).some(([name, image]) => (verified.images[name] ?? image) !== image);
}

function asVerified(desired: DesiredComponent, { render, replicas }: NonNullable<ObservedComponent['verified']>) {
  const { pointOfNoReturn: _, ...rest } = desired;
  return { ...rest, render, replicas, changesForks: false };
}

/**
 * A change that was interrupted leaves pods on its template. They restart also when nothing else asks for that. What
 * restarts pods anyway takes them along, and stays the same plan however many pods it has reached.
 */
function withStrayPods(changes: readonly ObjectChange[], strayPods: readonly ObjectChange[]): readonly ObjectChange[] {
  return changes.some(({ restartsPods }) => restartsPods) ? changes : [...changes, ...strayPods];
}

/**
 * Whether objects are gone that the wish has as well. Beside a change only this counts as broken: other differences may
 * come from a change that was interrupted half-way, which is gone on with and not undone.
 */
function hasLostObjects({ drift, changes }: ObservedComponent): boolean {
  return drift.some(
    (lost) =>
      lost.action === 'create' && !changes.some(({ object, action }) => action === 'delete' && object === lost.object),
  );
}

function hasLostPods({ drift }: ObservedComponent): boolean {
  return drift.some(({ object, action }) => action === 'create' && object.startsWith('StatefulSet/'));
}

/** Its StatefulSet is gone, or somebody (perhaps a change that was given up) has scaled it. */
export function isStopped({ drift }: ObservedComponent): boolean {
  return drift.some(
    ({ object, action, fields }) =>
      object.startsWith('StatefulSet/') && (action === 'create' || fields.some(({ path }) => path === 'spec.replicas')),
  );
}

/** What a change that waits for a person, or was given up, has left so that it does not work. */
function isLeftDown({ upgrade }: PlanningInput, { role }: DesiredComponent, observed: ObservedComponent): boolean {
  if (role === 'batcher') return isStopped(observed);
  // Until L1 is upgraded what it proposes still counts.
  if (role === 'proposer') return upgrade !== undefined && isStopped(observed);
  const { cannotStart = false, drift } = observed;
  return role === 'sequencer' && cannotStart && drift.some(({ restartsPods }) => restartsPods);
}

/**
 * A chain without blocks, or with a second sequencer, is mended at once, also beside a change that waits for somebody's
 * approval. A batcher that was scaled down beside a change is the change itself, half-way, unless that waits for a person.
 */
function isUrgent({ role }: DesiredComponent, observed: ObservedComponent): boolean {
  if (role === 'standby') return sequencesBesides(observed);
  return role === 'sequencer' && (isStopped(observed) || doesNotSequence(observed));
}

function doesNotSequence({ drift }: ObservedComponent): boolean {
  return drift.some(({ fields }) => fields.some(({ path }) => path === SEQUENCES));
}

/** What observed drift says of a pod that sequences and should not, or the other way round. */
const SEQUENCES = 'admin_sequencerActive';

/** A standby that makes blocks, or would after a restart. */
export function sequencesBesides({ drift, component }: ObservedComponent): boolean {
  return drift.some((change) => saysWhoSequences(change, component));
}

/** Whether nothing else is wrong with it: nothing has to be put back. */
export function onlySequencesBesides({ drift, strayPods, component }: ObservedComponent): boolean {
  return strayPods.length === 0 && drift.every((change) => saysWhoSequences(change, component));
}

function saysWhoSequences({ fields }: ObjectChange, { name }: ComponentRef): boolean {
  return fields.some(({ path }) => path === SEQUENCES || path === `data.${name}`);
}
