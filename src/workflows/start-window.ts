/** The window in which a plan may start, as the last look has seen it. Pure, and by the workflow's clock. */
import type { Window } from '../contract/activities.ts';

/** Also when it was open and has closed since: a new look tells when it opens next. */
export function isShut({ opensAt, closesAt }: Window, now: number): boolean {
  return opensAt !== undefined || now >= Date.parse(closesAt);
}

/** When a new look finds another state of it, in milliseconds since the epoch. */
export function turnOf({ opensAt, closesAt }: Window): number {
  return Date.parse(opensAt ?? closesAt);
}
