/**
 * How often the same repair is made. Somebody who undoes it each time (another controller, a script) would else keep
 * plan, audit and pods going round for ever; a person who breaks a thing twice still gets it back at once.
 */
const AT_ONCE = 3;
const WINDOW_MS = 5 * 60_000;
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

  /** When the repair may be made again; undefined: now. Three times in five minutes it may be made at once. */
  notBefore(hash: string, now: number): number | undefined {
    const recent = this.#past.filter((repair) => repair.hash === hash && now - repair.at < WINDOW_MS).slice(-AT_ONCE);
    const [earliest] = recent;
    return earliest === undefined || recent.length < AT_ONCE ? undefined : earliest.at + WINDOW_MS;
  }

  /** Whether any repair is held back. */
  isHolding(now: number): boolean {
    return this.#past.some(({ hash }) => this.notBefore(hash, now) !== undefined);
  }

  /** A person wants it now. */
  forget(): void {
    this.#past = [];
  }

  carry(): readonly PastRepair[] {
    return this.#past;
  }
}
