/**
 * What every step has: its input, the attempt's limits, and `act`, the only way to have an effect. Progress of a step
 * (status, event, audit record) is written here, inside the step's own activity, so that it costs no further ones.
 */
import { Context } from '@temporalio/activity';
import type { AuditStore } from '../../audit/store.ts';
import type { StepInput, StepResult } from '../../contract/activities.ts';
import { type FailureType, isRetryable, OperatorError } from '../../contract/failures.ts';
import { type Attempt, currentAttempt, isInterruption } from '../deadline.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createExecutorLease, type Holder, TakenOver } from '../executor-lease.ts';
import { rememberForNextAttempt } from '../interceptor.ts';
import { recordRolledOut } from './record-rolled-out.ts';
import { isOutage, stepFailure, type Waited, waitedUntil } from './step-limit.ts';
import { createTeller } from './step-teller.ts';
import { requireNoSuccessor } from './successor.ts';

/** The Lease is taken anew when the last look at it is older than this: heartbeats time out after 5 s. */
const LEASE_FRESH_MS = 1000;
/** Status of a waiting step is renewed at most this often. */
const PROGRESS_EVERY_MS = 5000;
/** For the question whether the API server answers at all, within what is left of an attempt. */
const PING_TIMEOUT_MS = 2000;

export interface StepContext {
  readonly deps: ActivityDependencies;
  readonly input: StepInput;
  readonly at: { readonly namespace: string; readonly name: string };
  readonly signal: AbortSignal;
  readonly attempt: Attempt;
  /** Of the plan: no other plan ever has it. */
  readonly workflowId: string;
  readonly holder: Holder;
  /** When the step began, over all attempts; milliseconds since the epoch, by Temporal's clock. */
  readonly startedAt: number;
  /** How long the step has been tried, over all attempts; time without a worker does not count. Milliseconds. */
  waitedMs(): number;
  /** What was kept last with `keep`, by this attempt or the one before. */
  readonly kept: unknown;
  keep(value: unknown): void;
  /**
   * Has an effect, if this attempt is still the one that may. `name` is the fault point of tests, under the name of the
   * step's type, or of what it is that steps of all types do.
   */
  act<T>(name: string, effect: () => Promise<T>, of?: string): Promise<T>;
  /** Asks a program something, which changes nothing. `moment` is the fault point of tests. */
  ask<T>(moment: string, question: () => Promise<T>): Promise<T>;
  /** Does now what `act` would have to do first: the next effect begins at once, where moments count. */
  prepareToAct(): Promise<void>;
  /** A wait: recorded as progress, tried again after some seconds, until the step's limit is over. */
  notYet(message: string, fix: string, retryAfterSeconds?: number): OperatorError;
}

interface Kept extends Waited {
  readonly started?: boolean;
  /** Type of the failure of the last attempt. */
  readonly failure?: FailureType;
  readonly progressAt?: number;
  readonly progress?: string;
  readonly value?: unknown;
}

/** A gate that is not asked, and who or what wants that. */
export interface Skipped {
  readonly message: string;
  readonly skippedBy: string;
}

export type StepEffect = (context: StepContext) => Promise<string | Skipped>;

