/**
 * Which sequencer of a network is the active one; every other one stands by. Judged by what is seen and not only by what
 * is wished: one that sequences stays until a plan has handed over. Pure.
 */
import type { SequencerState } from '../chain/sequencer-state.ts';

export interface SeenSequencer {
  /** Name of its OpNode. */
  readonly name: string;
  /** Its OpNode is there, and is not being deleted. */
  readonly stays: boolean;
  /** `spec.sequencer.stopped`. */
  readonly barred: boolean;
  readonly state: SequencerState;
  /** Its key says that it sequences after a restart. */
  readonly may: boolean;
  /**
   * Its pod is there and was not heard of for longer than a restart takes. One without a pod is none: what is missing is
   * put back on its volume, with every block that it has made.
   */
  readonly lost: boolean;
}

export interface SequencerWish {
  /** `spec.sequencer.preferred`. */
  readonly preferred?: string | undefined;
  /** `status.sequencer.active`: who was seen to sequence last. */
  readonly lastActive?: string | undefined;
}

export interface SequencerChoice {
  /** OpNode that sequences, or is to. Absent: none of those that are there may. */
  readonly active?: string;
  /** OpNode that the active one is to be handed over to. Absent: the active one stays. */
  readonly heir?: string;
  /** OpNode that is to be the active one again after another one has stood in for it. Absent: any may be. */
  readonly wished?: string;
  /** OpNodes that may stand in for the active one, in the order in which they are asked to. */
  readonly deputies: readonly string[];
}

/** @param seen the oldest first */
export function chooseSequencer(seen: readonly SeenSequencer[], wish: SequencerWish): SequencerChoice {
  const incumbent = incumbentOf(seen, wish);
  const wished = wishedOf(seen, wish, incumbent);
  // Nobody is there to hand over. That it does not make blocks is proven, or vouched for, before another one starts.
  const isThere = incumbent !== undefined && !(wished && incumbent.lost);
  const active = isThere ? incumbent : wished;
  // One whose OpNode goes is stopped by its teardown, and another one is started after it.
  const heir = isThere && incumbent.stays && wished !== incumbent ? wished : undefined;
  const deputies = seen.filter((other) => other !== active && isCandidate(other)).map(({ name }) => name);
  return {
    ...(active ? { active: active.name } : {}),
    ...(heir ? { heir: heir.name } : {}),
    ...(wish.preferred !== undefined && wished?.name === wish.preferred ? { wished: wished.name } : {}),
    deputies,
  };
}

function isCandidate({ stays, barred }: SeenSequencer): boolean {
  return stays && !barred;
}

/**
 * Who sequences. Of several that do, or where nobody does, the one that may; and where keys do not say it (a start makes
 * all of them "stopped" first), the one that was seen last.
 */
function incumbentOf(seen: readonly SeenSequencer[], { preferred, lastActive }: SequencerWish) {
  const active = seen.filter(({ state }) => state === 'active');
  if (active.length === 1) return active[0];
  const pool = active.length > 0 ? active : seen;
  const allowed = pool.filter(({ may }) => may);
  if (allowed.length === 1) return allowed[0];
  const last = pool.find(({ name }) => name === lastActive);
  return last ?? (active.length > 0 ? (active.find(({ name }) => name === preferred) ?? active[0]) : undefined);
}

/** Without a preference the one that is active stays; a preference that nobody can fulfil is no wish for another one. */
function wishedOf(seen: readonly SeenSequencer[], { preferred }: SequencerWish, incumbent: SeenSequencer | undefined) {
  const candidates = seen.filter(isCandidate);
  if (preferred !== undefined) return candidates.find(({ name }) => name === preferred);
  return candidates.find((candidate) => candidate === incumbent) ?? candidates[0];
}
