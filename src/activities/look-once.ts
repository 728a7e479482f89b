/**
 * One look at a network: gathers what is wished and what is there, and lets the planner make the difference into a plan.
 * Used by `look`, which stores what it planned with, and by `observe`, which only asks whether anything is different.
 */

import { parseDuration } from '../api/duration.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { defaultRelease, type Release } from '../catalogue/releases.ts';
import type { Discovery } from '../chain/discovery/discovery.ts';
import type { LookInput, LookResult } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import type { Plan } from '../contract/plan.ts';
import { isPast } from '../contract/way-back.ts';
import { keepsToWindows } from '../plan/approval-policy.ts';
import type { SequencerChoice } from '../plan/choose-sequencer.ts';
import type { PlanningInput } from '../plan/desired.ts';
import { blocksRollouts } from '../plan/duplicates.ts';
import type { PlanDraft } from '../plan/plan-draft.ts';
import { makePlan, type Planned } from '../plan/planner.ts';
import { type ProposedPlan, proposedPlan } from '../plan/proposed-plan.ts';
import { windowAt } from '../plan/windows.ts';
import { checkOverrides, checkSettings, renderDigest } from '../render/index.ts';
import { rememberedOf } from '../status/remembered.ts';
import { checkUpgrades, checkWayBack } from './check-upgrades.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { type Desire, desireOf, isComplete } from './desire.ts';
import { refusedByServer } from './dry-run.ts';
import { checkChain } from './gather/check-chain.ts';
import { contractFacts, playedGameTypes } from './gather/contract-facts.ts';
import { pendingUpgrade } from './gather/contracts-upgrade.ts';
import { decisionsOf } from './gather/decisions.ts';
import { duplicateChain } from './gather/duplicate-chain.ts';
import { gatherLive, type LiveObjects } from './gather/live.ts';
import { gatherRolledOut, renewedInputs, type Verified, withWishedRenders } from './gather/rolled-out.ts';
import { choiceOf, gatherSequencers, type SequencerSight } from './gather/sequencers.ts';
import { sharedDrift } from './gather/shared-drift.ts';
import { gatherPodTemplates, type PodTemplates } from './gather/stray-pods.ts';
import { gatherWayBack, isBarred, isGivenUp, isRolledBack } from './gather/way-back.ts';
import { gatherWish, type Wish } from './gather/wish.ts';
import { foreignObjects } from './ownership.ts';
import { planningInput } from './planning-input.ts';
import type { StoredRender } from './state/render-store.ts';

export interface Look {
  readonly result: Omit<LookResult, 'nextPlanNumber'>;
  readonly wish: Wish;
  readonly live: LiveObjects;
  /** Renders that the plan applies, and such as were lost and are wished as they were; not stored yet. */
  readonly renders: readonly StoredRender[];
  /** Marks of stored renders that are to become others. */
  readonly renewed: readonly { readonly digest: string; readonly inputs: string }[];
  readonly discovery?: Discovery;
  /** Why L1 has not been read for a while. */
  readonly unread?: Problem;
  /** The plan of what is wished, also where a repair is made before it. */
  readonly wished?: ProposedPlan;
}

/** What a look needs to make something of what it sees. */
export type LookDependencies = Pick<ActivityDependencies, 'kube' | 'redactor' | 'registry' | 'now'>;

/** What a look sees, before anything is made of it. */
export interface Seen {
  readonly at: { readonly namespace: string; readonly name: string };
  readonly wish: Wish;
  readonly live: LiveObjects;
  readonly templates: PodTemplates;
  readonly sequencers: readonly SequencerSight[];
}

/** As the entity knows it (LookInput). */
export interface LookOptions extends Pick<LookInput, 'rolledBack'>, Partial<Pick<LookInput, 'askedAt'>> {
  /** `all`: whatever is to be repaired holds up nothing else. */
  readonly foughtObjects: LookInput['foughtObjects'] | 'all';
  readonly abortedWish: string | undefined;
  readonly signal: AbortSignal;
}

/** @returns undefined when the network does not exist */
export async function lookOnce(
  deps: ActivityDependencies,
  at: { namespace: string; name: string },
  options: LookOptions,
): Promise<Look | undefined> {
  const { signal } = options;
  const wish = await gatherWish(deps, at, signal);
  if (!wish) return undefined;
  const [live, templates] = await Promise.all([
    gatherLive(deps.kube, at, signal),
    gatherPodTemplates(deps.kube, at, signal),
  ]);
  const sequencers = await gatherSequencers(wish, live, deps.now(), signal);
  const look = await lookAt(deps, { at, wish, live, templates, sequencers }, checkChain, options);
  return withRefusals(deps, look, await refusedByServer(deps, look, signal));
}

/** What the API server would refuse is no plan to be asked about. */
function withRefusals({ redactor }: Pick<LookDependencies, 'redactor'>, look: Look, refused: readonly Problem[]): Look {
  if (refused.length === 0) return look;
  const { plan: _, key: __, ...result } = look.result;
  const content = { ...result, problems: [...result.problems, ...refused.map((problem) => shown(redactor, problem))] };
  return { ...look, result: { ...content, key: lookKey(content) }, renders: [], renewed: [] };
}

