/**
 * Which sequencer of a network is the active one; every other one stands by. Judged by what is seen and not only by what
 * is wished: one that sequences stays, since taking over from it is a hand-over. Pure.
 */
import type { SequencerState } from '../chain/sequencer-state.ts';
import type { Problem } from '../contract/failures.ts';

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
  /** Wishes that are not followed. They hold up nothing else. */
  readonly problems: readonly Problem[];
}

/** @param seen the oldest first */
export function chooseSequencer(seen: readonly SeenSequencer[], wish: SequencerWish): SequencerChoice {
  const incumbent = incumbentOf(seen, wish);
  const wished = wishedOf(seen, wish, incumbent);
  if (!incumbent || incumbent === wished) return chosen(wished);
  // Nobody is there to hand over. That it does not make blocks is proven, or vouched for, before another one starts.
  if (wished && incumbent.lost) return chosen(wished);
  return chosen(incumbent, wished && incumbent.stays ? [handOver(incumbent, wished, wish)] : []);
}

function chosen(sequencer: SeenSequencer | undefined, problems: readonly Problem[] = []): SequencerChoice {
  return { ...(sequencer ? { active: sequencer.name } : {}), problems };
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
  const candidates = seen.filter(({ stays, barred }) => stays && !barred);
  if (preferred !== undefined) return candidates.find(({ name }) => name === preferred);
  return candidates.find((candidate) => candidate === incumbent) ?? candidates[0];
}

function handOver(from: SeenSequencer, to: SeenSequencer, { preferred }: SequencerWish): Problem {
  const sequences = from.state === 'active' ? 'sequences' : 'is the active sequencer';
  const what = 'a hand-over, which is not supported by this version of the operator yet';
  if (preferred !== undefined && preferred !== from.name) {
    return {
      type: 'NotSupportedYet',
      message: `spec.sequencer.preferred names "${to.name}" while "${from.name}" ${sequences}: that is ${what}; "${from.name}" stays`,
      fix: `set spec.sequencer.preferred back to "${from.name}"`,
    };
  }
  return {
    type: 'NotSupportedYet',
    message: `spec.sequencer.stopped of "${from.name}", which ${sequences}, means ${what}; "${from.name}" stays`,
    fix: 'leave it out',
    object: `OpNode/${from.name}`,
  };
}
