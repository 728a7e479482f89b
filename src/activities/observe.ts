/**
 * Activity `observe`: watches an idle network. Each attempt probes chain and pods (beside a plan from the second one on), writes health, and looks whether
 * anything needs a decision; while nothing does it fails with a benign NotReadyYet, so that waiting costs no history. It
 * completes when a look would come to something else than the one it started from.
 */
import { Context } from '@temporalio/activity';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { batchPrice } from '../chain/facts/spending.ts';
import { takeSample } from '../chain/sample.ts';
import type { Sample } from '../chain/samples.ts';
import { sequencerState } from '../chain/sequencer-state.ts';
import type { ObserveInput, ObserveResult } from '../contract/activities.ts';
import { OperatorError } from '../contract/failures.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import { sameChain } from '../plan/gates/same-chain.ts';
import { isRepairBeside } from '../plan/repair-beside.ts';
import { sequencerToStatus } from '../status/active-sequencer.ts';
import { type Finding, HEALTH_CONDITIONS, healthOf, healthToStatus } from '../status/chain-health.ts';
import { replaceConditions, saysOther } from '../status/conditions.ts';
import { NUMBERS_EVERY_MS } from '../status/facts.ts';
import { withTold } from '../status/fork-watch.ts';
import { nextTroubles, type PodTrouble, podFindings } from '../status/health/pods.ts';
import type { PodsState } from '../status/pods/pods-ready.ts';
import { writeChainFacts } from './chain-facts.ts';
import { type Attempt, currentAttempt } from './deadline.ts';
import { vouchedDecision } from './decision-policy.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { nodePods, sampleTargets } from './gather/chain-targets.ts';
import { contractFacts, respectedPrestate } from './gather/contract-facts.ts';
import { healthLimits } from './gather/health-limits.ts';
import { podsState } from './gather/pod-problems.ts';
import { senderTargets, servicePods } from './gather/sender-targets.ts';
import { type Look, lookOnce } from './look-once.ts';
import { observeComponents } from './observe-components.ts';
import { changeStatus } from './state/change-status.ts';
import { asksForForks, watchForks } from './watch-forks.ts';

/** How far back samples are kept, to see whether heads advance, and what lasts for a minute. */
const REMEMBERED_MS = 75_000;
/** When a plan that has begun is first watched. */
const FIRST_BESIDE_SECONDS = 2;

/** The last samples of each network, oldest first. By uid. */
const lastSamples = new Map<string, readonly Sample[]>();
/** What was wrong with its pods, by uid. */
const lastTroubles = new Map<string, readonly PodTrouble[]>();

export function observeActivity(deps: ActivityDependencies): (input: ObserveInput) => Promise<ObserveResult> {
  return async ({ network, uid, baseline, beside, probeIntervalSeconds, ...known }) => {
    // It was observed until the plan began, whose first steps are asking already.
    if (beside && Context.current().info.attempt === 1) throw nothingToDecide(FIRST_BESIDE_SECONDS);
    const attempt = currentAttempt();
    const at = { namespace: network.namespace, name: network.name };
    const look = await lookOnce(deps, at, { ...known, signal: attempt.signal });
    if (!look || look.result.uid !== uid) return { reason: 'the network is gone' };
    await writeChainFacts(deps, at, look, attempt);
    await writeWhatIsSeen(deps, at, look, { attempt, isMoving: beside !== undefined });
    // A policy that is installed while a plan waits counts for its approval.
    await vouchedDecision(deps, look, attempt);
    const needsDecision = beside ? isRepairBeside(look.result.plan, beside) : look.result.key !== baseline;
    if (needsDecision)
      return {
        reason:
          look.result.plan?.summary ??
          look.result.problems[0]?.message ??
          'what is wished or what stands in the way has changed',
      };
    throw nothingToDecide(probeIntervalSeconds);
  };
}

function nothingToDecide(retryAfterSeconds: number): OperatorError {
  return new OperatorError(
    { type: 'NotReadyYet', message: 'nothing needs a decision', fix: 'nothing to do' },
    { retryAfterSeconds },
  );
}

