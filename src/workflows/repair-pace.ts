/**
 * How often the same thing is repaired. Somebody who undoes it each time (another controller, a script) would else keep
 * plan, audit and pods going round for ever; a person who breaks a thing twice still gets it back at once. By object:
 * who fights about one thing does so whatever else is wished or broken. The longer somebody fights, the more rarely.
 */
import type { Plan } from '../contract/plan.ts';

/** So often in {@link WINDOW_MS} is a fight. */
const AT_ONCE = 3;
const MINUTE_MS = 60_000;
const WINDOW_MS = 5 * MINUTE_MS;
/** After the first repair of a fight, the second, and so on; the last one for all others. */
const PAUSES_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, 45 * MINUTE_MS, 60 * MINUTE_MS] as const;
/** A fight is over when a repair is still there so long after its pause. */
const QUIET_MS = 5 * MINUTE_MS;
const REMEMBERED = 100;

/** Plain data: an entity carries it over continue-as-new. */
export interface PastRepair {
  readonly object: string;
  /** When it was repaired, the last {@link AT_ONCE} times. Milliseconds since the epoch. */
  readonly times: readonly number[];
  /** Repairs of a fight, without those that came along with another one within a pause. Absent: there is no fight. */
  readonly fights?: number;
}

type Repair = Pick<Plan, 'hash' | 'changes'>;

export class RepairPace {
  #past: readonly PastRepair[];

  constructor(past: readonly PastRepair[] = []) {
    this.#past = past;
  }

  begun(repair: Repair, at: number): void {
    const objects = objectsOf(repair);
    const others = this.#past.filter((past) => !objects.includes(past.object) && isFresh(past, at));
    this.#past = [...others, ...objects.map((object) => this.#again(object, at))].slice(-REMEMBERED);
  }

  #again(object: string, at: number): PastRepair {
    const before = this.#past.find((past) => past.object === object && isFresh(past, at));
    const times = [...(before?.times ?? []), at].slice(-AT_ONCE);
    if (before?.fights !== undefined)
      return { object, times, fights: at < pauseEnd(before) ? before.fights : before.fights + 1 };
    const isFight = times.length === AT_ONCE && at - (times[0] ?? at) < WINDOW_MS;
    return { object, times, ...(isFight ? { fights: 1 } : {}) };
  }

  /** When the repair may be made again; undefined: now, also because only a part of it is fought about. */
  notBefore(repair: Repair, now: number): number | undefined {
    const times = objectsOf(repair).map((object) => this.#heldUntil(object, now));
    return times.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.min(a, b)));
  }

  #heldUntil(object: string, now: number): number | undefined {
    const past = this.#past.find((item) => item.object === object);
    return past?.fights !== undefined && now < pauseEnd(past) ? pauseEnd(past) : undefined;
  }

  /** Objects that are not repaired for now. */
  held(now: number): string[] {
    return this.#past.flatMap(({ object }) => (this.#heldUntil(object, now) === undefined ? [] : [object]));
  }

  /** When the first of those may be repaired again; undefined: there is none. */
  nextRelease(now: number): number | undefined {
    const times = this.#past.flatMap(({ object }) => this.#heldUntil(object, now) ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** A person wants it now. */
  forget(): void {
    this.#past = [];
  }

  carry(): readonly PastRepair[] {
    return this.#past;
  }
}

/** Of an object that nobody fights about as well: for how long its repairs are counted. */
function pauseEnd({ times, fights = 1 }: PastRepair): number {
  return (times.at(-1) ?? 0) + (PAUSES_MS[fights - 1] ?? PAUSES_MS[3]);
}

function isFresh(past: PastRepair, now: number): boolean {
  return now < pauseEnd(past) + QUIET_MS;
}

/** What a repair puts back; of one that names nothing only the same is the same. */
function objectsOf({ hash, changes }: Repair): readonly [string, ...string[]] {
  const [first, ...others] = new Set(changes.map(({ object }) => object));
  return first === undefined ? [hash] : [first, ...others];
}
