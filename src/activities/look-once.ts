/**
 * One look at a network: gathers what is wished and what is there, and lets the planner make the difference into a plan.
 * Used by `look`, which stores what it planned with, and by `observe`, which only asks whether anything is different.
 */

import { parseDuration } from '../api/duration.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { rollout } from '../api/rollout.ts';
import { defaultRelease, type Release, release as releaseOf } from '../catalogue/releases.ts';
import type { Discovery } from '../chain/discovery/discovery.ts';
import type { LookResult } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import { type ComponentRef, componentKey, type ObjectChange } from '../contract/plan.ts';
import type { KubeObject } from '../kube/index.ts';
import { componentRole } from '../plan/component-role.ts';
import type { DesiredComponent, LeavingComponent, ObservedComponent, PlanningInput } from '../plan/desired.ts';
import { blocksRollouts } from '../plan/duplicates.ts';
import type { PlanDraft } from '../plan/plan-draft.ts';
import { makePlan } from '../plan/planner.ts';
import { proposedPlan } from '../plan/proposed-plan.ts';
import { stepLimits } from '../plan/step-limits.ts';
import {
  checkOverrides,
  checkSettings,
  diffObjects,
  type KubeObject as Manifest,
  renderDigest,
} from '../render/index.ts';
import { rememberedOf } from '../status/remembered.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type Desire, desireOf, imagesOf, isComplete } from './desire.ts';
import { checkChain } from './gather/check-chain.ts';
import { decisionsOf } from './gather/decisions.ts';
import { duplicateChain } from './gather/duplicate-chain.ts';
import { driftOf, gatherLive, isObjectOf, type LiveObjects } from './gather/live.ts';
import { gatherRolledOut, type Lost, observeLost, type Verified, withWishedRenders } from './gather/rolled-out.ts';
import { sequencerDrift } from './gather/sequencer-drift.ts';
import { sharedDrift } from './gather/shared-drift.ts';
import { gatherPodTemplates, type PodTemplates, strayPods } from './gather/stray-pods.ts';
import { gatherWish, type Wish } from './gather/wish.ts';
import { foreignObjects } from './ownership.ts';
import type { StoredRender } from './state/render-store.ts';

export interface Look {
  readonly result: Omit<LookResult, 'nextPlanNumber'>;
  readonly wish: Wish;
  readonly live: LiveObjects;
  /** Renders that the plan applies, and such as were lost and are wished as they were; not stored yet. */
  readonly renders: readonly StoredRender[];
  readonly discovery?: Discovery;
}

/**
 * @param options as the entity knows it (LookInput)
 * @returns undefined when the network does not exist
 */
export async function lookOnce(
  deps: ActivityDependencies,
  at: { namespace: string; name: string },
  { signal, repairsHeld, ...known }: { abortedRevision: string | undefined; repairsHeld: boolean; signal: AbortSignal },
): Promise<Look | undefined> {
  const wish = await gatherWish(deps, at, signal);
  if (!wish) return undefined;
  const [live, templates] = await Promise.all([
    gatherLive(deps.kube, at, signal),
    gatherPodTemplates(deps.kube, at, signal),
  ]);
  const status = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const remembered = rememberedOf(status);
  const abortedRevision = known.abortedRevision ?? remembered.abortedRevision;
  const rolledOut = await gatherRolledOut(deps.kube, at, status, signal);
  const installed = rolledOut.verified.length + rolledOut.lost.length > 0;
  const deleting = wish.resources.network.metadata.deletionTimestamp !== undefined;
  const problems = [...wish.problems];
  const {
    desire,
    discovery,
    warnings = [],
  }: DesireResult = deleting ? {} : await desireUnlessBlocked(deps, wish, problems, installed, signal);
  const { verified, lost } = withWishedRenders(rolledOut, desire);
  if (desire) problems.push(...(await foreignObjects({ kube: deps.kube, at, signal }, desire.renders, live)));
  const own = deleting ? undefined : verified.find(({ component }) => component.kind === 'OptimismNetwork');
  const shared = own && (await sharedDrift(deps.kube, at, own.render, wish, signal));
  problems.push(...(shared?.problems ?? []));
  const blocked = problems.some(blocksRollouts);
  const facts = {
    at,
    wish,
    live,
    templates,
    verified,
    lost,
    shared: shared?.changes ?? [],
    deleting,
    repairsHeld,
    warnings,
    signal,
  };
  let input = await planningInput({ ...facts, desire: blocked ? undefined : desire });
  let planned = makePlan(input);
  if (planned.type === 'refusal') {
    // What is rolled out is still repaired while something else is refused.
    problems.push(...planned.problems);
    input = await planningInput({ ...facts, desire: undefined });
    planned = makePlan(input);
  }
  const approval = wish.network?.spec.approval;
  const propose = (draft: PlanDraft) =>
    proposedPlan(draft, { policy: approval, shown: status.plan, abortedRevision, now: deps.now() }, renderDigest);
  let proposed = planned.type === 'plan' ? propose(planned.draft) : undefined;
  if (proposed?.waits) {
    const meanwhile = makePlan({ ...input, meanwhile: true });
    if (meanwhile.type === 'plan') proposed = propose(meanwhile.draft);
  }
  const plan = proposed?.plan;
  const decisions = decisionsOf(wish.resources.network);
  const shown = problems.map((problem) => ({ ...problem, message: deps.redactor.redact(problem.message) }));
  const spec = wish.network?.spec;
  const content = {
    found: true,
    uid: wish.uid,
    deleting,
    revision: input.revision,
    problems: shown,
    ...(plan ? { plan } : {}),
    approval: {
      required: proposed?.required ?? false,
      expiresAfterSeconds: parseDuration(approval?.expiresAfter ?? '24h') / 1000,
      sources: approval?.sources ?? (['Kubernetes', 'Temporal'] as const),
      ...(proposed?.inherited ? { inherited: proposed.inherited } : {}),
    },
    // A namespace that ends waits for our finalizers, whatever the spec says.
    paused: (spec?.paused ?? false) && !wish.resources.namespaceTerminating,
    decisions,
    remembered,
    ...(proposed?.awaiting ? { awaiting: proposed.awaiting } : {}),
    probeIntervalSeconds: parseDuration(spec?.probeInterval ?? '30s') / 1000,
    release: spec?.release ?? defaultRelease,
    chainId: String(spec?.l2?.chainId ?? wish.files?.rollup.l2_chain_id ?? ''),
  };
  const isStored = (digest: string) => rolledOut.verified.some((item) => item.digest === digest);
  const needed = [...(plan?.renders ?? []), ...verified.filter(({ digest }) => !isStored(digest))];
  const renders = (desire?.renders ?? []).filter((_, index) =>
    needed.some(({ digest }) => digest === desire?.components[index]?.render),
  );
  return { result: { ...content, key: lookKey(content) }, wish, live, renders, ...(discovery ? { discovery } : {}) };
}