async function writeWhatIsSeen(
  deps: ActivityDependencies,
  at: { namespace: string; name: string },
  look: Look,
  { attempt, isMoving }: { readonly attempt: Attempt; readonly isMoving: boolean },
): Promise<void> {
  const { wish, live, result } = look;
  const pods = nodePods(live);
  const status = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  if ((status.components ?? []).length === 0 && pods.length === 0) return;
  const known = lastSamples.get(result.uid) ?? [];
  const before = known.at(-1);
  const contracts = contractFacts(look.discovery, status);
  const prestateHash = respectedPrestate(look.discovery);
  const seen = before?.proposer?.ok ? before.proposer.value : undefined;
  const targets = {
    ...sampleTargets(wish, pods, { compareBlocks: pods.length > 1, forks: asksForForks(look, deps.now()) }),
    ...senderTargets(wish, live, {
      contracts,
      // One that was found is asked for again when its sample is forgotten.
      ...(known.some(({ prestate }) => prestate?.ok && prestate.value.found && prestate.value.hash === prestateHash)
        ? {}
        : { prestate: prestateHash }),
      isTried: true,
      ...(seen ? { before: seen } : {}),
    }),
    servicePods: servicePods(live),
  };
  const sample = withPrice(withLastBatch(await takeSample(targets, attempt.signal), before), known);
  const samples = [...known.filter(({ at }) => sample.at - at <= REMEMBERED_MS || at === before?.at), sample];
  lastSamples.set(result.uid, samples);
  const limits = healthLimits(wish, status, { contracts, live, sample });
  const states = await podStates(deps, at, look, attempt.signal);
  const problems = [...states.values()].flatMap(({ problem }) => problem ?? []);
  const troubles = nextTroubles(lastTroubles.get(result.uid) ?? [], problems, sample.at);
  lastTroubles.set(result.uid, troubles);
  const health = healthOf(samples, limits, [...otherChain(sample), ...podFindings(troubles, sample.at)]);
  const forks = watchForks(deps, at, look, { sample, isMoving });
  const found = [...health.conditions, ...forks.conditions];
  const now = new Date(deps.now());
  await changeStatus<OptimismNetworkStatus>(
    deps.kube,
    { kind: 'OptimismNetwork', ...at, uid: result.uid },
    (status, object) => {
      const isDue = now.getTime() - (Date.parse(status.health?.updatedAt ?? '') || 0) >= NUMBERS_EVERY_MS;
      const { conditions: before = [] } = status;
      const { generation = 0 } = object.metadata;
      const sequencer = sequencerToStatus(sample, status.sequencer, now);
      const isNews =
        forks.told.length > 0 ||
        sequencer?.active !== status.sequencer?.active ||
        status.health?.class !== health.class ||
        saysOther(before, found, HEALTH_CONDITIONS, generation);
      if (!isDue && !isNews) return undefined;
      const conditions = replaceConditions(before, found, HEALTH_CONDITIONS, now, generation);
      return {
        ...status,
        health: healthToStatus(health, status.health, now),
        conditions,
        ...(sequencer ? { sequencer } : {}),
        ...(status.forks && forks.told.length > 0 ? { forks: withTold(status.forks, forks.told) } : {}),
      };
    },
    attempt,
  );
  await observeComponents(deps, look, { samples, limits, pods: states }, attempt);
}

/** How the pods of everything that is rolled out are. */
async function podStates(
  { kube, now, redactor }: ActivityDependencies,
  { namespace }: { namespace: string },
  { wish, live }: Look,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PodsState>> {
  const components = wish.resources.components.map(
    ({ kind, metadata }): ComponentRef => ({ kind: kind as ComponentRef['kind'], name: metadata.name }),
  );
  const states = await Promise.all(
    components.map(async (component) => {
      const state = await podsState({ kube, namespace, now: now(), signal }, live, component);
      // What a kubelet says of a pod may quote what is in it.
      return state ? [[componentKey(component), redactor.redactJson(state)] as const] : [];
    }),
  );
  return new Map(states.flat());
}

/** Always asked, and cheap: a node that missed a fork makes a chain of its own with every other signal green. */
function otherChain(sample: Sample): Finding[] {
  const active = sample.nodes.find(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  const verdict = sameChain([sample], active ? { activeSequencer: active.node } : {});
  return verdict.outcome === 'fail' ? [{ ...verdict, reason: 'DifferentChains' }] : [];
}

/** Most samples see no transaction: what the last ones have cost is remembered. */
function withPrice(sample: Sample, known: readonly Sample[]): Sample {
  const account = sample.batcher?.ok ? sample.batcher.value : undefined;
  if (!account) return sample;
  const earlier = known.filter(({ batcher }) => batcher?.ok && batcher.value.address === account.address);
  const price = batchPrice([...earlier.slice(-1), sample]);
  const before = earlier.at(-1)?.batcher;
  const remembered = price
    ? (price.wei / price.transactions).toString()
    : before?.ok
      ? before.value.weiPerTransaction
      : undefined;
  if (remembered === undefined) return sample;
  return { ...sample, batcher: { ok: true, value: { ...account, weiPerTransaction: remembered } } };
}

/** A sample looks for batches in the last blocks of L1 only: an older one stays the last until there is a newer one. */
function withLastBatch(sample: Sample, before: Sample | undefined): Sample {
  const account = sample.batcher?.ok ? sample.batcher.value : undefined;
  const known = before?.batcher?.ok ? before.batcher.value : undefined;
  if (!account || account.lastInboxTransaction || account.address !== known?.address) return sample;
  if (!known.lastInboxTransaction) return sample;
  return {
    ...sample,
    batcher: { ok: true, value: { ...account, lastInboxTransaction: known.lastInboxTransaction } },
  };
}
