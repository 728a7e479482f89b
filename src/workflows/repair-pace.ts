/**
 * How often the same thing is repaired. Somebody who undoes it each time (another controller, a script) would else keep
 * plan, audit and pods going round for ever; a person who breaks a thing twice still gets it back at once. By object:
 * who fights about one thing does so whatever else is wished or broken.
 */
import type { Plan } from '../contract/plan.ts';

/** So often in {@link WINDOW_MS} is a fight. */
const AT_ONCE = 3;
const WINDOW_MS = 5 * 60_000;
const PAUSE_MS = 5 * 60_000;
/** A fight is over when a repair has lasted for so long. */
const QUIET_MS = 2 * PAUSE_MS;
const REMEMBERED = 100;

/** Plain data: an entity carries it over continue-as-new. */
export interface PastRepair {
  readonly object: string;
  /** When it was repaired, the last {@link AT_ONCE} times. Milliseconds since the epoch. */
  readonly times: readonly number[];
  readonly fought: boolean;
}

type Repair = Pick<Plan, 'hash' | 'changes'>;

export class RepairPace {
  #past: readonly PastRepair[];

  constructor(past: readonly PastRepair[] = []) {
    this.#past = past;
  }

  begun(repair: Repair, at: number): void {
    const objects = objectsOf(repair);
    const others = this.#past.filter(({ object, times }) => !objects.includes(object) && isFresh(times, at));
    this.#past = [...others, ...objects.map((object) => this.#again(object, at))].slice(-REMEMBERED);
  }

  #again(object: string, at: number): PastRepair {
    const before = this.#past.find((past) => past.object === object && isFresh(past.times, at));
    const times = [...(before?.times ?? []), at].slice(-AT_ONCE);
    const isFight = times.length === AT_ONCE && at - (times[0] ?? at) < WINDOW_MS;
    return { object, times, fought: isFight || (before?.fought ?? false) };
  }

  /** When the repair may be made again; undefined: now, also because only a part of it is fought about. */
  notBefore(repair: Repair, now: number): number | undefined {
    const times = objectsOf(repair).map((object) => this.#heldUntil(object, now));
    return times.reduce((a, b) => (a === undefined || b === undefined ? undefined : Math.min(a, b)));
  }

  #heldUntil(object: string, now: number): number | undefined {
    const past = this.#past.find((item) => item.object === object);
    const next = (past?.times.at(-1) ?? 0) + PAUSE_MS;
    return past?.fought && now < next ? next : undefined;
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

function isFresh(times: readonly number[], now: number): boolean {
  return now - (times.at(-1) ?? 0) < QUIET_MS;
}

/** What a repair puts back; of one that names nothing only the same is the same. */
function objectsOf({ hash, changes }: Repair): readonly [string, ...string[]] {
  const [first, ...others] = new Set(changes.map(({ object }) => object));
  return first === undefined ? [hash] : [first, ...others];
}
