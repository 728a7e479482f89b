import type { NodeSample, Reading, Sample, SyncStatus } from '../../chain/samples.ts';
import { type ConditionInput, sentence } from '../conditions.ts';

/** A condition as health finds it. @param next what to do about it */
export function condition(
  type: ConditionInput['type'],
  status: ConditionInput['status'],
  reason: string,
  what: string,
  next?: string,
): ConditionInput {
  return { type, status, reason, message: sentence(what, undefined, next) };
}

/** Whether a head of a pod is another one than in some sample before: higher, or lower in a reorg. */
export function moves(samples: readonly Sample[], pod: string, head: 'unsafeL2' | 'currentL1' = 'unsafeL2'): boolean {
  return new Set(readingsOf(samples, pod).map((sync) => sync[head].number)).size > 1;
}

export function readingsOf(samples: readonly Sample[], pod: string): readonly SyncStatus[] {
  return samples.flatMap(({ nodes }) => {
    const sync = nodes.find((node) => node.pod === pod)?.sync;
    return sync?.ok ? [sync.value] : [];
  });
}

/** The samples since a moment, with the one before it: what has changed meanwhile is the difference to that one. */
export function sinceMoment(samples: readonly Sample[], moment: number): readonly Sample[] {
  return samples.slice(
    Math.max(
      0,
      samples.findLastIndex(({ at }) => at <= moment),
    ),
  );
}

export function isTrue(reading: Reading<boolean> | undefined): boolean {
  return reading?.ok === true && reading.value;
}

export function names(nodes: readonly NodeSample[]): string {
  return [...new Set(nodes.map(({ node }) => node))].join(', ');
}

export function unanswered(nodes: readonly NodeSample[]): string {
  if (nodes.length === 0) return 'there is no pod';
  return nodes
    .map(({ pod, sequencerActive, sync }) => {
      const failed = [sequencerActive, sync].find((reading) => reading && !reading.ok);
      return `${pod}: ${failed && !failed.ok ? failed.error : 'no answer'}`;
    })
    .join('; ');
}