function shown({ redact }: LookDependencies['redactor'], problem: Problem): Problem {
  return { ...problem, message: redact(problem.message) };
}

/**
 * What there is to do about what was seen.
 * @param readChain what L1 says of the chain
 */
export async function lookAt(
  deps: LookDependencies,
  { at, wish, live, templates, sequencers }: Seen,
  readChain: typeof checkChain,
  { signal, foughtObjects, askedAt = 0, ...known }: LookOptions,
): Promise<Look> {
  const status = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const choice = choiceOf(wish, sequencers);
  const remembered = rememberedOf(status);
  const abortedWish = known.abortedWish ?? remembered.abortedWish;
  const rolledBack = (known.rolledBack === undefined ? remembered.rolledBack : known.rolledBack) ?? undefined;
  const rolledOut = await gatherRolledOut(deps.kube, at, status, live, signal);
  const installed = rolledOut.verified.length + rolledOut.lost.length > 0;
  const deleting = wish.resources.network.metadata.deletionTimestamp !== undefined;
  const problems = [...wish.problems];
  const {
    desire,
    discovery,
    unread,
    warnings = [],
  }: DesireResult = deleting
    ? {}
    : await desireUnlessBlocked(deps, wish, choice, {
        problems,
        installed,
        status,
        verified: rolledOut.verified,
        readChain,
        signal,
      });
  const { verified, lost } = withWishedRenders(rolledOut, desire);
  if (desire) problems.push(...(await foreignObjects({ kube: deps.kube, at, signal }, desire.renders, live)));
  const upgrades = desire && checkUpgrades(desire, { wish, status, rolledOut: { verified, lost } });
  problems.push(...(upgrades?.problems ?? []));
  const own = deleting ? undefined : verified.find(({ component }) => component.kind === 'OptimismNetwork');
  const settled = sequencers.find(({ name, may }) => may && name === choice.active)?.name;
  const shared = own && (await sharedDrift(deps.kube, at, own.render, { wish, live, active: settled, signal }));
  problems.push(...(shared?.problems ?? []));
  const blocked = problems.some(blocksRollouts);
  const wayBack = rolledBack && (await gatherWayBack(deps.kube, at, rolledBack, { live, signal }));
  const back = wayBack && desire && checkWayBack(desire, wayBack, { wish, status });
  const former = wayBack?.sequencer ?? choice.active;
  const formerChoice = choiceOf(wish, sequencers, former);
  const staysStopped =
    former !== undefined && formerChoice.wished !== former
      ? [`${former} sequenced before, and does not again: it is gone, or its spec.sequencer.stopped is set`]
      : [];
  const upgrade = pendingUpgrade(wish, { discovery, status, verified });
  const facts = {
    at,
    wish,
    live,
    sequencers,
    choice,
    templates,
    verified,
    lost,
    shared: shared?.changes ?? [],
    deleting,
    repairsHeld: foughtObjects === 'all',
    warnings: [...warnings, ...(upgrades?.warnings ?? [])],
    ...(upgrade ? { upgrade } : {}),
    ...(wayBack && back
      ? { wayBack: { ...wayBack, warnings: [...back.warnings, ...staysStopped], choice: formerChoice } }
      : {}),
    respectedGameType: contractFacts(discovery, status)?.gameType,
  };
  let input = planningInput({ ...facts, desire: blocked ? undefined : desire });
  const { returnsUntil, wish: mark } = input;
  const barred = [
    ...(rolledBack && isPast(returnsUntil, deps.now()) ? [isBarred(rolledBack, returnsUntil)] : []),
    ...(input.rollsBack && back ? back.problems : []),
  ];
  let planned: Planned = barred.length > 0 ? { type: 'refusal', problems: barred } : planBeside(input, foughtObjects);
  if (planned.type === 'refusal') {
    // What is rolled out is still repaired while something else is refused.
    problems.push(...planned.problems);
    input = planningInput({ ...facts, wayBack: undefined, desire: undefined });
    planned = planBeside(input, foughtObjects);
  }
  const approval = wish.network?.spec.approval;
  const propose = (draft: PlanDraft) =>
    proposedPlan(draft, { policy: approval, shown: status.plan, abortedWish, now: deps.now() }, renderDigest);
  const wished = planned.type === 'plan' ? propose(planned.draft) : undefined;
  let proposed = wished;
  const windowFor = (plan: Plan | undefined) =>
    plan && keepsToWindows(plan) ? windowAt(approval?.windows ?? [], Math.max(deps.now(), askedAt)) : undefined;
  if (wished?.waits || windowFor(wished?.plan)?.opensAt !== undefined) {
    const meanwhile = planBeside({ ...input, meanwhile: true }, foughtObjects);
    if (meanwhile.type === 'plan') proposed = propose(meanwhile.draft);
  }
  const plan = proposed?.plan;
  const window = windowFor(plan);
  const isGone = rolledBack && isGivenUp(rolledBack, input.wish, desire?.components ?? []);
  if (!plan && isGone) problems.push(isRolledBack(rolledBack));
  const isBack = !plan && isGone && input.succession?.heir === undefined;
  const decisions = decisionsOf(wish.resources.network);
  const spec = wish.network?.spec;
  const content = {
    found: true,
    uid: wish.uid,
    deleting,
    revision: input.revision,
    wish: mark,
    ...(isBack ? { isBack } : {}),
    problems: problems.map((problem) => shown(deps.redactor, problem)),
    ...(plan ? { plan } : {}),
    approval: {
      required: proposed?.required ?? false,
      expiresAfterSeconds: parseDuration(approval?.expiresAfter ?? '24h') / 1000,
      sources: approval?.sources ?? (['Kubernetes', 'Temporal'] as const),
      ...(proposed?.inherited ? { inherited: proposed.inherited } : {}),
    },
    ...(window ? { window } : {}),
    // A namespace that ends waits for our finalizers, whatever the spec says.
    paused: (spec?.paused ?? false) && !wish.resources.namespaceTerminating,
    decisions,
    remembered,
    ...(proposed?.awaiting ? { awaiting: proposed.awaiting } : {}),
    rollsBackOnFailure: spec?.rollout.onFailure === 'Rollback',
    probeIntervalSeconds: parseDuration(spec?.probeInterval ?? '30s') / 1000,
    release: spec?.release ?? defaultRelease,
    chainId: String(spec?.l2?.chainId ?? wish.files?.rollup.l2_chain_id ?? ''),
    generations: generationsOf(wish),
    hasStatus: status.phase !== undefined,
  };
  const isStored = (digest: string) => rolledOut.verified.some((item) => item.digest === digest);
  const needed = [...(plan?.renders ?? []), ...verified.filter(({ digest }) => !isStored(digest))];
  const renders = (desire?.renders ?? []).filter((_, index) =>
    needed.some(({ digest }) => digest === desire?.components[index]?.render),
  );
  const renewed = blocked ? [] : renewedInputs(verified, desire);
  const chain = { ...(discovery ? { discovery } : {}), ...(unread ? { unread } : {}) };
  const result = { ...content, key: lookKey(content) };
  return { result, wish, live, renders, renewed, ...(wished ? { wished } : {}), ...chain };
}

