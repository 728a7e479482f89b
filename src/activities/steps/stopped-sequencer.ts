/**
 * The proof that a sequencer does not sequence: its own answer, or the word of a person that it is switched off. (One
 * whose pod object is gone is not asked: its key, which was made "stopped" before, keeps the next pod from it.)
 */
import { sequencerActive, syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { type SequencerState, sequencerState } from '../../chain/sequencer-state.ts';
import { OperatorError } from '../../contract/failures.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { vouchedFor } from './fenced.ts';
import type { StepContext } from './step-context.ts';

export const RPC_TIMEOUT_MS = 5000;
/** A pod that restarts answers within 5 to 14 s (pods-observed.md, table 3); nobody is called for that. */
const RESTART_MS = 30_000;

export async function stateOf(target: PodTarget, signal: AbortSignal): Promise<SequencerState> {
  const url = opNodeUrl(target);
  if (!url) return 'unknown';
  return sequencerState(await reading(sequencerActive(url, { timeoutMs: RPC_TIMEOUT_MS, signal })));
}

/** Where a sequencer that is proven to be stopped has come to. */
export interface StoppedHead {
  readonly pod: string;
  /** Of its unsafe head. */
  readonly number: number;
}

/**
 * @returns its head; empty where a person vouches for it
 * @throws OperatorError FencingRequired when nothing can be proven, SequencerChanged when it sequences
 */
export async function proveStopped(context: StepContext, other: PodTarget): Promise<StoppedHead[]> {
  const { input, at, signal } = context;
  // What was switched off for an earlier step may be on again.
  const fenced = input.fencedNodes.filter(({ step }) => step === input.step.id);
  if (vouchedFor(other, fenced)) return [];
  const state = await stateOf(other, signal);
  if (state === 'active') throw sequencerChanged(other);
  const url = opNodeUrl(other);
  if (state === 'stopped' && url) {
    const head = await reading(syncStatus(url, { timeoutMs: RPC_TIMEOUT_MS, signal }));
    if (head.ok) return [{ pod: other.pod, number: head.value.unsafeL2.number }];
  }
  // One whose references are all zero has just started, and begins to sequence a moment after its RPC is up.
  const why = state === 'stopped' ? 'it has not read its head yet' : 'it does not answer';
  if (context.waitedMs() < RESTART_MS)
    throw context.notYet(
      `whether ${other.pod} sequences is unknown: ${why}`,
      'nothing to do while it restarts; see its log otherwise',
      1,
    );
  throw new OperatorError({
    type: 'FencingRequired',
    message: `whether ${other.pod} sequences is unknown: ${why}, and its pod object is still there`,
    fix: `switch it off, then: opstack confirm-fenced ${at.name} ${other.node} --reason "…" -n ${at.namespace}`,
  });
}

/** It has begun to sequence since the plan was made: to take over from it would be a hand-over. */
export function sequencerChanged({ pod, node }: PodTarget): OperatorError {
  return new OperatorError({
    type: 'SequencerChanged',
    message: `${pod} sequences, which it did not when this plan was made`,
    fix: `nothing to do: the next look takes ${node} for the active sequencer`,
  });
}
