import { blocks, count, seconds } from '../../chain/facts/words.ts';
import type { L2Ref, Sample } from '../../chain/samples.ts';
import { type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { isActive, isProvenStopped, podHistory, type Seen, subjectName, unreadable } from './observations.ts';

/** Seconds of chain per second: a sequencer that is behind passes when it is faster than this. */
const CATCHING_UP_RATE = 1.2;

/**
 * The subject (or, without one, the active sequencer) is active and its unsafe head rises, over at least as many blocks
 * and block times as the limit says. It ends near now; or, after an outage and for an old genesis, it comes nearer at a
 * rate that gets there.
 */
export const sequencing: Gate = (samples, context) => {
  const node = context.subject.node ?? context.activeSequencer;
  const latest = samples.at(-1)?.nodes.find((candidate) => candidate.node === node && candidate.role === 'Sequencer');
  if (!latest) return wait(`${node ?? subjectName(context)} has no sequencer pod yet`);
  if (isProvenStopped(latest)) return wait(`${latest.pod} does not sequence`);
  if (!isActive(latest)) {
    return wait(`${unreadable(`op-node of ${latest.pod}`, latest.sequencerActive)}: whether it sequences is unknown`);
  }
  if (!latest.sync.ok) return wait(unreadable(`op-node of ${latest.pod}`, latest.sync));
  return risingHead(latest.pod, activeHeads(samples, latest.pod), context);
};

/** Heads of the latest uninterrupted time in which the pod was active and its head did not fall. */
function activeHeads(samples: readonly Sample[], pod: string): readonly Seen<L2Ref>[] {
  let heads: Seen<L2Ref>[] = [];
  for (const { at, value } of podHistory(samples, pod)) {
    if (isProvenStopped(value)) heads = [];
    if (!isActive(value) || !value.sync.ok) continue;
    const head = value.sync.value.unsafeL2;
    const before = heads.at(-1);
    if (before && head.number < before.value.number) heads = [];
    heads.push({ at, value: head });
  }
  return heads;
}

function risingHead(pod: string, heads: readonly Seen<L2Ref>[], { limits, now }: GateContext): Verdict {
  const first = heads[0];
  const last = heads.at(-1);
  if (!first || !last) return wait(`${pod} is active, its head has not been read yet`);
  const made = last.value.number - first.value.number;
  const spanSeconds = (last.at - first.at) / 1000;
  const wantedSeconds = limits.sequencingMinBlocks * limits.blockTimeSeconds;
  const ageSeconds = now / 1000 - last.value.timestamp;
  const head = `unsafe head ${count(last.value.number)}`;
  if (made < limits.sequencingMinBlocks || spanSeconds < wantedSeconds) {
    return wait(
      `${pod} is active, ${head}: ${blocks(made, 'new')} in ${seconds(spanSeconds)}, expecting ${limits.sequencingMinBlocks} in at least ${seconds(wantedSeconds)}`,
    );
  }
  if (ageSeconds <= wantedSeconds) return pass(`${pod} sequences, ${head}, ${seconds(ageSeconds)} old`);
  const rate = (last.value.timestamp - first.value.timestamp) / spanSeconds;
  const behind = `${head} is ${seconds(ageSeconds)} behind`;
  if (rate < CATCHING_UP_RATE) return wait(`${pod} is active, but its ${behind} and not catching up`);
  return pass(`${pod} sequences and catches up: ${behind}, at the tip in about ${seconds(ageSeconds / (rate - 1))}`);
}
