/**
 * Step `handOverSequencer`: one sequencer stops, and another one that has its last block goes on. The order is that of
 * design/plans.md: equal heads first, then every key says "stopped", then the old one is stopped and proven to be, and
 * only then the new one starts. When it can not, the old one starts again. Every attempt begins with what is seen, so
 * that it does not matter where the one before has ended.
 */
import { stopSequencer as rpcStop } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { OperatorError } from '../../contract/failures.ts';
import { retryCommand } from '../../status/operator-commands.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { requireWish } from '../gather/require-wish.ts';
import { type Head, headAt, headWith, requireEqualHeads, SEE_OP_NODE, told } from './hand-over-heads.ts';
import { awaitReturn, isBegun, keep, keptOf, SILENT_MS } from './hand-over-memory.ts';
import { requireStatefulSet } from './lost-object.ts';
import { sequencerPods, sequencing, settle, startOn, stopBesides } from './sequencer-start.ts';
import { allow, forbidOthers } from './sequencers-config.ts';
import { deleteSilent } from './silent-sequencer.ts';
import type { StepContext } from './step-context.ts';
import {
  cameAfter,
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
  const active = await sequencing(others, signal);
  if (own && (await stateOf(own, signal)) === 'active') {
    await settle(context, component.name);
    await stopBesides(context, active);
    return `${component.name} sequences already`;
  }
  const stranger = active.find(({ node }) => node !== from);
  if (stranger) throw sequencerChanged(stranger);
  if (back !== undefined) return goBack(context, back);
  const [old] = active;
  const url = own && opNodeUrl(own);
  if (!url || !(await reading(headAt(url, signal))).ok) {
    if (!old && (await isBegun(context, others))) return goBack(context, `${component.name} does not answer`);
    requireStatefulSet(context, live, component.name);
    throw context.notYet(`${component.name} does not answer`, 'see why its pod does not run');
  }
  if (old) {
    // Of a third one nothing may be left to find out when nobody sequences any more.
    await proveStopped(context, without(others, old));
    await requireEqualHeads(context, { old, url, blockMs, began });
  } else {
    // A moment without an answer is no reason to forbid anything.
    if (!(await isBegun(context, others))) await proveStopped(context, others);
    awaitReturn(
      context,
      others.some(({ node }) => node === from),
    );
  }
  const heads = await stopAll(context, old);
  const last = keptOf(context).last ?? newest(heads);
  const head = await headWith(context, url, last, 3 * blockMs);
  if (!head)
    return goBack(context, `it did not get block ${last?.hash}, the last one, within ${(3 * blockMs) / 1000} s`);
  const refusal = await startOrRefuse(context, own, head);
  if (refusal !== undefined) return goBack(context, refusal);
  await settle(context, component.name);
  return told(context, { url, head, blockMs });
}

/**
 * From here on nobody sequences: not after a restart, and not now.
 * @param old the one that sequences; absent when none does
 * @returns heads of those that had to be asked
 */
async function stopAll(context: StepContext, old: PodTarget | undefined): Promise<StoppedHead[]> {
  const { component, from } = context.input.step;
  const { name } = component;
  await forbidAll(context, name);
  // One that has appeared since the first list may have read its key before: who comes after this list reads "stopped".
  const { others } = await sequencerPods(context, name);
  // Its own word that it has stopped is the proof. To ask once more costs time in which nobody makes blocks, or more of
  // it, when it dies then.
  const open = old && (await stop(context, old)) ? without(others, old) : others;
  await deleteSilent(context, open, SILENT_MS);
  const heads = await proveStopped(context, open);
  const back = others.find(({ node }) => node === from);
  awaitReturn(context, back !== undefined && (!cameAfter(context, back) || heads.some(({ pod }) => pod === back.pod)));
  return heads;
}

/** No pod that has come in its place. */
function without(pods: readonly PodTarget[], { pod, uid }: PodTarget): PodTarget[] {
  return pods.filter((other) => other.pod !== pod || other.uid !== uid);
}

function newest(heads: readonly StoppedHead[]): StoppedHead | undefined {
  return heads.toSorted((a, b) => b.number - a.number)[0];
}

/** Nobody sequences after a restart, but who is told to. */
async function forbidAll(context: StepContext, name: string): Promise<void> {
  await forbidOthers(context, name);
  await allow(context, name, false);
}

/**
 * An answer that does not come leaves it unknown whether it has stopped: what follows asks for the proof.
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
async function startOrRefuse(context: StepContext, own: PodTarget, head: Head): Promise<string | undefined> {
  try {
    await startOn(context, own, head);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'Incompatible') return `${error.message}: ${error.fix}`;
    throw error;
  }
}

/**
 * The old one sequences again. Before that the other one is proven to be stopped: its start may have been heard and not
 * answered.
 * @throws OperatorError GateFailed when it does
 */
async function goBack(context: StepContext, why: string): Promise<never> {
  const { input, signal, at } = context;
  const { component, from = '' } = input.step;
  keep(context, { back: why });
  const { live, own: old } = await sequencerPods(context, from);
  const url = old && opNodeUrl(old);
  if (!old || !url) {
    requireStatefulSet(context, live, from);
    throw context.notYet(
      `${from}, which is to sequence again, has no pod with an address`,
      'see why it does not run',
      1,
    );
  }
  if ((await stateOf(old, signal)) !== 'active') await startAgain(context, old, url);
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
  await forbidAll(context, from);
  const { others } = await sequencerPods(context, from);
  await deleteSilent(context, others, SILENT_MS);
  const ahead = newest(await proveStopped(context, others));
  const head = await reading(headAt(url, signal));
  if (!head.ok) throw context.notYet(`the head of ${old.pod} can not be read: ${head.error}`, SEE_OP_NODE, 1);
  if (ahead && ahead.number > head.value.number) {
    keep(context, { back: undefined, last: undefined });
    throw context.notYet(
      `${from} is at block ${head.value.number} and has lost what comes up to ${ahead.number}, which ${ahead.pod} has`,
      `nothing to do: ${component.name} takes over after all if it has them`,
      1,
    );
  }
  await startOn(context, old, head.value);
}
