import type { Clock } from './clock.ts';

/** The time between SIGTERM and SIGKILL; a second deletion may shorten it, never lengthen it. */
export class GracePeriod {
  readonly #clock: Clock;
  readonly #startedAt: Date;
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #seconds: number;

  /** @param seconds of pod time, from now on */
  constructor(clock: Clock, seconds: number) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#seconds = seconds;
    this.#arm();
  }

  /** Aborts when the time is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Seconds of pod time that are left. */
  remaining(): number {
    return Math.max(0, this.#seconds - this.#clock.secondsSince(this.#startedAt));
  }

  /** @param seconds of pod time from the start of the period */
  shorten(seconds: number): void {
    if (seconds >= this.#seconds) return;
    this.#seconds = seconds;
    this.#arm();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#over.abort(), this.#clock.milliseconds(this.remaining()));
  }
}
