/**
 * Step `awaitGate`: takes samples of the chain and asks the gate. An attempt lasts seconds; samples of earlier attempts
 * are kept in heartbeat details, since most gates want to see something move, or stand still, for longer.
 */

import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import { type PodTarget, takeSample } from '../../chain/sample.ts';
import { rememberSample } from '../../chain/sample-history.ts';
import type { Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import type { StepInput } from '../../contract/activities.ts';
import { OperatorError } from '../../contract/failures.ts';
import { type GateName, UNSKIPPABLE_GATES } from '../../contract/plan.ts';
import { type GateContext, gates, type Verdict } from '../../plan/gates/index.ts';
import { isComplete } from '../desire.ts';
import { nodePods, sampleTargets } from '../gather/chain-targets.ts';
import { checkChain } from '../gather/check-chain.ts';
import { contractFacts } from '../gather/contract-facts.ts';
import { gateContext, gateLimits } from '../gather/gate-context.ts';
import { gatherWorkloads, podsOfComponent } from '../gather/live.ts';
import { saidLately } from '../gather/pod-logs.ts';
import { requireWish } from '../gather/require-wish.ts';
import { senderTargets } from '../gather/sender-targets.ts';
import type { Wish } from '../gather/wish.ts';
import { vouchedFor } from './fenced.ts';
import { requireStatefulSet } from './lost-object.ts';
import type { Skipped, StepContext } from './step-context.ts';

/** Whose word it is that a gate is skipped in every plan. */
const SKIP_GATES = 'spec.rollout.skipGates';

/** Gates that wait for what a program sends to L1: when nothing comes, its log may say why. */
const OF_SENDERS: readonly GateName[] = ['batching', 'challenging'];

/** Gates that look at somebody else before the component itself is applied. */
const BEFORE_APPLY: readonly GateName[] = ['no-foreign-batcher', 'proposer-permitted', 'funds'];
/** Gates about the games of the chain: what they are is read from its contracts. */
const ABOUT_GAMES: readonly GateName[] = ['proposer-permitted', 'challenging', 'funds'];

/** Gates that wait for what is not ours, and may not even be known: a person says that it is off. */
const ASKS_FOR_OTHERS: readonly GateName[] = ['no-foreign-sequencer', 'no-foreign-batcher'];

/** What a node of L1 that is no archive still knows of the state of accounts. */
const KNOWN_STATE_BLOCKS = 120;

interface Kept {
  readonly samples: readonly Sample[];
}

/** Each gate in its order, all by the same samples; the first that does not pass is what is waited for. */
export async function awaitGate(context: StepContext): Promise<string | Skipped> {
  const { input } = context;
  const names = input.step.gates ?? [];
  const wish = await requireWish(context);
  const skips = names.flatMap((name) => skipOf(name, input, wish) ?? []);
  const asked = names.filter((name) => !skips.some((skip) => skip.gate === name));
  const passed = asked.length === 0 ? [] : await ask(asked, context, wish);
  const message = [...skips.map((skip) => skip.message), ...passed].join('; ');
  const [first] = skips;
  return first ? { message, skippedBy: first.by } : message;
}

function skipOf(gate: GateName, { skippedGates }: StepInput, wish: Wish) {
  const said = skippedGates.find((skipped) => skipped.gate === gate);
  if (said) return { gate, by: said.by, message: `gate ${gate} was skipped by ${said.by}: ${said.reason}` };
  const isSkipped = wish.network?.spec.rollout.skipGates?.some((name) => name === gate);
  return isSkipped ? { gate, by: SKIP_GATES, message: `gate ${gate} is skipped by ${SKIP_GATES}` } : undefined;
}

/** @returns what the gates say that pass. @throws OperatorError what the first other one waits for, or NotReadyYet */
async function ask(names: readonly GateName[], context: StepContext, wish: Wish): Promise<string[]> {
  const { deps, input, at, signal } = context;
  const { component } = input.step;
  const live = await gatherWorkloads(deps.kube, at, signal);
  if (component.kind !== 'OptimismNetwork' && !names.every((name) => BEFORE_APPLY.includes(name)))
    requireStatefulSet(context, live, component.name);
  const earlier = ((context.kept ?? {}) as Partial<Kept>).samples ?? [];
  const scanned = earlier.flatMap(({ inbox }) => (inbox?.ok ? [inbox.value.toBlock] : [])).at(-1);
  const takesOver = input.planKind === 'install';
  const limits = gateLimits(wish, component, takesOver);
  const targets = sampleTargets(wish, nodePods(live), {
    ...(scanned === undefined ? {} : { inboxFrom: scanned + 1 }),
    compareBlocks: names.includes('same-chain'),
    heard: names.includes('no-foreign-sequencer') && takesOver,
    nonceLookBack: Math.min(limits.foreignBatcherQuietBlocks, KNOWN_STATE_BLOCKS),
  });
  const isAboutGames = names.some((name) => ABOUT_GAMES.includes(name));
  const discovery = isAboutGames ? await readContracts(context, wish) : undefined;
  const status = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const senders = isAboutGames
    ? senderTargets(wish, live, {
        contracts: contractFacts(discovery, status),
        prestate: discovery?.respectedGame?.absolutePrestate,
        isTried: names.includes('proposer-permitted'),
      })
    : {};
  const sample = await takeSample({ ...targets, ...senders }, signal);
  const samples = rememberSample(earlier, sample);
  context.keep({ samples } satisfies Kept);
  const moment = {
    startedAt: context.startedAt,
    now: deps.now(),
    limits,
    takesOver,
    sample,
    discovery,
  };
  const passed: string[] = [];
  for (const name of names) {
    const judged =
      name === 'single-sequencer' ? samples.map((one) => withoutFenced(one, nodePods(live), input)) : samples;
    const verdict = judge(name, judged, gateContext(wish, input.step, moment));
    const own = runsAlready(name, context, sample, live);
    passed.push(own ?? (await passedBy(name, verdict, context, live)));
  }
  return passed;
}

function judge(name: GateName, samples: readonly Sample[], context: GateContext): Verdict {
  const gate = gates[name];
  if (gate) return gate(samples, context);
  throw new OperatorError({
    type: 'NotSupportedYet',
    message: `gate ${name} is not known to this version`,
    fix: 'update the worker, or abort the plan',
  });
}

/** @returns why the gate is passed. @throws OperatorError with what it waits for, or what is wrong */
async function passedBy(
  name: GateName,
  verdict: Verdict,
  context: StepContext,
  live: Awaited<ReturnType<typeof gatherWorkloads>>,
): Promise<string> {
  const { deps, input, at, signal } = context;
  const { component, id } = input.step;
  switch (verdict.outcome) {
    case 'pass':
      return verdict.message;
    case 'wait': {
      // What can not be seen may be vouched for; what is seen to be wrong may not.
      const fenced = input.fencedNodes.find((confirmed) => confirmed.step === id);
      if (fenced && ASKS_FOR_OTHERS.includes(name) && !verdict.firm)
        return `${fenced.by} confirmed that the other one is off: ${fenced.reason}`;
      const said = OF_SENDERS.includes(name)
        ? await saidLately(deps.kube, podsOfComponent(live, component), signal)
        : undefined;
      const command = UNSKIPPABLE_GATES.includes(name)
        ? `confirm-fenced ${at.name} ${component.name}`
        : `skip-gate ${at.name} ${name}`;
      throw context.notYet(
        said ? `${verdict.message}; ${component.name} ${said.why}` : verdict.message,
        said?.fix ?? `see what it waits for; if you know better: opstack ${command} --reason "…" -n ${at.namespace}`,
        1,
      );
    }
    case 'fail':
      throw new OperatorError({ type: verdict.reason, message: verdict.message, fix: verdict.fix });
  }
}

/** What L1 says of the games; read at most once a minute. undefined while it can not be read: the gate waits then. */
async function readContracts({ deps, signal }: StepContext, wish: Wish): Promise<Discovery | undefined> {
  if (!isComplete(wish)) return undefined;
  const { discovery } = await checkChain(wish, { installed: true, now: deps.now(), signal });
  return discovery;
}

/**
 * Without the sequencers that do not answer and for which a person has vouched, at whichever step of this plan: what they
 * answer counts, once they do.
 */
function withoutFenced(sample: Sample, pods: readonly PodTarget[], { fencedNodes }: StepInput): Sample {
  const fenced = pods.filter((target) => vouchedFor(target, fencedNodes)).map(({ pod }) => pod);
  const nodes = sample.nodes.filter(
    ({ pod, sequencerActive }) => !fenced.includes(pod) || sequencerState(sequencerActive) !== 'unknown',
  );
  return { ...sample, nodes };
}

/**
 * The `no-foreign-*` gates ask whether anybody else is active before ours starts. After a crash ours may have been started
 * already: then there is nothing to ask, and its own activity would look like somebody else's.
 */
function runsAlready(
  name: GateName,
  { input }: StepContext,
  sample: Sample,
  live: Awaited<ReturnType<typeof gatherWorkloads>>,
): string | undefined {
  const { component } = input.step;
  if (name === 'no-foreign-sequencer') {
    const own = sample.nodes.find(
      (node) => node.node === component.name && sequencerState(node.sequencerActive) === 'active',
    );
    return own && `${own.pod} sequences already`;
  }
  if (name === 'no-foreign-batcher' && podsOfComponent(live, component).length > 0)
    return `${component.name} runs already`;
  return undefined;
}