/** Only a repair of nothing but what is fought about lets other work go first: what else breaks does not wait. */
function planBeside(input: PlanningInput, foughtObjects: LookOptions['foughtObjects']): Planned {
  const planned = makePlan(input);
  const isHeld =
    planned.type === 'plan' &&
    planned.draft.kind === 'drift' &&
    planned.draft.changes.length > 0 &&
    planned.draft.changes.every(({ object }) => foughtObjects.includes(object));
  return isHeld ? makePlan({ ...input, repairsHeld: true }) : planned;
}

function generationsOf({ resources: { network, components } }: Wish): LookResult['generations'] {
  const all = [{ ...network, kind: 'OptimismNetwork' }, ...components];
  return Object.fromEntries(
    all.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.generation ?? 0] as const),
  );
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
  readonly unread?: Problem;
  /** About settings that are strange, but no reason to refuse them. */
  readonly warnings?: readonly string[];
}

interface Known {
  /** Added to. */
  readonly problems: Problem[];
  readonly installed: boolean;
  readonly status: OptimismNetworkStatus;
  readonly verified: readonly Verified[];
  readonly readChain: typeof checkChain;
  readonly signal: AbortSignal;
}

async function desireUnlessBlocked(
  deps: LookDependencies,
  wish: Wish,
  choice: SequencerChoice,
  { problems, installed, status, verified, readChain, signal }: Known,
): Promise<DesireResult> {
  if (!isComplete(wish) || problems.some(blocksRollouts)) return {};
  const release = findRelease(wish, problems);
  if (!release) return {};
  const chain = await readChain(wish, { installed, now: deps.now(), signal, seen: status.contracts });
  const desire = desireOf(wish, {
    release,
    games: { contracts: contractFacts(chain.discovery, status), playedGameTypes: playedGameTypes(verified) },
    activeSequencer: choice.active,
  });
  const settings = checkSettings(desire.input);
  const warnings = settings
    .filter(({ level }) => level === 'warning')
    .map(({ object, message, fix }) => deps.redactor.redact(`${object}: ${message} → ${fix}`));
  problems.push(...checkOverrides(desire.input), ...settings.filter(({ level }) => level === 'error'));
  problems.push(...chain.problems, ...(await duplicateChain(deps, wish, { installed, now: deps.now(), signal })));
  const { discovery, unread } = chain;
  return { desire, warnings, ...(discovery ? { discovery } : {}), ...(unread ? { unread } : {}) };
}

function findRelease(wish: Wish, problems: Problem[]): Release | undefined {
  const name = wish.network?.spec.release ?? defaultRelease;
  const release = wish.catalogue.find(name);
  if (!release)
    problems.push({
      type: 'ReferenceNotFound',
      message: `spec.release: there is no release "${name}"`,
      fix: `name one of ${wish.catalogue.names.join(', ')}, or leave it out`,
    });
  return release;
}
