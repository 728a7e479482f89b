/**
 * Step `stopBatcher`: scaled to nothing, its pod gone, its last transaction on L1 and derived. Not by RPC: a restart of
 * the container undoes that, and it is the slowest way (op-stack-observed-2.md, section 3).
 */
import { takeSample } from '../../chain/sample.ts';
import type { NodeSample, Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import { nodePods, sampleTargets } from '../gather/chain-targets.ts';
import { gatherWorkloads } from '../gather/live.ts';
import { requireWish } from '../gather/require-wish.ts';
import { scaledToNothing } from './scale-down.ts';
import type { StepContext } from './step-context.ts';

/** A teardown does not hang on an L1 that is gone: the batcher has ended, and what it had sent is in the mempool. */
const TEARDOWN_PATIENCE_MS = 30_000;

interface Kept {
  /** This step has seen a pod of it, or a StatefulSet that could make one. */
  readonly ran?: boolean;
  /** L1 block at which nothing of the batcher was pending any more. */
  readonly drainedAt?: number;
}

export async function stopBatcher(context: StepContext): Promise<string> {
  const { name } = context.input.step.component;
  const kept = (context.kept ?? {}) as Kept;
  const { ends, exists } = await scaledToNothing(context);
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

async function drained(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { component } = input.step;
  const wish = await requireWish(context);
  const pods = nodePods(await gatherWorkloads(deps.kube, at, signal));
  const sample = await takeSample(sampleTargets(wish, pods), signal);
  const { batcher, l1 } = sample;
  if (!batcher?.ok || !l1?.ok) {
    const why = !wish.batcherAddress
      ? 'its address is unknown'
      : batcher && !batcher.ok
        ? batcher.error
        : l1 && !l1.ok
          ? l1.error
          : 'L1 was not asked';
    if (isOutOfPatience(context))
      return `${component.name} has ended; whether its last transaction is on L1 could not be seen (${why})`;
    throw context.notYet(
      `${component.name} has ended; whether its last transaction is on L1 can not be seen: ${why}`,
      'see that L1 answers',
    );
  }
  const { nonceLatest, noncePending } = batcher.value;
  const pending = noncePending - nonceLatest;
  if (pending > 0 && isOutOfPatience(context))
    return `${component.name} has ended; ${pending} of its transactions ${pending === 1 ? 'is' : 'are'} still pending on L1 (nonce ${nonceLatest})`;
  if (pending > 0)
    throw context.notYet(
      `${component.name} has ended; ${pending} of its transactions ${pending === 1 ? 'is' : 'are'} not on L1 yet`,
      'wait, or see why L1 does not take them',
    );
  if (input.planKind === 'teardown') return `${component.name} has ended and nothing of it is pending on L1`;
  const kept = (context.kept ?? {}) as Kept;
  const drainedAt = kept.drainedAt ?? l1.value.head.number;
  context.keep({ ...kept, drainedAt } satisfies Kept);
  const behind = readByBatcher(sample).find(({ sync }) => !(sync.ok && sync.value.currentL1.number > drainedAt));
  if (behind) {
    const seen = behind.sync.ok
      ? `is at L1 block ${behind.sync.value.currentL1.number}`
      : `can not be asked: ${behind.sync.error}`;
    throw context.notYet(
      `${behind.pod} has not derived up to L1 block ${drainedAt} yet, it ${seen}`,
      'see that op-node runs and has its L1',
    );
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
  return input.planKind === 'teardown' && waitedMs() > TEARDOWN_PATIENCE_MS;
}
