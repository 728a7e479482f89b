/** What the planner is given: what is wished, what is seen of it, and what goes. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { rollout } from '../api/rollout.ts';
import {
  type ComponentRef,
  type ContractsUpgrade,
  componentKey,
  type ObjectChange,
  type PointOfNoReturn,
} from '../contract/plan.ts';
import { earliest } from '../contract/way-back.ts';
import { wishDigest, wishMark } from '../contract/wish-mark.ts';
import type { KubeObject } from '../kube/index.ts';
import type { SequencerChoice } from '../plan/choose-sequencer.ts';
import { besideActive, componentRole } from '../plan/component-role.ts';
import type {
  ComponentRole,
  DesiredComponent,
  LeavingComponent,
  ObservedComponent,
  PlanningInput,
  Succession,
} from '../plan/desired.ts';
import { stepLimits } from '../plan/step-limits.ts';
import { diffObjects, type KubeObject as Manifest, renderDigest } from '../render/index.ts';
import type { PodObject } from '../status/pods/pod-objects.ts';
import { type Desire, imagesOf } from './desire.ts';
import { isReady, type Pod } from './gather/chain-targets.ts';
import { changesForks, pointOfNoReturn } from './gather/changes-forks.ts';
import { proposesInVain } from './gather/contract-facts.ts';
import { driftOf, isObjectOf, type LiveObjects, podsOfComponent } from './gather/live.ts';
import { type Lost, observeLost, type Verified } from './gather/rolled-out.ts';
import { sequencerDrift } from './gather/sequencer-drift.ts';
import type { SequencerSight } from './gather/sequencers.ts';
import { type PodTemplates, strayPods } from './gather/stray-pods.ts';
import { isGivenUp, type WayBack } from './gather/way-back.ts';
import type { Wish } from './gather/wish.ts';
import type { StoredRender } from './state/render-store.ts';

export interface PlanningFacts {
  readonly at: { readonly namespace: string; readonly name: string };
  readonly wish: Wish;
  readonly live: LiveObjects;
  readonly sequencers: readonly SequencerSight[];
  readonly choice: SequencerChoice;
  readonly templates: PodTemplates;
  readonly verified: readonly Verified[];
  readonly lost: readonly Lost[];
  readonly shared: readonly ObjectChange[];
  readonly desire: Desire | undefined;
  readonly deleting: boolean;
  /** With what whoever goes back has to know, and who sequences then: whoever did before. */
  readonly wayBack?: (WayBack & { readonly warnings: readonly string[]; readonly choice: SequencerChoice }) | undefined;
  /** Type of game that L1 respects, where that is known. */
  readonly respectedGameType?: number | undefined;
  /** As in `PlanningInput`. */
  readonly upgrade?: ContractsUpgrade;
  readonly repairsHeld: boolean;
  readonly warnings: readonly string[];
}

