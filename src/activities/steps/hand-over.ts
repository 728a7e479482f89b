/**
 * Step `handOverSequencer`: one sequencer stops, and another one that has its last block goes on. The order is that of
 * design/plans.md: equal heads first, then every key says "stopped" and everybody else is proven to be; just after a
 * block of the old one it is stopped, and only then the new one has its key, and starts. When it can not, the old one
 * starts again. Every attempt begins with what is seen, so that it does not matter where the one before has ended.
 *
 * From the stop to the start nobody makes blocks: what can be known before is asked before. One write comes between, the
 * key. It is also what an attempt fails at that another one has taken over from.
 */
import { stopSequencer as rpcStop } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { OperatorError } from '../../contract/failures.ts';
import { retryCommand } from '../../status/operator-commands.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { requireWish } from '../gather/require-wish.ts';
import {
  awaitBlock,
  type Compared,
  type Head,
  headAt,
  headWith,
  requireEqualHeads,
  SEE_OP_NODE,
  told,
} from './hand-over-heads.ts';
import { awaitReturn, isBegun, keep, keptOf, SILENT_MS } from './hand-over-memory.ts';
import { requireStatefulSet } from './lost-object.ts';
import { sequencerPods, sequencing, settle, startOn, stopBesides } from './sequencer-start.ts';
import { forbidAll, type Keys, requireUnchanged, setKey } from './sequencers-config.ts';
import { deleteSilent } from './silent-sequencer.ts';
import type { StepContext } from './step-context.ts';
import {
  cameAfter,
  forgetEnd,
  proveStopped,
  RPC_TIMEOUT_MS,
  type StoppedHead,
  sequencerChanged,
  stateOf,
} from './stopped-sequencer.ts';

export async function handOverSequencer(context: StepContext): Promise<string> {
  const { input, signal } = context;
  const { component, from = '' } = input.step;
  const began = Date.now();
  const wish = await requireWish(context);
  const blockMs = 1000 * (wish.files?.rollup.block_time ?? 2);
  const { live, own, others } = await sequencerPods(context, component.name);
  const { back } = keptOf(context);
  const active = await sequencing(context, others);
  if (own && (await stateOf(context, own)) === 'active') {
    await settle(context, component.name);
    await stopBesides(context, active);
    return `${component.name} sequences already`;
  }
  const stranger = active.find(({ node }) => node !== from);
  if (stranger) throw sequencerChanged(stranger);
  const [old, ...besides] = active;
  await stopBesides(context, besides);
  if (back !== undefined) return goBack(context, back);
  const url = own && opNodeUrl(own);
  if (!url || !(await context.ask('answers', () => reading(headAt(url, signal)))).ok) {
    if (!old && ((await isBegun(context, others)) || (await isAtRest(context, others))))
      return goBack(context, `${component.name} does not answer`);
    if (old) await settle(context, from);
    // One that restarts has the head for a moment before it stands still.
    keep(context, { equal: undefined });
    requireStatefulSet(context, live, component.name);
    throw context.notYet(`${component.name} does not answer`, 'see why its pod does not run');
  }
  const { keys, heads } = old
    ? await whileItGoesOn(context, () => prepare(context, others, { old, url, blockMs, began }))
    : await prepareWithoutOld(context, others);
  if (old && !(await stop(context, old))) heads.push(...(await proveStopped(context, [old])));
  const last = keptOf(context).last ?? newest(heads);
  const head = await headWith(context, url, last, 3 * blockMs);
  if (!head)
    return goBack(context, `it did not get block ${last?.hash}, the last one, within ${(3 * blockMs) / 1000} s`);
  const refusal = await startOrRefuse(context, keys, own, head);
  if (refusal !== undefined) return goBack(context, refusal);
  await settle(context, component.name);
  return told(context, { url, head, blockMs });
}

