/** How long a batcher that is to start has been away, for who may be in its place by now. Pure. */
import type { PlanKind } from '../contract/plan.ts';

/** Nobody sets up a batcher elsewhere in less. */
const SHORT_ABSENCE_MS = 10 * 60_000;

export interface Absence {
  readonly planKind: PlanKind;
  /** When its pod was last seen ready; undefined: never, or nobody knows any more. */
  readonly readyAt: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Whether somebody may have put another batcher in its place. What is started by a wish, as one that is no longer to be
 * stopped, was off because a person wanted it, for whatever reason. What a repair brings back was there a moment ago, but
 * only if somebody has seen it: the network may have been paused, or the operator away, for hours.
 */
export function mayBeReplaced({ planKind, readyAt, now }: Absence): boolean {
  const seen = Date.parse(readyAt ?? '');
  return planKind !== 'drift' || Number.isNaN(seen) || Math.abs(now - seen) > SHORT_ABSENCE_MS;
}
