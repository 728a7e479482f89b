import { count, seconds } from '../../chain/facts/words.ts';
import type { Sample } from '../../chain/samples.ts';
import { allOf, fail, type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/** L1 is the right chain, synced and alive; the beacon node answers where one is configured. */
export const l1Reachable: Gate = (samples, context) => {
  const sample = samples.at(-1);
  if (!sample) return wait('L1 has not been asked yet');
  return allOf([beacon(sample), executionLayer(sample, context)]);
};

/** L1 answers, and is the right chain: what is asked also where the gate is skipped. */
export function isRightL1({ l1 }: Sample, { chain }: GateContext): Verdict {
  if (!l1?.ok) return wait(unreadable('L1', l1));
  const { chainId } = l1.value;
  if (chainId === chain.l1ChainId) return pass(`L1 is chain ${chainId}`);
  return fail(
    'ChainMismatch',
    `the L1 endpoint serves chain ${chainId}, the network settles on chain ${chain.l1ChainId}`,
    'Correct spec.l1.rpc, or the chain that the spec names.',
  );
}

function executionLayer(sample: Sample, context: GateContext): Verdict {
  const { limits, now } = context;
  const right = isRightL1(sample, context);
  if (right.outcome !== 'pass' || !sample.l1?.ok) return right;
  const { head, syncing } = sample.l1.value;
  if (syncing) return wait(`the L1 node is still syncing, at block ${count(head.number)}`);
  const age = now / 1000 - head.timestamp;
  if (age > limits.l1MaxHeadAgeSeconds) {
    return wait(
      `the L1 head ${count(head.number)} is ${seconds(age)} old, expecting one younger than ${seconds(limits.l1MaxHeadAgeSeconds)}`,
    );
  }
  return pass(`L1 head ${count(head.number)}, ${seconds(age)} old`);
}

function beacon({ beacon: reading }: Sample): Verdict {
  if (reading && !reading.ok) return wait(unreadable('the L1 beacon node', reading));
  return pass('the L1 beacon node answers');
}