/** While something blocks rollouts, what is already rolled out is still repaired: its verified render is the wish. */
export function planningInput(facts: PlanningFacts): PlanningInput {
  const { at, wish, live, templates, verified, lost, desire, deleting, warnings, choice } = facts;
  const leaving = leavingComponents(facts);
  const isLeaving = (component: ComponentRef) =>
    leaving.some((item) => componentKey(item.component) === componentKey(component));
  const fromVerified = () =>
    verified.map(
      ({ component, digest, render }): DesiredComponent => verifiedAsDesired(facts, component, digest, render),
    );
  const wished = (desire?.components ?? fromVerified()).filter(({ component }) => !isLeaving(component));
  const revision = revisionOf(facts, leaving, wished);
  const mark = markOf(facts, leaving);
  const back = facts.wayBack && isGivenUp(facts.wayBack, mark, wished) ? facts.wayBack : undefined;
  const returns = back && !back.done;
  const desired = back
    ? formerOf(facts, back, wished).map((item) => ({ ...item, role: roleBeside(item, back.choice.active) }))
    : wished;
  const knownOf = (component: ComponentRef) =>
    verified.find((item) => componentKey(item.component) === componentKey(component));
  const wishedOf = (component: ComponentRef) =>
    desire?.renders[desire.components.findIndex((item) => componentKey(item.component) === componentKey(component))];
  const renderOf = (component: ComponentRef) =>
    back?.former.find((item) => componentKey(item.component) === componentKey(component))?.render ??
    wishedOf(component);
  const observed = desired.map(({ component, role }): ObservedComponent => {
    const known = knownOf(component);
    const render = renderOf(component) ?? known?.render;
    const isLost = lost.some((item) => componentKey(item.component) === componentKey(component));
    const observedLost = isLost && render ? observeLost(component, render, live) : undefined;
    if (observedLost) return observedLost;
    const shared = known && role === 'network' ? facts.shared : [];
    const seen = facts.sequencers.find(({ name }) => name === component.name);
    const isSequencer = role === 'sequencer' || role === 'standby';
    const sequencing = known && isSequencer ? sequencerDrift({ component, role, network: at.name }, seen) : [];
    return {
      component,
      ...(known
        ? {
            verified: {
              render: known.digest,
              inputs: known.render.inputs,
              replicas: replicasOf(known.render),
              images: imagesOf(known.render),
              keys: known.render.keys,
            },
          }
        : {}),
      changes: changesOf(component, known?.render, render),
      drift: known ? [...driftOf(component, known.render, live), ...shared, ...sequencing] : [],
      strayPods: render ? strayPods(component, render, live, templates) : [],
      cannotStart: cannotStart(podsOfComponent(live, component)),
    };
  });
  return {
    network: at.name,
    revision,
    wish: mark,
    deleting,
    namespaceTerminating: wish.resources.namespaceTerminating,
    meanwhile: false,
    repairsHeld: facts.repairsHeld,
    desired: desired.map((item) => {
      const { component } = item;
      const [before, after] = [knownOf(component)?.render, renderOf(component)];
      const until = back ? undefined : lastsUntil(facts, component, before, after);
      return {
        ...item,
        ...(changesForks(component, before, after) ? { changesForks: true } : {}),
        ...(until ? { pointOfNoReturn: until } : {}),
      };
    }),
    observed,
    leaving,
    succession: successionOf(back?.choice ?? choice, back?.done === true),
    ...(returns ? { rollsBack: back.kind, ...returnsUntil(facts, back, wishedOf) } : {}),
    ...releasesOf(facts),
    ...(facts.upgrade ? { upgrade: facts.upgrade } : {}),
    warnings: returns ? back.warnings : warnings,
    limits: stepLimits(wish.network?.spec.rollout ?? rollout.parse({}), {
      blockTimeSeconds: wish.files?.rollup.block_time ?? 2,
      maxChannelDuration: wish.batchers[0]?.spec.maxChannelDuration ?? 0,
      l1BlockTimeSeconds: 12,
    }),
  };
}

function revisionOf(
  { deleting, choice, wish }: PlanningFacts,
  leaving: readonly LeavingComponent[],
  wished: readonly DesiredComponent[],
): string {
  // Whether L1 has reached it is no part of it: a plan that waits for that is not outdated by it.
  const upgrade = wish.network?.spec.contracts.upgrade;
  return renderDigest([
    deleting,
    leaving.map(({ component }) => component),
    wished.map(({ component, render, inputs }) => [component, render, wishDigest(inputs)]),
    ...(choice.wished === undefined ? [] : [choice.wished]),
    ...(upgrade === undefined ? [] : [{ upgrade }]),
  ]);
}

/** @param stays what ran before is back: nobody hands over for a wish that is not gone to */
function successionOf({ active, heir, wished, deputies }: SequencerChoice, stays: boolean): Succession {
  return {
    ...(heir === undefined || stays ? {} : { heir }),
    returns: wished !== undefined && wished === active,
    deputies,
  };
}