/** What makes two looks different: no clocks, and no numbers inside of messages, which may move with the chain. */
function lookKey(content: Omit<LookResult, 'key' | 'nextPlanNumber'>): string {
  const problems = content.problems.map(({ type, object, message }) => [
    type,
    object ?? '',
    message.replaceAll(/\d+/g, '#'),
  ]);
  return renderDigest([
    content.revision,
    content.deleting,
    content.paused,
    content.plan?.hash ?? '',
    problems,
    content.decisions.map(({ key }) => key),
  ]);
}

interface DesireResult {
  readonly desire?: Desire;
  readonly discovery?: Discovery;
  /** About settings that are strange, but no reason to refuse them. */
  readonly warnings?: readonly string[];
}

async function desireUnlessBlocked(
  deps: ActivityDependencies,
  wish: Wish,
  problems: Problem[],
  installed: boolean,
  signal: AbortSignal,
): Promise<DesireResult> {
  if (!isComplete(wish) || problems.some(blocksRollouts)) return {};
  const release = findRelease(wish, problems);
  if (!release) return {};
  const desire = desireOf(wish, release);
  const settings = checkSettings(desire.input);
  const warnings = settings
    .filter(({ level }) => level === 'warning')
    .map(({ object, message, fix }) => deps.redactor.redact(`${object}: ${message} → ${fix}`));
  problems.push(...checkOverrides(desire.input), ...settings.filter(({ level }) => level === 'error'));
  const chain = await checkChain(wish, { installed, now: deps.now(), signal });
  problems.push(...chain.problems, ...(await duplicateChain(deps.kube, wish, { installed, now: deps.now(), signal })));
  return { desire, warnings, ...(chain.discovery ? { discovery: chain.discovery } : {}) };
}

function findRelease(wish: Wish, problems: Problem[]): Release | undefined {
  const name = wish.network?.spec.release ?? defaultRelease;
  const release = releaseOf(name);
  if (!release)
    problems.push({
      type: 'ReferenceNotFound',
      message: `spec.release: there is no release "${name}"`,
      fix: 'see docs/compatibility.md for the names of releases',
    });
  return release;
}

interface PlanningFacts {
  readonly at: { readonly namespace: string; readonly name: string };
  readonly wish: Wish;
  readonly live: LiveObjects;
  readonly templates: PodTemplates;
  readonly verified: readonly Verified[];
  readonly lost: readonly Lost[];
  readonly shared: readonly ObjectChange[];
  readonly desire: Desire | undefined;
  readonly deleting: boolean;
  readonly repairsHeld: boolean;
  readonly warnings: readonly string[];
  readonly signal: AbortSignal;
}