interface Prepared {
  /** Nobody sequences after a restart. */
  readonly keys: Keys | undefined;
  /** Pods of all sequencers but that of the candidate, as they were listed after that. */
  readonly others: readonly PodTarget[];
  /** Of those of them that had to be asked. */
  readonly heads: StoppedHead[];
}

/**
 * Nothing is left but to stop the old one, which has made a block just now. While every key says "stopped" it would not
 * come back from a restart: that is kept short.
 */
async function prepare(context: StepContext, others: readonly PodTarget[], compared: Compared): Promise<Prepared> {
  const { old, blockMs } = compared;
  // Of a third one nothing may be left to find out when nobody sequences any more.
  await proveStopped(context, without(others, old));
  await requireEqualHeads(context, compared);
  await awaitBlock(context, compared);
  const madeAt = Date.now();
  const prepared = await forbidAndProve(context, old);
  // It has taken long: the next block is due soon.
  if (Date.now() - madeAt > blockMs / 2) await awaitBlock(context, compared);
  return prepared;
}

async function prepareWithoutOld(context: StepContext, others: readonly PodTarget[]): Promise<Prepared> {
  const isFormer = ({ node }: PodTarget) => node === context.input.step.from;
  // A moment without an answer is no reason to forbid anything.
  if (!(await isBegun(context, others))) await proveStopped(context, others);
  awaitReturn(context, others.some(isFormer));
  const prepared = await forbidAndProve(context, undefined);
  const isKnown = (pod: PodTarget) => !cameAfter(context, pod) || prepared.heads.some((head) => head.pod === pod.pod);
  awaitReturn(context, prepared.others.filter(isFormer).some(isKnown));
  return prepared;
}

/**
 * From here on nobody sequences after a restart, and nobody does but the old one.
 * @param old the one that sequences; absent when none does
 */
async function forbidAndProve(context: StepContext, old: PodTarget | undefined): Promise<Prepared> {
  const { component, from = '' } = context.input.step;
  const keys = await forbidAll(context, [component.name, from]);
  // One that has appeared since the first list may have read its key before: who comes after this list reads "stopped".
  const { others } = await sequencerPods(context, component.name);
  const rest = old ? without(others, old) : others;
  await deleteSilent(context, rest, SILENT_MS);
  return { keys, others, heads: await proveStopped(context, rest) };
}

/** No pod that has come in its place. */
function without(pods: readonly PodTarget[], { pod, uid }: PodTarget): PodTarget[] {
  return pods.filter((other) => other.pod !== pod || other.uid !== uid);
}

function newest(heads: readonly StoppedHead[]): StoppedHead | undefined {
  return heads.toSorted((a, b) => b.number - a.number)[0];
}

/** What waits before the stop has its key back: the old one goes on, also after a restart. */
async function whileItGoesOn<T>(context: StepContext, wait: () => Promise<T>): Promise<T> {
  const { from = '' } = context.input.step;
  try {
    return await wait();
  } catch (error) {
    if (error instanceof OperatorError && ['NotReadyYet', 'FencingRequired'].includes(error.type))
      await settle(context, from);
    throw error;
  }
}

/** Whether the old one does not sequence and knows its head: it does not begin in a moment either. */
async function isAtRest(context: StepContext, others: readonly PodTarget[]): Promise<boolean> {
  const { input, signal } = context;
  const former = others.filter(({ node }) => node === input.step.from);
  const answers = await Promise.all(
    former.map(async (pod) => {
      const url = opNodeUrl(pod);
      if (!url || (await stateOf(context, pod, 'rest')) !== 'stopped') return false;
      return (await context.ask('rest', () => reading(headAt(url, signal)))).ok;
    }),
  );
  return answers.length > 0 && answers.every((isStopped) => isStopped);
}

/**
 * Its own word that it has stopped is the proof. To ask once more costs time in which nobody makes blocks, or more of it,
 * when it dies then. An answer that does not come leaves it unknown: what follows asks for the proof.
 * @returns whether it has said that it has stopped
 */
