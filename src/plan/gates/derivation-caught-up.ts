import { blocks, count } from '../../chain/facts/words.ts';
import type { NodeSample, Sample } from '../../chain/samples.ts';
import { allOf, type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { hasDerived, subjectName, subjectPods, unreadable } from './observations.ts';

/**
 * The node has derived what is on L1. For a node that is to become the first sequencer this is all that can be asked:
 * its head is old and it may have no peers.
 */
export const derivationCaughtUp: Gate = (samples, context) => {
  const sample = samples.at(-1);
  const [first, ...others] = sample ? subjectPods(sample, context) : [];
  if (!sample || !first) return wait(`${subjectName(context)} has no pod yet`);
  const judge = (pod: NodeSample) => derivationOf(pod, sample, context);
  return allOf([judge(first), ...others.map(judge)]);
};

/** The same for one pod in one sample. L1 is asked directly: a node whose L1 hangs believes that it is at the head. */
export function derivationOf({ pod, sync, el }: NodeSample, { l1 }: Sample, { limits }: GateContext): Verdict {
  const hasBegun = sync.ok ? hasDerived(sync.value) : sync.kind !== 'no-reading';
  if (!hasBegun && el.ok && el.value.syncing) {
    return wait(`the execution client of ${pod} is syncing from its peers, at block ${count(el.value.head.number)}`);
  }
  if (!sync.ok) return wait(unreadable(`op-node of ${pod}`, sync));
  if (!l1?.ok) return wait(unreadable('L1', l1));
  if (!hasDerived(sync.value)) return wait(`derivation of ${pod} is resetting, as after every start and L1 reorg`);
  const at = sync.value.currentL1.number;
  const target = l1.value.head.number - limits.l1Confirmations;
  const lag = Math.max(0, target - at);
  if (lag > limits.derivationMaxL1Lag) {
    return wait(
      `${pod} has derived up to L1 block ${count(at)} of ${count(target)}, ${blocks(lag, 'L1')} behind, expecting at most ${limits.derivationMaxL1Lag}`,
    );
  }
  return pass(`${pod} has derived up to L1 block ${count(at)} of ${count(target)}`);
}