/** While something blocks rollouts, what is already rolled out is still repaired: its verified render is the wish. */
async function planningInput(facts: PlanningFacts): Promise<PlanningInput> {
  const { at, wish, live, templates, verified, lost, desire, deleting, warnings, signal } = facts;
  const leaving = leavingComponents(facts);
  const isLeaving = (component: ComponentRef) =>
    leaving.some((item) => componentKey(item.component) === componentKey(component));
  const fromVerified = () =>
    verified.map(
      ({ component, digest, render }): DesiredComponent => verifiedAsDesired(wish, component, digest, render),
    );
  const desired = (desire?.components ?? fromVerified()).filter(({ component }) => !isLeaving(component));
  const observed = await Promise.all(
    desired.map(async ({ component, role }): Promise<ObservedComponent> => {
      const known = verified.find((item) => componentKey(item.component) === componentKey(component));
      const render =
        desire?.renders[
          desire.components.findIndex((item) => componentKey(item.component) === componentKey(component))
        ] ?? known?.render;
      const isLost = lost.some((item) => componentKey(item.component) === componentKey(component));
      const observedLost = isLost && render ? observeLost(component, render, live) : undefined;
      if (observedLost) return observedLost;
      const shared = known && role === 'network' ? facts.shared : [];
      const stopped = known && role === 'sequencer' ? await sequencerDrift(component, wish, live, signal) : [];
      return {
        component,
        ...(known
          ? {
              verified: {
                render: known.digest,
                inputs: known.render.inputs,
                images: imagesOf(known.render),
                keys: known.render.keys,
              },
            }
          : {}),
        changes: changesOf(component, known?.render, render),
        drift: known ? [...driftOf(component, known.render, live), ...shared, ...stopped] : [],
        strayPods: render ? strayPods(component, render, live, templates) : [],
      };
    }),
  );
  return {
    network: at.name,
    revision: renderDigest([
      deleting,
      leaving.map(({ component }) => component),
      desired.map(({ component, render, inputs }) => [component, render, inputs]),
    ]),
    deleting,
    namespaceTerminating: wish.resources.namespaceTerminating,
    meanwhile: false,
    repairsHeld: facts.repairsHeld,
    desired,
    observed,
    leaving,
    warnings,
    limits: stepLimits(wish.network?.spec.rollout ?? rollout.parse({}), {
      blockTimeSeconds: wish.files?.rollup.block_time ?? 2,
      maxChannelDuration: wish.batchers[0]?.spec.maxChannelDuration ?? 0,
      l1BlockTimeSeconds: 12,
    }),
  };
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
  wish: Wish,
  component: ComponentRef,
  digest: string,
  render: StoredRender,
): DesiredComponent {
  const raw = wish.resources.components.find(
    ({ kind, metadata }) => kind === component.kind && metadata.name === component.name,
  );
  const sets = render.objects.filter(({ kind }) => kind === 'StatefulSet');
  return {
    component,
    role: componentRole(raw ?? component) ?? 'network',
    render: digest,
    inputs: render.inputs,
    replicas: (sets[0]?.['spec'] as { replicas?: number } | undefined)?.replicas ?? 0,
    images: imagesOf(render),
    keys: render.keys,
  };
}

/**
 * Components whose object is being deleted, or is gone although it was rolled out (its finalizer was taken off by
 * hand). With the network itself, everything goes.
 */
function leavingComponents({ at, wish, live, verified, lost, deleting }: PlanningFacts): LeavingComponent[] {
  const all = wish.resources.components;
  const asLeaving = (object: KubeObject): LeavingComponent[] => {
    const role = componentRole(object);
    return role ? [{ component: { kind: object.kind as ComponentRef['kind'], name: object.metadata.name }, role }] : [];
  };
  const isGone = ({ component }: Lost) =>
    component.kind !== 'OptimismNetwork' &&
    !all.some(({ kind, metadata }) => kind === component.kind && metadata.name === component.name);
  const liveOf = (component: ComponentRef) => [...live.objects.values()].filter((item) => isObjectOf(item, component));
  const gone = [
    ...verified.filter(isGone).map(({ component, render }) => ({ component, objects: render.objects })),
    ...lost.filter(isGone).map(({ component }) => ({ component, objects: liveOf(component) })),
  ].map(({ component, objects }): LeavingComponent => ({ component, role: roleOfObjects(component, objects) }));
  const going = all.filter(({ metadata }) => deleting || metadata.deletionTimestamp !== undefined).flatMap(asLeaving);
  const network: LeavingComponent[] = deleting
    ? [{ component: { kind: 'OptimismNetwork', name: at.name }, role: 'network' }]
    : [];
  return [...going, ...gone, ...network];
}

function roleOfObjects(component: ComponentRef, objects: readonly KubeObject[]): LeavingComponent['role'] {
  if (component.kind === 'OpBatcher') return 'batcher';
  const sequences = objects.some(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'sequencer');
  return sequences ? 'sequencer' : 'replica';
}