async function stop(context: StepContext, old: PodTarget): Promise<boolean> {
  const { signal } = context;
  const url = opNodeUrl(old) ?? '';
  const stopped = await context.act('stop', () => reading(rpcStop(url, { timeoutMs: RPC_TIMEOUT_MS, signal })));
  const last = stopped.ok && stopped.value.outcome === 'stopped' ? { hash: stopped.value.hash } : undefined;
  keep(context, { stoppedAt: Date.now(), last });
  return last !== undefined;
}

/** @returns why this one can not sequence at all; undefined: it has started */
async function startOrRefuse(
  context: StepContext,
  keys: Keys | undefined,
  own: PodTarget,
  head: Head,
): Promise<string | undefined> {
  try {
    await startWithKey(context, keys, own, head);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'Incompatible') return `${error.message}: ${error.fix}`;
    throw error;
  }
}

/**
 * It has its key first: whatever happens to it, or to us, from then on, it goes on by itself. One that refuses gives it
 * back at once. Whether one has started that does not answer is unknown: the next attempt takes the key before it asks.
 * @param keys as this attempt has written them: another one that has begun since makes this the end
 */
async function startWithKey(
  context: StepContext,
  keys: Keys | undefined,
  target: PodTarget,
  head: Head,
): Promise<void> {
  // What is thrown here must not leave a key behind.
  forgetEnd(context, target);
  const written = await setKey(context, keys, target.node, true);
  try {
    await startOn(context, target, head, () => requireUnchanged(context, written));
  } catch (error) {
    if (error instanceof OperatorError && ['NotReadyYet', 'Incompatible'].includes(error.type))
      await setKey(context, written, target.node, false);
    throw error;
  }
}

/**
 * The old one sequences again. Before that the other one is proven to be stopped: its start may have been heard and not
 * answered.
 * @throws OperatorError GateFailed when it does
 */
async function goBack(context: StepContext, why: string): Promise<never> {
  const { input, at } = context;
  const { component, from = '' } = input.step;
  keep(context, { back: why });
  const { live, own: old, others } = await sequencerPods(context, from);
  const url = old && opNodeUrl(old);
  if (!old || !url) {
    requireStatefulSet(context, live, from);
    throw context.notYet(
      `${from}, which is to sequence again, has no pod with an address`,
      'see why it does not run',
      1,
    );
  }
  // Whatever pod of it makes blocks, it is not for a second one to begin.
  const active = await sequencing(context, [old, ...others.filter(({ node }) => node === from)]);
  if (active.length === 0) await startAgain(context, old, url);
  await settle(context, from);
  throw new OperatorError({
    type: 'GateFailed',
    message: `${component.name} did not take over (${why}); ${from} sequences again`,
    fix: `see why blocks of ${from} do not reach ${component.name}, then ${retryCommand(at)}`,
  });
}

async function startAgain(context: StepContext, old: PodTarget, url: string): Promise<void> {
  const { input, signal } = context;
  const { component, from = '' } = input.step;
  const keys = await forbidAll(context, [component.name, from]);
  const { others } = await sequencerPods(context, from);
  await deleteSilent(context, others, SILENT_MS);
  const ahead = newest(await proveStopped(context, others));
  const head = await context.ask('own-head', () => reading(headAt(url, signal)));
  if (!head.ok) throw context.notYet(`the head of ${old.pod} can not be read: ${head.error}`, SEE_OP_NODE, 1);
  if (ahead && ahead.number > head.value.number) {
    keep(context, { back: undefined, last: undefined });
    throw context.notYet(
      `${from} is at block ${head.value.number} and has lost what comes up to ${ahead.number}, which ${ahead.pod} has`,
      `nothing to do: ${component.name} takes over after all if it has them`,
      1,
    );
  }
  await startWithKey(context, keys, old, head.value);
}
