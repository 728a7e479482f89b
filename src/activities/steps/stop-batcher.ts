/**
 * Step `stopBatcher`: scaled to nothing, its pod gone, its last transaction on L1 and derived. Not by RPC: a restart of
 * the container undoes that, and it is the slowest way (op-stack-observed-2.md, section 3).
 *
 * Once its pod is gone the wait is for good order only, and it ends: a chain is not left without a batcher because L1 does
 * not take a transaction. The next one begins at the nonce of the last mined one, so that it replaces what waits, also
 * after a SIGKILL with a transaction pending (pods-observed.md, table 4), and it waits for derivation itself
 * (OP_BATCHER_WAIT_NODE_SYNC).
 */
import { takeSample } from '../../chain/sample.ts';
import type { NodeSample, Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import { GRACE_SECONDS } from '../../render/pod.ts';
import { nodePods, sampleTargets } from '../gather/chain-targets.ts';
import { gatherWorkloads } from '../gather/live.ts';
import { requireWish } from '../gather/require-wish.ts';
import { requireL1 } from './require-l1.ts';
import { scaledToNothing } from './scale-down.ts';
import type { StepContext } from './step-context.ts';

/** A teardown does not hang on an L1 that is gone: the batcher has ended, and what it had sent is in the mempool. */
const TEARDOWN_PATIENCE_MS = 30_000;
/** Before the step's own limit, which would halt the plan with the batcher off. */
const MARGIN_MS = 60_000;
/** L1 blocks without one of its transactions after which those that wait count as stuck: nobody raises their fees. */
const STUCK_BLOCKS = 10;

interface Kept {
  /** This step has seen a pod of it, or a StatefulSet that could make one. */
  readonly ran?: boolean;
  /** The nonce that L1 does not take, and the L1 block at which that was seen first. */
  readonly stuck?: { readonly nonce: number; readonly since: number };
  /** L1 block at which nothing of the batcher was pending any more. */
  readonly drainedAt?: number;
}

export async function stopBatcher(context: StepContext): Promise<string> {
  const { name } = context.input.step.component;
  const kept = (context.kept ?? {}) as Kept;
  const { ends, exists } = await scaledToNothing(context, () => mayBeStopped(context));
  if (ends) {
    context.keep({ ...kept, ran: true } satisfies Kept);
    throw context.notYet(
      `the pod of ${name} is ending (it waits for its last receipt)`,
      'see that the node of the pod answers',
      1,
    );
  }
  return exists || kept.ran ? drained(context) : `${name} does not run`;
}

/** One that is not to start again is ended at once: its place may be another one's already. */
async function mayBeStopped(context: StepContext): Promise<void> {
  const { planKind, step } = context.input;
  if (planKind === 'teardown') return;
  const wish = await requireWish(context);
  const wished = wish.batchers.find(({ metadata }) => metadata.name === step.component.name);
  if (wished?.spec.stopped) return;
  await requireL1(context, wish);
  requireTime(context);
}

/** What the wait for L1 has left of the limit is enough for its pod to end, else the plan would halt with it off. */
function requireTime({ input, waitedMs, notYet }: StepContext): void {
  const { component, limitSeconds } = input.step;
  const leftMs = limitSeconds * 1000 - waitedMs();
  if (leftMs >= GRACE_SECONDS * 1000 + MARGIN_MS) return;
  throw notYet(
    `${component.name} goes on: to stop it may take longer than the ${Math.max(0, Math.round(leftMs / 1000))} s that the wait for L1 has left of this step's limit`,
    'nothing to do until the limit is over; then retry, which begins a new one',
  );
}

async function drained(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { component } = input.step;
  const wish = await requireWish(context);
  const pods = nodePods(await gatherWorkloads(deps.kube, at, signal));
  const sample = await takeSample(sampleTargets(wish, pods), signal);
  const { batcher, l1 } = sample;
  const kept = (context.kept ?? {}) as Kept;
  if (!batcher?.ok || !l1?.ok) {
    const error = [batcher, l1].flatMap((reading) => (reading && !reading.ok ? [reading.error] : []))[0];
    const why = wish.batcherAddress ? (error ?? 'L1 was not asked') : 'its address is unknown';
    if (isOutOfPatience(context))
      return `${component.name} has ended; whether its last transaction is on L1 could not be seen (${why})`;
    throw context.notYet(
      `${component.name} has ended; whether its last transaction is on L1 can not be seen: ${why}`,
      'see that L1 answers',
    );
  }
  const { nonceLatest: nonce, noncePending } = batcher.value;
  const head = l1.value.head.number;
  const pending = noncePending - nonce;
  if (pending > 0) {
    const stuck = kept.stuck?.nonce === nonce ? kept.stuck : { nonce, since: head };
    context.keep({ ...kept, stuck } satisfies Kept);
    const seen = `${component.name} has ended; ${pending} of its transactions ${pending === 1 ? 'is' : 'are'}`;
    if (head - stuck.since >= STUCK_BLOCKS || isOutOfPatience(context))
      return `${seen} still not on L1: the next batcher begins at nonce ${nonce} and replaces ${pending === 1 ? 'it' : 'them'}`;
    throw context.notYet(`${seen} not on L1 yet`, 'wait, or see why L1 does not take them');
  }
  if (input.planKind === 'teardown') return `${component.name} has ended and nothing of it is pending on L1`;
  const drainedAt = kept.drainedAt ?? head;
  context.keep({ ...kept, drainedAt } satisfies Kept);
  const behind = readByBatcher(sample).find(({ sync }) => !(sync.ok && sync.value.currentL1.number > drainedAt));
  if (behind) {
    const { pod, sync } = behind;
    const seen = sync.ok ? `is at L1 block ${sync.value.currentL1.number}` : `can not be asked: ${sync.error}`;
    const missing = `${pod} has not derived up to L1 block ${drainedAt} yet, it ${seen}`;
    if (isOutOfPatience(context))
      return `${component.name} has ended and nothing of it is pending on L1; ${missing}: the next batcher waits for that`;
    throw context.notYet(missing, 'see that op-node runs and has its L1');
  }
  return `${component.name} has ended, and everything that it sent up to L1 block ${drainedAt} is derived`;
}

/** Of several sequencers a batcher reads from the active one; where none is, it may be any. */
function readByBatcher({ nodes }: Sample): NodeSample[] {
  const sequencers = nodes.filter(({ role }) => role === 'Sequencer');
  const active = sequencers.filter(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  return active.length > 0 ? active : sequencers;
}

function isOutOfPatience({ input, waitedMs }: StepContext): boolean {
  const limitMs = input.step.limitSeconds * 1000 - MARGIN_MS;
  return waitedMs() > (input.planKind === 'teardown' ? TEARDOWN_PATIENCE_MS : limitMs);
}
