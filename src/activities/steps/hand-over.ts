/**
 * Step `handOverSequencer`: one sequencer stops, and another one that has its last block goes on. The order is that of
 * design/plans.md: equal heads first, then every key says "stopped", then the old one is stopped and proven to be, and
 * only then the new one starts. When it can not, the old one starts again. Every attempt begins with what is seen, so
 * that it does not matter where the one before has ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { stopSequencer as rpcStop, syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { OperatorError } from '../../contract/failures.ts';
import { retryCommand, statusCommand } from '../../status/operator-commands.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { requireWish } from '../gather/require-wish.ts';
import { requireStatefulSet } from './lost-object.ts';
import { sequencerPods, sequencing, settle, startOn, stopBesides } from './sequencer-start.ts';
import { allow, forbidOthers } from './sequencers-config.ts';
import { deleteSilent } from './silent-sequencer.ts';
import type { StepContext } from './step-context.ts';
import { proveStopped, RPC_TIMEOUT_MS, sequencerChanged, stateOf } from './stopped-sequencer.ts';

/** Heads are compared this often; op-node answers within a millisecond or two. */
const POLL_MS = 50;
/** What an attempt needs from the moment at which it stops the old one. */
const NEEDED_MS = 30_000;
/** A restart is over by then (pods-observed.md, table 3): whoever is silent for longer is not waited for. */
const SILENT_MS = 15_000;

interface Kept {
  /** When the heads were equal first, and which block it was. */
  readonly equal?: { readonly at: number; readonly number: number } | undefined;
  /** Last block of the old one, by its own word. */
  readonly last?: string;
  readonly stoppedAt?: number;
  /** Why the old one is started again: decided once, and not taken back. */
  readonly back?: string;
  /** By pod: how long the step had waited when it first did not answer (stopped-sequencer.ts). */
  readonly silentSince?: Readonly<Record<string, number>>;
}

interface Head {
  readonly number: number;
  readonly hash: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

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
    if (!old && isBegun(context)) return goBack(context, `${component.name} does not answer`);
    requireStatefulSet(context, live, component.name);
    throw context.notYet(`${component.name} does not answer`, 'see why its pod does not run');
  }
  if (old) await stopOld(context, { old, url, blockMs, began });
  else {
    // A moment without an answer is no reason to forbid anything.
    if (!isBegun(context)) await proveStopped(context, others);
    await forbidAll(context, component.name);
  }
  await deleteSilent(context, others, SILENT_MS);
  const heads = await proveStopped(context, others);
  const last = keptOf(context).last ?? heads.toSorted((a, b) => b.number - a.number)[0]?.hash;
  const head = await headWith(context, url, last, 3 * blockMs);
  if (!head) return goBack(context, `it did not get block ${last}, the last one, within ${(3 * blockMs) / 1000} s`);
  await startOn(context, own, head);
  await settle(context, component.name);
  return told(context, { url, head, blockMs });
}

function keptOf({ kept }: StepContext): Kept {
  return (kept ?? {}) as Kept;
}

function keep(context: StepContext, change: Partial<Kept>): void {
  context.keep({ ...keptOf(context), ...change } satisfies Kept);
}

/** The old one has been stopped, or has been silent for so long that it is ended. */
function isBegun(context: StepContext): boolean {
  const { stoppedAt, silentSince = {} } = keptOf(context);
  const waited = context.waitedMs();
  return stoppedAt !== undefined || Object.values(silentSince).some((since) => waited - since > SILENT_MS);
}

/** From here on nobody sequences after a restart, but who is told to. */
async function forbidAll(context: StepContext, name: string): Promise<void> {
  await forbidOthers(context, name);
  await allow(context, name, false);
}

interface Stopping {
  readonly old: PodTarget;
  /** op-node of the one that is to take over. */
  readonly url: string;
  readonly blockMs: number;
  /** When the attempt began. Milliseconds since the epoch. */
  readonly began: number;
}

/** An answer that does not come leaves it unknown whether it has stopped: what follows asks for the proof. */
async function stopOld(context: StepContext, stopping: Stopping): Promise<void> {
  const { signal, input } = context;
  const oldUrl = opNodeUrl(stopping.old);
  if (!oldUrl) throw context.notYet(`${stopping.old.pod} has no address`, 'see why its pod does not run', 1);
  await requireEqualHeads(context, stopping, oldUrl);
  await forbidAll(context, input.step.component.name);
  const stopped = await context.act('stop', () => reading(rpcStop(oldUrl, { timeoutMs: RPC_TIMEOUT_MS, signal })));
  const last = stopped.ok && stopped.value.outcome === 'stopped' ? { last: stopped.value.hash } : {};
  keep(context, { stoppedAt: Date.now(), ...last });
}

