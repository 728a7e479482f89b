/**
 * How often the same repair is made. Somebody who undoes it each time (another controller, a script) would else keep
 * plan, audit and pods going round for ever; a person who breaks a thing twice still gets it back at once.
 */
const AT_ONCE = 3;
/** Who undoes it each time comes to {@link AT_ONCE} within this also when it is made every {@link PAUSE_MS}. */
const WINDOW_MS = 15 * 60_000;
const PAUSE_MS = 5 * 60_000;
const REMEMBERED = 20;

/** A repair that was begun: the plan's hash, and when. Milliseconds since the epoch. */
export interface PastRepair {
  readonly hash: string;
  readonly at: number;
}

export class RepairPace {
  #past: readonly PastRepair[];

  constructor(past: readonly PastRepair[] = []) {
    this.#past = past;
  }

  begun(hash: string, at: number): void {
    this.#past = [...this.#past.filter((repair) => at - repair.at < WINDOW_MS), { hash, at }].slice(-REMEMBERED);
  }

  /** When the repair may be made again; undefined: now. */
  notBefore(hash: string, now: number): number | undefined {
    const recent = this.#past.filter((repair) => repair.hash === hash && now - repair.at < WINDOW_MS);
    const next = (recent.at(-1)?.at ?? 0) + PAUSE_MS;
    return recent.length >= AT_ONCE && now < next ? next : undefined;
  }

  /** Hashes of the repairs that are held back. */
  held(now: number): string[] {
    const hashes = new Set(this.#past.map(({ hash }) => hash));
    return [...hashes].filter((hash) => this.notBefore(hash, now) !== undefined);
  }

  /** When the first of those that are held back may be made again; undefined: none is. */
  nextRelease(now: number): number | undefined {
    const times = this.held(now).flatMap((hash) => this.notBefore(hash, now) ?? []);
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
