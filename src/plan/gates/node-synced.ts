import { blocks, count, seconds } from '../../chain/facts/words.ts';
import type { NodeSample, Sample } from '../../chain/samples.ts';
import { derivationOf } from './derivation-caught-up.ts';
import { allOf, type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import {
  activePod,
  derivationHistory,
  hasDerived,
  isProvenStopped,
  subjectName,
  subjectPods,
  unreadable,
} from './observations.ts';

/**
 * The node follows the chain. With gossip: it had the active sequencer's head in two samples at least two block times
 * apart, and lost it in none in between. One look is not enough: just after a restart a node looks young for seconds
 * and then freezes, because a gossiped block that it missed is not fetched (recorded: op-stack-observed-2.md 1).
 * Never asked of a node that is to become the first sequencer.
 */
export const nodeSynced: Gate = (samples, context) => {
  const sample = samples.at(-1);
  const [first, ...others] = sample ? subjectPods(sample, context) : [];
  if (!sample || !first) return wait(`${subjectName(context)} has no pod yet`);
  const judge = (pod: NodeSample) =>
    allOf([derivationOf(pod, sample, context), peersOf(pod, context), followsChain(pod, samples, context)]);
  return allOf([judge(first), ...others.map(judge)]);
};

function peersOf({ pod, peers }: NodeSample, { limits }: GateContext): Verdict {
  if (!limits.p2p) return pass(`${pod} follows by derivation only`);
  if (!peers?.ok) return wait(`peers: ${unreadable(`op-node of ${pod}`, peers)}`);
  if (peers.value < limits.minPeers) {
    return wait(`${pod} has ${peers.value} peers, expecting at least ${limits.minPeers}`);
  }
  return pass(`${pod} has ${peers.value} peers`);
}

function followsChain(pod: NodeSample, samples: readonly Sample[], context: GateContext): Verdict {
  const latest = samples.at(-1);
  const ours = latest?.nodes.filter(({ role }) => role === 'Sequencer') ?? [];
  if (ours.length === 0 && context.activeSequencer === undefined) return followsForeignChain(pod, samples, context);
  if (latest && activePod(latest, context)?.pod === pod.pod) return pass(`${pod.pod} is the active sequencer`);
  const reference = latest && referenceFor(pod.pod, latest, context);
  if (!reference) return wait('no sequencer can be compared with: none is active, and not all are known to be stopped');
  if (!reference.sync.ok) return wait(unreadable(`the sequencer ${reference.pod}`, reference.sync));
  return context.limits.p2p ? followsByGossip(pod, samples, context) : followsByDerivation(pod, reference, context);
}

/**
 * Whom a pod has to agree with: the active sequencer; where all of ours are proven to be stopped, the one of the others
 * that came furthest: the chain stands still there.
 */
function referenceFor(pod: string, sample: Sample, context: GateContext): NodeSample | undefined {
  const active = activePod(sample, context);
  if (active) return active;
  const sequencers = sample.nodes.filter(({ role }) => role === 'Sequencer');
  if (!sequencers.every(isProvenStopped)) return undefined;
  return sequencers
    .filter((other) => other.pod !== pod && other.sync.ok)
    .sort((a, b) => headOf(b.pod, sample) - headOf(a.pod, sample))[0];
}

/** Node and sequencer are read at slightly different moments: one block of difference says nothing, more is a loss. */
type Comparison = 'equal' | 'about-equal' | 'apart' | 'unknown';

function compare(pod: string, sample: Sample, context: GateContext): Comparison {
  const node = sample.nodes.find((candidate) => candidate.pod === pod);
  const reference = referenceFor(pod, sample, context);
  if (!node?.sync.ok || !reference?.sync.ok || !hasDerived(node.sync.value)) return 'unknown';
  const mine = node.sync.value.unsafeL2;
  const theirs = reference.sync.value.unsafeL2;
  if (mine.hash === theirs.hash) return 'equal';
  return Math.abs(mine.number - theirs.number) === 1 ? 'about-equal' : 'apart';
}

function followsByGossip({ pod }: NodeSample, samples: readonly Sample[], context: GateContext): Verdict {
  const lost = samples.findLastIndex((sample) => compare(pod, sample, context) === 'apart');
  const equal = samples.slice(lost + 1).filter((sample) => compare(pod, sample, context) === 'equal');
  const [first] = equal;
  const last = equal.at(-1);
  if (!first || !last) return wait(distance(pod, samples.at(-1), context));
  const wantedSeconds = 2 * context.limits.blockTimeSeconds;
  const spanSeconds = (last.at - first.at) / 1000;
  const head = headOf(pod, last);
  const standsStill = activePod(last, context) === undefined;
  if (spanSeconds < wantedSeconds || !(head > headOf(pod, first) || standsStill)) {
    return wait(
      `${pod} has the sequencer's head ${count(head)} for ${seconds(spanSeconds)}, expecting two new heads at least ${seconds(wantedSeconds)} apart`,
    );
  }
  const how = standsStill ? 'has the head of the stopped sequencer' : 'follows the sequencer';
  return pass(`${pod} ${how}, unsafe head ${count(head)}`);
}

function distance(pod: string, sample: Sample | undefined, context: GateContext): string {
  const mine = sample ? headOf(pod, sample) : 0;
  const reference = sample && referenceFor(pod, sample, context);
  const theirs = reference ? headOf(reference.pod, sample) : 0;
  const lag = theirs - mine;
  if (lag > 0) return `${pod} is at ${count(mine)}, ${blocks(lag)} behind the sequencer`;
  if (lag < 0) return `${pod} is at ${count(mine)}, ${blocks(-lag)} ahead of the sequencer: not on the same chain`;
  return `${pod} has another block ${count(mine)} than the sequencer: not on the same chain`;
}

function headOf(pod: string, sample: Sample): number {
  const node = sample.nodes.find((candidate) => candidate.pod === pod);
  return node?.sync.ok ? node.sync.value.unsafeL2.number : 0;
}

function followsByDerivation({ pod, sync }: NodeSample, reference: NodeSample, { limits }: GateContext): Verdict {
  if (!sync.ok) return wait(unreadable(`op-node of ${pod}`, sync));
  if (!reference.sync.ok || !hasDerived(reference.sync.value))
    return wait(`derivation of ${reference.pod} is resetting`);
  const mine = sync.value.safeL2.number;
  const lag = reference.sync.value.safeL2.number - mine;
  if (lag > limits.nodeMaxSafeLag) {
    return wait(
      `the safe head of ${pod} is ${count(mine)}, ${blocks(lag)} behind, expecting at most ${limits.nodeMaxSafeLag}`,
    );
  }
  return pass(`${pod} follows by derivation, safe head ${count(mine)}`);
}

/** Replicas of a chain whose sequencer is not ours: derivation is at the L1 head, and with gossip the head moves on. */
function followsForeignChain({ pod, sync }: NodeSample, samples: readonly Sample[], context: GateContext): Verdict {
  if (!sync.ok) return wait(unreadable(`op-node of ${pod}`, sync));
  const { limits, now } = context;
  const { safeL2, unsafeL2 } = sync.value;
  if (!limits.p2p) return pass(`${pod} follows by derivation, safe head ${count(safeL2.number)}`);
  const wantedSeconds = 2 * limits.blockTimeSeconds;
  const maxAgeSeconds = wantedSeconds + limits.nodeMaxSafeLag * limits.blockTimeSeconds;
  const ageSeconds = now / 1000 - unsafeL2.timestamp;
  if (ageSeconds > maxAgeSeconds) {
    return wait(
      `the unsafe head ${count(unsafeL2.number)} of ${pod} is ${seconds(ageSeconds)} old, expecting at most ${seconds(maxAgeSeconds)}`,
    );
  }
  const young = derivationHistory(samples, pod).filter(
    ({ at, value }) => at / 1000 - value.unsafeL2.timestamp <= maxAgeSeconds,
  );
  const first = young[0];
  const spanSeconds = first ? ((young.at(-1)?.at ?? first.at) - first.at) / 1000 : 0;
  if (!first || spanSeconds < wantedSeconds || unsafeL2.number <= first.value.unsafeL2.number) {
    return wait(
      `the unsafe head of ${pod} is ${count(unsafeL2.number)}, expecting it to rise over ${seconds(wantedSeconds)}`,
    );
  }
  return pass(`${pod} follows by gossip, unsafe head ${count(unsafeL2.number)}`);
}