/** Empty while it can not be told what is wished. */
function markOf({ deleting, choice, wish, desire }: PlanningFacts, leaving: readonly LeavingComponent[]): string {
  if (!desire) return '';
  const components = leaving.map(({ component }) => component);
  const { upgrade } = wish.network?.spec.contracts ?? {};
  const digest = renderDigest([deleting, components, desire.wish, choice.wished ?? null, upgrade ?? null]);
  return wishMark(digest.slice(0, 32), desire.written);
}

/** From when on nothing leads back to what a component runs with before its change. */
function lastsUntil(
  { at, wish, live, verified, wayBack, respectedGameType }: PlanningFacts,
  component: ComponentRef,
  before: StoredRender | undefined,
  after: StoredRender | undefined,
): PointOfNoReturn | undefined {
  const isNetwork = ({ component: { kind, name } }: Verified) => kind === 'OptimismNetwork' && name === at.name;
  // Former files stay where they are: a network that has stored others already names them no more.
  const stored = [...verified, ...(wayBack?.former ?? [])].filter(isNetwork).flatMap(({ render }) => render.objects);
  return earliest([
    pointOfNoReturn(
      component,
      { render: before, files: [...stored, ...live.objects.values()] },
      { render: after, forks: wish.files?.facts.forks ?? [] },
    ),
    proposesInVain(component, [before, after], respectedGameType),
  ]);
}

/** Of what was rolled back, and of each component as it is seen now. */
function returnsUntil(
  facts: PlanningFacts,
  { former, until }: WayBack,
  wishedOf: (component: ComponentRef) => StoredRender | undefined,
): Pick<PlanningInput, 'returnsUntil'> {
  const seen = former.map(({ component, render }) => lastsUntil(facts, component, render, wishedOf(component)));
  const point = earliest([until, ...seen]);
  return point ? { returnsUntil: point } : {};
}

/** What it is while another one is to sequence than the spec wants. */
function roleBeside({ role, component }: DesiredComponent, active: string | undefined): ComponentRole {
  return besideActive(role === 'standby' ? 'sequencer' : role, component.name, active) ?? role;
}

/** What ran before, of what is still there; what the plan has brought is left as it is. */
function formerOf(facts: PlanningFacts, back: WayBack, wished: readonly DesiredComponent[]): DesiredComponent[] {
  return wished.flatMap((item) => {
    const isIt = (component: ComponentRef) => componentKey(component) === componentKey(item.component);
    if (back.brought.some(isIt)) return [];
    const former = back.former.find(({ component }) => isIt(component));
    return former ? [verifiedAsDesired(facts, item.component, former.digest, former.render)] : [item];
  });
}

function releasesOf({ wish, desire }: PlanningFacts): Pick<PlanningInput, 'releases'> {
  const { release: from } = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const to = desire?.input.release.name;
  return from !== undefined && to !== undefined && from !== to ? { releases: { from, to } } : {};
}

/** What a container waits for while it is on its way. Everything else that it waits for keeps it from starting. */
const STARTING = ['ContainerCreating', 'PodInitializing'];

function cannotStart(pods: readonly KubeObject[]): boolean {
  if (pods.some((pod) => isReady(pod as Pod))) return false;
  return pods.some((pod) => {
    const { containerStatuses = [], initContainerStatuses = [] } = (pod as unknown as PodObject).status ?? {};
    return [...initContainerStatuses, ...containerStatuses].some(({ state }) => {
      const reason = state?.waiting?.reason;
      return reason !== undefined && !STARTING.includes(reason);
    });
  });
}

function changesOf(
  component: ComponentRef,
  before: StoredRender | undefined,
  after: StoredRender | undefined,
): ObjectChange[] {
  const manifests = (render: StoredRender | undefined) => (render?.objects ?? []) as unknown as readonly Manifest[];
  return diffObjects(manifests(before), manifests(after)).map((change) => ({ ...change, component }));
}

