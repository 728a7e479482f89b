import type { PodProblem } from '../pods/pod-problems.ts';

/** What is wrong with a pod, and since when something is. */
export interface PodTrouble {
  readonly problem: PodProblem;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Pods are replaced in seconds and start in minutes: what is no failure is told when it lasts. */
const START_PATIENCE_MS = 5 * 60_000;
/** A StatefulSet makes the next pod in a second or two; that it once could not is in its events for an hour. */
const REPLACEMENT_PATIENCE_MS = 30_000;

/**
 * The troubles of now, with what was known of them. A program that starts again after it has failed is still the one that
 * fails, until its pod is ready.
 */
export function nextTroubles(
  before: readonly PodTrouble[],
  problems: readonly PodProblem[],
  now: number,
): readonly PodTrouble[] {
  return problems.map((problem) => {
    const known = before.find((trouble) => trouble.problem.object === problem.object);
    const stillFails = known && !isPassing(known.problem) && isPassing(problem);
    return { problem: stillFails ? known.problem : problem, since: known?.since ?? now };
  });
}

/** Pods that fail, and those that have not been ready for too long. */
export function podFindings(troubles: readonly PodTrouble[], now: number): PodProblem[] {
  return troubles.filter(({ problem, since }) => now - since >= patienceMs(problem)).map(({ problem }) => problem);
}

function isPassing({ type }: PodProblem): boolean {
  return type === 'NotReadyYet';
}

function patienceMs(problem: PodProblem): number {
  if (isPassing(problem)) return START_PATIENCE_MS;
  return problem.object.startsWith('StatefulSet/') ? REPLACEMENT_PATIENCE_MS : 0;
}