/**
 * Twice, at least two block times apart: a node that has just restarted has the head for a moment, and then misses the
 * next block and stands still (recorded: op-stack-observed-2.md 1).
 */
async function requireEqualHeads(
  context: StepContext,
  { old, url, blockMs, began }: Stopping,
  oldUrl: string,
): Promise<void> {
  const { signal, input } = context;
  const { name } = input.step.component;
  for (;;) {
    const [theirs, ours] = await Promise.all([reading(headAt(oldUrl, signal)), reading(headAt(url, signal))]);
    if (!theirs.ok) throw context.notYet(`the head of ${old.pod} can not be read: ${theirs.error}`, SEE_OP_NODE, 1);
    if (!ours.ok) throw context.notYet(`the head of ${name} can not be read: ${ours.error}`, SEE_OP_NODE, 1);
    const { equal } = keptOf(context);
    const isEqual = theirs.value.hash === ours.value.hash;
    // Both are read at slightly different moments: one block of difference says nothing.
    const isApart = !isEqual && Math.abs(theirs.value.number - ours.value.number) !== 1;
    if (isApart && equal) keep(context, { equal: undefined });
    else if (isEqual && !equal) keep(context, { equal: { at: Date.now(), number: ours.value.number } });
    const isLater = equal && Date.now() - equal.at >= 2 * blockMs && ours.value.number > equal.number;
    const isInTime = Date.now() - began < NEEDED_MS;
    if (isEqual && isLater && isInTime) return;
    if (!isInTime || (isApart && !equal))
      throw context.notYet(
        `${name} is at block ${ours.value.number}, and ${old.pod}, which goes on, at ${theirs.value.number}`,
        `nothing to do while it catches up; see ${statusCommand(input.network)} otherwise`,
        1,
      );
    await sleep(POLL_MS, undefined, { signal });
  }
}

const SEE_OP_NODE = 'see that op-node runs and has its L1';

async function headAt(url: string, signal: AbortSignal): Promise<Head> {
  return (await syncStatus(url, { timeoutMs: RPC_TIMEOUT_MS, signal })).unsafeL2;
}

/** @param last hash of the block to wait for; undefined: nobody has told it, and whatever it has is good enough */
async function headWith(
  context: StepContext,
  url: string,
  last: string | undefined,
  patienceMs: number,
): Promise<Head | undefined> {
  const { signal } = context;
  const since = keptOf(context).stoppedAt ?? Date.now();
  for (;;) {
    const head = await reading(headAt(url, signal));
    if (head.ok && (last === undefined || head.value.hash === last)) return head.value;
    if (Date.now() - since > patienceMs) return undefined;
    await sleep(POLL_MS, undefined, { signal });
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
  if ((await stateOf(old, signal)) !== 'active') {
    await forbidAll(context, from);
    await deleteSilent(context, others, SILENT_MS);
    await proveStopped(context, others);
    const head = await reading(headAt(url, signal));
    if (!head.ok) throw context.notYet(`the head of ${old.pod} can not be read: ${head.error}`, SEE_OP_NODE, 1);
    await startOn(context, old, head.value);
  }
  await settle(context, from);
  throw new OperatorError({
    type: 'GateFailed',
    message: `${component.name} did not take over (${why}); ${from} sequences again`,
    fix: `see why blocks of ${from} do not reach ${component.name}, then ${retryCommand(at)}`,
  });
}

/** How long nobody sequenced, and when the first block came. */
async function told(
  context: StepContext,
  { url, head, blockMs }: { readonly url: string; readonly head: Head; readonly blockMs: number },
): Promise<string> {
  const { input, signal } = context;
  const { component, from } = input.step;
  const startedAt = Date.now();
  const { stoppedAt } = keptOf(context);
  const pause = stoppedAt === undefined ? '' : `, ${startedAt - stoppedAt} ms without a sequencer`;
  const words = `${from} → ${component.name} at block ${head.number} (${head.hash})${pause}`;
  for (;;) {
    const next = await reading(headAt(url, signal));
    const late = Date.now() - (1000 * head.timestamp + blockMs);
    if (next.ok && next.value.number > head.number)
      return `${words}, gap ${Math.max(0, Math.floor(late / blockMs))} blocks`;
    if (Date.now() - startedAt > 5 * blockMs) return `${words}; its first block has not come yet`;
    await sleep(POLL_MS, undefined, { signal });
  }
}
