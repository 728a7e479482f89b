/**
 * Step `awaitGate`: takes samples of the chain and asks the gate. An attempt lasts seconds; samples of earlier attempts
 * are kept in heartbeat details, since most gates want to see something move, or stand still, for longer.
 */

import { rememberSample } from '../../chain/sample-history.ts';
import type { Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import type { StepInput } from '../../contract/activities.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { GateName } from '../../contract/plan.ts';
import type { KubeObject } from '../../kube/index.ts';
import { type GateContext, gates, pass, type Verdict } from '../../plan/gates/index.ts';
import type { PodObject } from '../../status/pods/pod-objects.ts';
import { nodePods } from '../gather/chain-targets.ts';
import { gateContext } from '../gather/gate-context.ts';
import { gatherWorkloads, type LiveObjects, podsOfComponent } from '../gather/live.ts';
import { saidLately } from '../gather/pod-logs.ts';
import { requireWish } from '../gather/require-wish.ts';
import type { Wish } from '../gather/wish.ts';
import { gateSample, withoutOtherNodes } from './gate-sample.ts';
import { type Waiting, waitingWords, withoutFenced, withWords } from './gate-words.ts';
import { requireStatefulSet } from './lost-object.ts';
import type { Skipped, StepContext } from './step-context.ts';
import { stepFailure } from './step-limit.ts';
import { sequencerChanged } from './stopped-sequencer.ts';

/** Whose word it is that a gate is skipped in every plan. */
const SKIP_GATES = 'spec.rollout.skipGates';

/** Gates that wait for what a program sends to L1: when nothing comes, its log may say why. */
const OF_SENDERS: readonly GateName[] = ['batching', 'challenging'];

/** Gates that look at somebody else before the component itself is applied. */
const BEFORE_APPLY: readonly GateName[] = ['no-foreign-batcher', 'proposer-permitted', 'funds'];

interface Kept {
  readonly samples: readonly Sample[];
  /** The gate that is waited for, and how long the step had waited when those before it had passed. */
  readonly waiting?: { readonly gate: GateName; readonly sinceMs: number };
}

/** Each gate in its order, all by the same samples; the first that does not pass is what is waited for. */
export async function awaitGate(context: StepContext): Promise<string | Skipped> {
  const { input } = context;
  const names = input.step.gates ?? [];
  if (names.length === 0) throw ofAnotherVersion(`step ${input.step.id} names no gate`);
  const wish = await requireWish(context);
  const skips = names.flatMap((name) => skipOf(name, input, wish) ?? []);
  const asked = names.filter((name) => !skips.some((skip) => skip.gate === name));
  const passed = asked.length === 0 ? [] : await ask(asked, context, wish);
  const message = [...skips.map((skip) => skip.message), ...passed].join('; ');
  const [first] = skips;
  return first && asked.length === 0 ? { message, skippedBy: first.by } : message;
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
  const { component, limitSeconds } = input.step;
  const live = await gatherWorkloads(deps.kube, at, signal);
  if (component.kind !== 'OptimismNetwork' && !names.every((name) => BEFORE_APPLY.includes(name)))
    requireStatefulSet(context, live, component.name);
  const pods = nodePods(live);
  const { samples: earlier = [], waiting } = (context.kept ?? {}) as Partial<Kept>;
  const { sample, ...facts } = await gateSample(names, context, { wish, live, earlier });
  const samples = rememberSample(withoutOtherNodes(earlier, component), sample);
  context.keep({ samples, ...(waiting ? { waiting } : {}) } satisfies Kept);
  const moment = { startedAt: context.startedAt, now: deps.now(), sample, ...facts };
  const passed: string[] = [];
  for (const name of names) {
    const judged = name === 'single-sequencer' ? samples.map((one) => withoutFenced(one, pods, input)) : samples;
    const own = runsAlready(name, context, sample, live);
    const verdict = own ?? withWords(name, judge(name, judged, gateContext(wish, input.step, moment)), input);
    if (verdict.outcome === 'pass') {
      passed.push(verdict.message);
      continue;
    }
    if (name === 'no-foreign-sequencer') requireNoneOfOurs(sample);
    const sinceMs = waiting?.gate === name ? waiting.sinceMs : context.waitedMs();
    context.keep({ samples, waiting: { gate: name, sinceMs } } satisfies Kept);
    const problem = await notPassed(name, verdict, context, { live, pods, sample: judged.at(-1) ?? sample });
    throw stepFailure(problem, context.waitedMs() - sinceMs, input.step.gateTimeouts?.[name] ?? limitSeconds);
  }
  return passed;
}

function judge(name: GateName, samples: readonly Sample[], context: GateContext): Verdict {
  const gate = gates[name];
  if (gate) return gate(samples, context);
  throw ofAnotherVersion(`gate ${name} is not known to this version`);
}

/** Of another version of the operator, which has made the plan. */
function ofAnotherVersion(what: string): OperatorError {
  return new OperatorError({
    type: 'NotSupportedYet',
    message: `${what}: the plan was made by another version of the operator`,
    fix: 'abort the plan: the next look makes one that fits; or go back to that version',
  });
}

/** Why the gate is not passed: what it waits for, or what is wrong. */
async function notPassed(
  name: GateName,
  verdict: Exclude<Verdict, { outcome: 'pass' }>,
  context: StepContext,
  { live, ...seen }: { readonly live: LiveObjects } & Pick<Waiting, 'pods' | 'sample'>,
): Promise<OperatorError> {
  const { deps, input, signal } = context;
  const { component } = input.step;
  if (verdict.outcome === 'fail')
    return new OperatorError({ type: verdict.reason, message: verdict.message, fix: verdict.fix });
  const log = OF_SENDERS.includes(name)
    ? await saidLately(deps.kube, podsOfComponent(live, component), signal)
    : undefined;
  if (log) return context.notYet(`${verdict.message}; ${component.name} ${log.why}`, log.fix, 1);
  const { message, fix } = waitingWords({ name, verdict, ...seen }, input);
  return context.notYet(message, fix, 1);
}

/** Another one of ours goes on: what it waits for does not come, and the plan is no longer the right one. */
function requireNoneOfOurs({ nodes }: Sample): void {
  const other = nodes.find(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  if (other) throw sequencerChanged(other);
}

/**
 * The `no-foreign-*` gates ask whether anybody else is active before ours starts. After a crash ours may have been started
 * already: then there is nothing to ask, and its own activity would look like somebody else's.
 */
function runsAlready(name: GateName, { input }: StepContext, sample: Sample, live: LiveObjects): Verdict | undefined {
  const { component } = input.step;
  if (name === 'no-foreign-sequencer') {
    const own = sample.nodes.find(
      (node) => node.node === component.name && sequencerState(node.sequencerActive) === 'active',
    );
    return own && pass(`${own.pod} sequences already`);
  }
  if (name === 'no-foreign-batcher' && podsOfComponent(live, component).some(hasRun))
    return pass(`${component.name} runs already`);
  return undefined;
}

/** One that an interrupted install has left waiting for its image has sent nothing yet. */
function hasRun(pod: KubeObject): boolean {
  const { containerStatuses = [] } = (pod as unknown as PodObject).status ?? {};
  return containerStatuses.some(({ state, lastState }) =>
    [state, lastState].some((seen) => seen?.running !== undefined || Date.parse(seen?.terminated?.startedAt ?? '') > 0),
  );
}
