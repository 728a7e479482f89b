import { count, shortHash } from '../../chain/facts/words.ts';
import type { NodeSample, Sample } from '../../chain/samples.ts';
import { fail, type Gate, pass, type Verdict, wait } from './gate.ts';
import { isActive, isProvenStopped, unreadable } from './observations.ts';

/**
 * Exactly one sequencer of the network is active, every other one is proven to be stopped, and nodes of equal height
 * have equal heads: with empty blocks two active sequencers make the same ones, and nobody would notice.
 */
export const singleSequencer: Gate = (samples) => {
  const sample = samples.at(-1);
  const sequencers = sample?.nodes.filter(({ role }) => role === 'Sequencer') ?? [];
  if (!sample || sequencers.length === 0) return wait('no sequencer pod has been seen yet');
  const active = sequencers.filter(isActive);
  if (active.length > 1) return twoActive(active);
  const unknown = sequencers.find((pod) => !isActive(pod) && !isProvenStopped(pod));
  if (unknown) {
    return wait(`${unreadable(`op-node of ${unknown.pod}`, unknown.sequencerActive)}: whether it sequences is unknown`);
  }
  const [only] = active;
  if (!only) return wait('no sequencer is active');
  return disagreement(samples) ?? pass(`${only.pod} is the only active sequencer`);
};

function twoActive(active: readonly NodeSample[]): Verdict {
  const pods = active.map(({ pod }) => pod).join(' and ');
  return fail(
    'GateFailed',
    `${active.length} sequencers are active: ${pods}`,
    'Stop all but the one that followers and batcher agree with: admin_stopSequencer on its op-node.',
  );
}

/**
 * Unequal heads at one height: a fork when it is so at another height as well, else the moment of a reorg, or one that
 * stands still on blocks that were given up, which the others pass by.
 */
function disagreement(samples: readonly Sample[]): Verdict | undefined {
  const now = differingPods(samples.at(-1));
  if (!now) return undefined;
  const before = samples.slice(0, -1).map(differingPods);
  if (!before.some((seen) => seen && seen.number !== now.number)) return wait(`${now.words}; looking again`);
  return fail(
    'GateFailed',
    `${now.words}: the chain has forked`,
    'Find out which node the batches on L1 agree with, and stop sequencing on any other.',
  );
}

function differingPods(sample: Sample | undefined): { readonly number: number; readonly words: string } | undefined {
  const seen = new Map<number, { pod: string; hash: string }>();
  for (const { pod, sync } of sample?.nodes ?? []) {
    if (!sync.ok) continue;
    const { number, hash } = sync.value.unsafeL2;
    const other = seen.get(number);
    if (other && other.hash !== hash) {
      const words = `block ${count(number)} is ${shortHash(other.hash)} on ${other.pod} and ${shortHash(hash)} on ${pod}`;
      return { number, words };
    }
    seen.set(number, { pod, hash });
  }
  return undefined;
}
