/**
 * Whether Temporal answers. Asked all the time, not only when there is something to send: a network whose status says
 * that it is orchestrated must be able to rely on it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type TemporalProblem, temporalProblem } from './temporal-errors.ts';

/** One failure may be a blip; conditions of all networks are written only after this many in a row. */
const FAILURES_UNTIL_AWAY = 2;
const RETRY_MS = 1000;

export interface TemporalHealth {
  /** What is wrong; undefined while Temporal answers, and before the first answer. */
  readonly problem: TemporalProblem | undefined;
  /** True after the first answer, false while it is away, undefined before anything is known. */
  readonly reachable: boolean | undefined;
  /** Asks now instead of at the next interval, because a call has just failed. */
  suspect(): void;
  close(): Promise<void>;
}

export function startTemporalHealth(options: {
  /** One cheap call with a short deadline that needs server and namespace; rejects when either is not usable. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
  readonly intervalMs: number;
  /** Called on the first answer and whenever Temporal goes or comes back. */
  readonly onChange: (problem: TemporalProblem | undefined) => void;
}): TemporalHealth {
  const { probe, intervalMs, onChange } = options;
  const closing = new AbortController();
  let wake = new AbortController();
  let reachable: boolean | undefined;
  let problem: TemporalProblem | undefined;
  let failures = 0;

  async function ask(): Promise<void> {
    try {
      await probe(closing.signal);
      failures = 0;
      if (reachable === true) return;
      reachable = true;
      problem = undefined;
      onChange(undefined);
    } catch (error) {
      if (closing.signal.aborted) return;
      failures += 1;
      if (failures < FAILURES_UNTIL_AWAY) return;
      const found = temporalProblem(error);
      const changed = reachable !== false || problem?.reason !== found.reason;
      reachable = false;
      problem = found;
      if (changed) onChange(found);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      wake = new AbortController(); // before asking, so that a suspicion during the answer is not lost
      await ask();
      const wait = failures === 0 ? intervalMs : Math.min(RETRY_MS, intervalMs);
      if (closing.signal.aborted) return;
      await sleep(wait, undefined, { signal: wake.signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    get problem() {
      return problem;
    },
    get reachable() {
      return reachable;
    },
    suspect() {
      if (failures === 0) wake.abort();
    },
    async close() {
      closing.abort();
      wake.abort();
      await running;
    },
  };
}
