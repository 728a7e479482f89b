/**
 * The proof that a sequencer does not sequence: its own answer, or the word of a person that it is switched off. (One
 * whose pod object is gone is not asked: its key, which was made "stopped" before, keeps the next pod from it.)
 */
import { sequencerActive, syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { type SequencerState, sequencerState } from '../../chain/sequencer-state.ts';
import type { StepInput } from '../../contract/activities.ts';
import { OperatorError } from '../../contract/failures.ts';
import { confirmFencedCommand, retryCommand } from '../../status/operator-commands.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { unknownNames, vouchedFor } from './fenced.ts';
import type { StepContext } from './step-context.ts';

export const RPC_TIMEOUT_MS = 5000;
/** A pod that restarts answers within 5 to 14 s (pods-observed.md, table 3); nobody is called for that. */
const RESTART_MS = 30_000;
/** What a kubelet may take to report the end of a pod whose grace period is over. */
const REPORT_MS = 10_000;

/** @param moment fault point of tests */
export async function stateOf(context: StepContext, target: PodTarget, moment = 'who'): Promise<SequencerState> {
  const { signal } = context;
  const url = opNodeUrl(target);
  if (!url) return 'unknown';
  return sequencerState(
    await context.ask(moment, () => reading(sequencerActive(url, { timeoutMs: RPC_TIMEOUT_MS, signal }))),
  );
}

/** Where a sequencer that is proven to be stopped has come to. */
export interface StoppedHead {
  readonly pod: string;
  /** Of its unsafe head. */
  readonly number: number;
  readonly hash: string;
}

interface Kept {
  /** By {@link silenceOf}: how long the step had waited when it first did not answer. Without those that have answered since. */
  readonly silentSince?: Readonly<Record<string, number>>;
  /** By name: uid of the pod that was deleted when every key said "stopped". */
  readonly ended?: Readonly<Record<string, string>>;
}

/** It comes after one that this step has deleted: it has read "stopped", and it was not told to start since. */
export function cameAfter({ kept }: StepContext, { pod, uid }: PodTarget): boolean {
  const former = ((kept ?? {}) as Kept).ended?.[pod];
  return former !== undefined && former !== uid;
}

/**
 * From now on its silence proves nothing: it is told to start next. An attempt that is over is remembered for certain;
 * what a worker keeps that dies at once may be lost.
 * @throws OperatorError NotReadyYet when there was something to forget
 */
export function forgetEnd(context: StepContext, target: PodTarget): void {
  const kept = (context.kept ?? {}) as Kept;
  const { [target.pod]: former, ...ended } = kept.ended ?? {};
  if (former === undefined) return;
  context.keep({ ...kept, ended } satisfies Kept);
  throw context.notYet(`${target.pod} is new, and is to be started`, 'nothing to do: it is started next', 1);
}

/** What its silence is counted by: a pod that comes after another one under the same name has its own time to start. */
export function silenceOf({ pod, uid }: PodTarget): string {
  return uid ?? pod;
}

interface Answer {
  readonly of: PodTarget;
  readonly head?: StoppedHead;
  /** Why it proves nothing. */
  readonly unknown?: string;
  /** It has said so itself: the word of a person does not take the place of what it says. */
  readonly answers?: true;
}

/**
 * All of them are asked: the word of a person takes the place of an answer that is missing, and of no other.
 * @returns the heads of those that have answered
 * @throws OperatorError FencingRequired when nothing can be proven, SequencerChanged when one sequences
 */
export async function proveStopped(context: StepContext, others: readonly PodTarget[]): Promise<StoppedHead[]> {
  const { input } = context;
  // What was switched off for an earlier step may be on again.
  const fenced = input.fencedNodes.filter(({ step }) => step === input.step.id);
  const answers = await Promise.all(others.map((other) => ask(context, other, fenced)));
  const { silentSince = {} } = (context.kept ?? {}) as Kept;
  const waited = context.waitedMs();
  const silent = answers.flatMap((answer) => {
    const { of, unknown } = answer;
    return unknown === undefined ? [] : [{ ...answer, unknown, since: silentSince[silenceOf(of)] ?? waited }];
  });
  const since = Object.fromEntries(silent.map((answer) => [silenceOf(answer.of), answer.since]));
  context.keep({ ...(context.kept ?? {}), silentSince: since } satisfies Kept);
  const [first] = silent.sort((a, b) => a.since - b.since);
  if (first) {
    const { of, unknown: why, since, answers: isAnswer } = first;
    const silence = { why, silentMs: waited - since, strange: unknownNames(others, input) };
    throw isAnswer ? noHead(context, of, silence) : nothingProven(context, of, silence);
  }
  return answers.flatMap(({ head }) => head ?? []);
}

/** @throws OperatorError SequencerChanged when it sequences; NotReadyYet when that is what the step is about */
async function ask(context: StepContext, other: PodTarget, fenced: StepInput['fencedNodes']): Promise<Answer> {
  const { input, signal, notYet } = context;
  const state = await stateOf(context, other, 'proof');
  const { component, from } = input.step;
  if (state === 'active' && [component.name, from].includes(other.node))
    throw notYet(`${other.pod} sequences`, 'nothing to do: the step goes on from there', 1);
  if (state === 'active') throw sequencerChanged(other);
  const url = opNodeUrl(other);
  const vouched = vouchedFor(other, fenced);
  if (state !== 'stopped' || !url)
    return vouched || cameAfter(context, other) ? { of: other } : { of: other, unknown: 'it does not answer' };
  const head = await context.ask('proof', () => reading(syncStatus(url, { timeoutMs: RPC_TIMEOUT_MS, signal })));
  // One whose references are all zero has just started, and begins to sequence a moment after its RPC is up.
  if (!head.ok) {
    const despite = vouched ? `; that it is off, as ${vouched.by} has confirmed, does not count while it answers` : '';
    return { of: other, unknown: `it answers, and has not read its head yet${despite}`, answers: true };
  }
  const { number, hash } = head.value.unsafeL2;
  return { of: other, head: { pod: other.pod, number, hash } };
}

interface Silence {
  readonly why: string;
  readonly silentMs: number;
  /** What somebody has confirmed that is none of them. */
  readonly strange: string;
}

function nothingProven({ at, deps, notYet }: StepContext, other: PodTarget, { why, silentMs, strange }: Silence) {
  const { pod, node, endsAt = 0 } = other;
  if (silentMs < RESTART_MS || deps.now() < endsAt + REPORT_MS)
    return notYet(
      `whether ${pod} sequences is unknown: ${why}${strange}`,
      'nothing to do while it restarts; see its log otherwise',
      1,
    );
  return new OperatorError({
    type: 'FencingRequired',
    message: `whether ${pod} sequences is unknown: ${why}, and its pod object is still there${strange}`,
    fix: `switch it off, then: ${confirmFencedCommand(at, node)}`,
  });
}

/**
 * It says that it does not sequence, and not where it has come to: its execution client is broken, or its L1 is gone.
 * Nobody's word helps while it answers; without a pod it is not asked.
 */
function noHead(context: StepContext, other: PodTarget, silence: Silence): OperatorError {
  const { at } = context;
  const { pod, node } = other;
  const { why, silentMs, strange } = silence;
  if (silentMs < RESTART_MS) return nothingProven(context, other, silence);
  return new OperatorError({
    type: 'FencingRequired',
    message: `whether ${pod} begins to sequence in a moment is unknown: ${why}${strange}`,
    fix: `mend its execution client, or its L1; or take its pod away: kubectl scale statefulset ${node} --replicas=0 -n ${at.namespace}. Then: ${retryCommand(at)}`,
  });
}

/** It has begun to sequence since the plan was made: to take over from it would be a hand-over. */
export function sequencerChanged({ pod, node }: Pick<PodTarget, 'pod' | 'node'>): OperatorError {
  return new OperatorError({
    type: 'SequencerChanged',
    message: `${pod} sequences, which it did not when this plan was made`,
    fix: `nothing to do: the next look takes ${node} for the active sequencer`,
  });
}
