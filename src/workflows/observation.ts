/**
 * Watching a network: one retry-polling activity at a time, which adds nothing to history while nothing needs a
 * decision.
 */
import { CancellationScope, condition } from '@temporalio/workflow';
import type { LookResult, ObserveInput } from '../contract/activities.ts';
import type { Plan } from '../contract/plan.ts';
import { runningPlan } from '../plan/repair-beside.ts';
import { observeActivity } from './activity-profiles.ts';
import { wasCancelled } from './failures.ts';

interface Running {
  readonly key: string;
  readonly scope: CancellationScope;
  settled: boolean;
}

export class Observation {
  readonly #onDifference: () => void;
  #running: Running | undefined;

  /** @param onDifference called when a look would come to something else than the one that was given */
  constructor(onDifference: () => void) {
    this.#onDifference = onDifference;
  }

  /**
   * Observes from this look on; goes on when it does so already.
   * @param beside the plan that runs; undefined: none
   */
  keepUp(
    of: Pick<ObserveInput, 'network' | 'abortedWish' | 'rolledBack' | 'foughtObjects'>,
    look: LookResult,
    beside: Plan | undefined,
  ): void {
    const held = of.foughtObjects.map((object) => `, without ${object}`).join('');
    const key = `${beside ? `beside ${beside.hash}` : look.key} every ${look.probeIntervalSeconds} s${held}`;
    if (this.#running && !this.#running.settled && this.#running.key === key) return;
    this.#running?.scope.cancel();
    const running: Running = { key, scope: new CancellationScope(), settled: false };
    this.#running = running;
    const { uid, key: baseline, probeIntervalSeconds } = look;
    const input = { ...of, uid, baseline, probeIntervalSeconds, ...(beside ? { beside: runningPlan(beside) } : {}) };
    const settle = (different: boolean) => {
      running.settled = true;
      if (different && this.#running === running) this.#onDifference();
    };
    running.scope
      .run(() =>
        observeActivity.observe.executeWithOptions({ summary: 'watch chain, pods and referenced Secrets' }, [input]),
      )
      .then(
        () => settle(true),
        (error: unknown) => settle(!wasCancelled(error)),
      );
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.scope.cancel();
    await condition(() => running === undefined || running.settled);
  }
}
