/** Whether the one that is to take over has the blocks of the one that goes on until then. */
import { setTimeout as sleep } from 'node:timers/promises';
import { syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { statusCommand } from '../../status/operator-commands.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { keep, keptOf, type LastBlock } from './hand-over-memory.ts';
import type { StepContext } from './step-context.ts';
import { RPC_TIMEOUT_MS } from './stopped-sequencer.ts';

/** Heads are compared this often; op-node answers within a millisecond or two. */
const POLL_MS = 50;
/** How long a new block may stay unseen by whoever waits for it to stop its maker. */
const NEW_HEAD_POLL_MS = 15;
/** How often it is asked whether it has the last block, while nobody makes one. */
const LAST_BLOCK_POLL_MS = 10;
/** What an attempt needs from the moment at which it stops the old one. */
const NEEDED_MS = 30_000;

export const SEE_OP_NODE = 'see that op-node runs and has its L1';

export interface Head {
  readonly number: number;
  readonly hash: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
}

export async function headAt(url: string, signal: AbortSignal): Promise<Head> {
  return (await syncStatus(url, { timeoutMs: RPC_TIMEOUT_MS, signal })).unsafeL2;
}

export interface Compared {
  readonly old: PodTarget;
  /** op-node of the one that is to take over. */
  readonly url: string;
  readonly blockMs: number;
  /** When the attempt began. Milliseconds since the epoch. */
  readonly began: number;
}

/**
 * Twice, at least two block times apart: a node that has just restarted has the head for a moment, and then misses the
 * next block and stands still (recorded: op-stack-observed-2.md 1).
 */
export async function requireEqualHeads(context: StepContext, { old, url, blockMs, began }: Compared): Promise<void> {
  const { signal, input } = context;
  const { name } = input.step.component;
  const oldUrl = opNodeUrl(old);
  if (!oldUrl) throw context.notYet(`${old.pod} has no address`, 'see why its pod does not run', 1);
  for (;;) {
    const [theirs, ours] = await bothHeads(context, 'equal-heads', oldUrl, url);
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

function bothHeads({ ask, signal }: StepContext, moment: string, oldUrl: string, url: string) {
  return Promise.all([
    ask(moment, () => reading(headAt(oldUrl, signal))),
    ask(moment, () => reading(headAt(url, signal))),
  ]);
}

/**
 * Until the old one has just made a block, and a whole block time is left before anybody misses one. Not for longer than
 * two block times: its head was seen to move, and whoever makes no blocks can be stopped at any time.
 * @throws OperatorError NotReadyYet: nothing has been stopped, and one of them is not what it was
 */
export async function awaitBlock(context: StepContext, { old, url, blockMs }: Compared): Promise<void> {
  const { input, signal } = context;
  const { name } = input.step.component;
  const oldUrl = opNodeUrl(old) ?? '';
  const until = Date.now() + 2 * blockMs;
  let first: number | undefined;
  for (;;) {
    // The Lease is taken while there is time for it.
    await context.prepareToAct();
    const [theirs, ours] = await bothHeads(context, 'new-head', oldUrl, url);
    if (!theirs.ok) throw context.notYet(`the head of ${old.pod} can not be read: ${theirs.error}`, SEE_OP_NODE, 1);
    if (!ours.ok) throw context.notYet(`the head of ${name} can not be read: ${ours.error}`, SEE_OP_NODE, 1);
    const isLate = first === undefined && Date.now() > until;
    if (theirs.value.number - ours.value.number > 1 || isLate) {
      keep(context, { equal: undefined });
      throw context.notYet(
        `${name} stands still at block ${ours.value.number}, and ${old.pod}, which goes on, is at ${theirs.value.number}`,
        `nothing to do while it catches up; see ${statusCommand(input.network)} otherwise`,
        1,
      );
    }
    if (theirs.value.hash === ours.value.hash) first ??= theirs.value.number;
    if (first !== undefined && (theirs.value.number > first || Date.now() > until)) return;
    await sleep(NEW_HEAD_POLL_MS, undefined, { signal });
  }
}

/**
 * Its head, once it has the last block. One that is beyond a block that was read has that, too: the old one has lost
 * what came after, as an execution client does that is killed.
 * @param last undefined: nobody has told it, and whatever it has is good enough
 * @returns undefined: it did not get it in time
 */
export async function headWith(
  context: StepContext,
  url: string,
  last: LastBlock | undefined,
  patienceMs: number,
): Promise<Head | undefined> {
  const { signal } = context;
  const since = keptOf(context).stoppedAt ?? Date.now();
  for (;;) {
    const head = await context.ask('last-block', () => reading(headAt(url, signal)));
    if (head.ok && hasBlock(head.value, last)) return head.value;
    if (Date.now() - since > patienceMs) return undefined;
    await sleep(LAST_BLOCK_POLL_MS, undefined, { signal });
  }
}

function hasBlock({ hash, number }: Head, last: LastBlock | undefined): boolean {
  return last === undefined || hash === last.hash || (last.number !== undefined && number > last.number);
}

/** How long nobody sequenced, and when the first block came. */
export async function told(
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
    const next = await context.ask('first-block', () => reading(headAt(url, signal)));
    const late = Date.now() - (1000 * head.timestamp + blockMs);
    if (next.ok && next.value.number > head.number)
      return `${words}, gap ${Math.max(0, Math.floor(late / blockMs))} blocks`;
    if (Date.now() - startedAt > 5 * blockMs) return `${words}; its first block has not come yet`;
    await sleep(POLL_MS, undefined, { signal });
  }
}