/** Makes a step's activity of its effect. @param auditOf the store of a network, one for each uid */
export function stepActivity(
  deps: ActivityDependencies,
  auditOf: (input: StepInput) => AuditStore,
  effect: StepEffect,
): (input: StepInput) => Promise<StepResult> {
  return async (input) => {
    const { info } = Context.current();
    const attempt = currentAttempt();
    let kept = (info.heartbeatDetails ?? {}) as Kept;
    const remember = (change: Partial<Kept>) => {
      kept = { ...kept, ...change };
      // Temporal shows it in the pending activity.
      rememberForNextAttempt(deps.redactor.redactJson(kept));
    };
    const at = { namespace: input.network.namespace, name: input.network.name };
    const { runId = '', workflowId = '' } = info.workflowExecution ?? {};
    const holder: Holder = { runId, scheduledAt: info.scheduledTimestampMs, attempt: info.attempt };
    const lease = createExecutorLease({
      kube: deps.kube,
      network: at,
      uid: input.uid,
      now: deps.now,
      signal: attempt.signal,
    });
    let held = false;
    let leaseAt = 0;
    let taking: Promise<void> | undefined;

    /** Effects that begin at the same time take the Lease once. */
    async function takeLease(): Promise<void> {
      await lease.take(holder);
      held = true;
      const takenAt = Date.now();
      // The lease has the network's name: it says nothing of another network that has it by now.
      await requireNoSuccessor(deps.kube, at, input.uid, attempt.signal);
      leaseAt = takenAt;
    }

    async function leaseNotOlderThan(ms: number): Promise<void> {
      if (Date.now() - leaseAt <= ms) return;
      taking ??= takeLease().finally(() => {
        taking = undefined;
      });
      await taking;
    }

    const context: StepContext = {
      deps,
      input,
      at,
      signal: attempt.signal,
      attempt,
      workflowId,
      holder,
      startedAt: info.scheduledTimestampMs,
      waitedMs: () => waitedUntil(deps.now(), kept).waitedMs,
      get kept() {
        return kept.value;
      },
      keep: (value) => remember({ value }),
      async act(name, run, of = input.step.type) {
        await leaseNotOlderThan(LEASE_FRESH_MS);
        await deps.reached(`${of}/${name}/before`, input.step.id);
        attempt.requireCurrent();
        // It was held up for a moment only, but whether the lease is still its own is unknown.
        if (Date.now() - leaseAt > 2 * LEASE_FRESH_MS) {
          throw new OperatorError({
            type: 'NotExecutor',
            message: 'this attempt was held up between taking the executor lease and acting',
            fix: 'nothing to do: it is tried again',
          });
        }
        const result = await run();
        await deps.reached(`${of}/${name}/after`, input.step.id);
        return result;
      },
      async ask(moment, question) {
        await deps.reached(`${input.step.type}/${moment}/asks`, input.step.id);
        const answer = await question();
        await deps.reached(`${input.step.type}/${moment}/answered`, input.step.id);
        return answer;
      },
      prepareToAct: () => leaseNotOlderThan(LEASE_FRESH_MS / 2),
      notYet: (message, fix, retryAfterSeconds = 2) =>
        new OperatorError({ type: 'NotReadyYet', message, fix }, { retryAfterSeconds }),
    };

    const tell = createTeller(deps, input, auditOf(input), attempt);

    /** Whether the API server was away: an attempt that has run out of time may have waited for it. */
    async function wasAway(error: unknown): Promise<boolean> {
      if (isOutage(error)) return true;
      if (!isInterruption(error)) return false;
      return deps.kube.raw('GET', '/readyz', { timeoutMs: PING_TIMEOUT_MS }).then(() => false, isOutage);
    }

    /** Tells a failure that lasts, and makes it final when the step's limit is over. @returns what the attempt ends with */
    async function failed(error: unknown): Promise<unknown> {
      if (Context.current().cancellationSignal.aborted && isInterruption(error)) return error;
      if (await wasAway(error)) {
        // Counts as little as time without a worker.
        remember({ attemptAt: undefined });
        return error;
      }
      const problem = stepFailure(error, context.waitedMs(), input.step.limitSeconds);
      if (!isRetryable(problem.type)) {
        await tell.failed(runId, info.activityId, info.attempt, problem);
        return problem;
      }
      const lasts = problem.type === 'NotReadyYet' || kept.failure === problem.type;
      const due = deps.now() - (kept.progressAt ?? 0) > PROGRESS_EVERY_MS;
      remember({ failure: problem.type });
      // Who was taken over has nothing to say any more: its successor has.
      if (lasts && due && kept.progress !== problem.message && !(error instanceof TakenOver)) {
        try {
          await tell.waiting(`${problem.message} → ${problem.fix}`);
          remember({ progressAt: deps.now(), progress: problem.message });
        } catch (untold) {
          // What is waited for must not give way to this: the pending activity shows it.
          deps.logger.warn({ step: input.step.id, err: untold }, 'Progress was not written');
        }
      }
      return error;
    }

    await deps.reached(`${input.step.type}/step/before`, input.step.id);
    remember(waitedUntil(deps.now(), kept));
    try {
      if (!kept.started) {
        await tell.started(runId, info.activityId);
        remember({ started: true });
      }
      const done = await effect(context);
      if (input.step.completes) await recordRolledOut(context);
      const { message, skippedBy } = typeof done === 'string' ? { message: done, skippedBy: undefined } : done;
      await tell.finished(runId, info.activityId, message, skippedBy);
      await deps.reached(`${input.step.type}/step/after`, input.step.id);
      return { message, ...(skippedBy === undefined ? {} : { skipped: true }) };
    } catch (error) {
      throw await failed(error);
    } finally {
      const control = { signal: attempt.recordSignal };
      if (held) await lease.release(holder, control).catch(() => undefined);
    }
  };
}