function verifiedAsDesired(
  { wish, choice }: PlanningFacts,
  component: ComponentRef,
  digest: string,
  render: StoredRender,
): DesiredComponent {
  const raw = wish.resources.components.find(
    ({ kind, metadata }) => kind === component.kind && metadata.name === component.name,
  );
  return {
    component,
    role: besideActive(componentRole(raw ?? component), component.name, choice.active) ?? 'network',
    render: digest,
    inputs: render.inputs,
    replicas: replicasOf(render),
    images: imagesOf(render),
    keys: render.keys,
  };
}

function replicasOf({ objects }: StoredRender): number {
  const set = objects.find(({ kind }) => kind === 'StatefulSet');
  return (set?.['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
}

/**
 * Components whose object is being deleted, or is gone although it was rolled out (its finalizer was taken off by
 * hand). With the network itself, everything goes.
 */
function leavingComponents(facts: PlanningFacts): LeavingComponent[] {
  const { at, wish, live, verified, lost, deleting } = facts;
  const all = wish.resources.components;
  const asLeaving = (object: KubeObject): LeavingComponent[] => {
    const role = roleOfLeaving(facts, componentRole(object), object.metadata.name);
    return role ? [{ component: { kind: object.kind as ComponentRef['kind'], name: object.metadata.name }, role }] : [];
  };
  const isGone = ({ component }: Lost) =>
    component.kind !== 'OptimismNetwork' &&
    !all.some(({ kind, metadata }) => kind === component.kind && metadata.name === component.name);
  const liveOf = (component: ComponentRef) => [...live.objects.values()].filter((item) => isObjectOf(item, component));
  const gone = [
    ...verified.filter(isGone).map(({ component, render }) => ({ component, objects: render.objects })),
    ...lost.filter(isGone).map(({ component }) => ({ component, objects: liveOf(component) })),
  ].map(({ component, objects }): LeavingComponent => {
    const role = roleOfObjects(component, objects);
    return { component, role: roleOfLeaving(facts, role, component.name) ?? role };
  });
  const going = all.filter(({ metadata }) => deleting || metadata.deletionTimestamp !== undefined).flatMap(asLeaving);
  const network: LeavingComponent[] = deleting
    ? [{ component: { kind: 'OptimismNetwork', name: at.name }, role: 'network' }]
    : [];
  return [...going, ...gone, ...network].map((item) => (sequences(facts, item) ? { ...item, sequences: true } : item));
}

/** One that does not answer may; one whose object was taken off with its finalizer is ended already, unless it answers. */
function sequences(
  { wish, verified, lost, sequencers }: PlanningFacts,
  { component, role }: LeavingComponent,
): boolean {
  if (role !== 'sequencer') return false;
  const isIt = (item: ComponentRef) => componentKey(item) === componentKey(component);
  const isThere = wish.resources.components.some(({ kind, metadata }) =>
    isIt({ kind, name: metadata.name } as ComponentRef),
  );
  const isRolledOut = [...verified, ...lost].some((item) => isIt(item.component));
  return (
    (isThere && isRolledOut) || sequencers.some(({ name, state }) => name === component.name && state === 'active')
  );
}

/** One that sequences is stopped before its pod goes, whoever should be the active one. */
function roleOfLeaving(
  { sequencers, choice }: PlanningFacts,
  role: LeavingComponent['role'] | undefined,
  name: string,
): LeavingComponent['role'] | undefined {
  const sequences = sequencers.some((seen) => seen.name === name && seen.state === 'active');
  return sequences ? role : besideActive(role, name, choice.active);
}

function roleOfObjects(component: ComponentRef, objects: readonly KubeObject[]): LeavingComponent['role'] {
  if (component.kind !== 'OpNode') return componentRole(component) ?? 'replica';
  const sequences = objects.some(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'sequencer');
  return sequences ? 'sequencer' : 'replica';
}
