/**
 * What every step has: its input, the attempt's limits, and `act`, the only way to have an effect. Progress of a step
 * (status, event, audit record) is written here, inside the step's own activity, so that it costs no further ones.
 */
import { Context } from '@temporalio/activity';
import { ANNOTATIONS } from '../../api/names.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { AuditEntry, AuditHead } from '../../audit/record.ts';
import type { AuditStore } from '../../audit/store.ts';
import type { StepInput, StepResult } from '../../contract/activities.ts';
import { isRetryable, OperatorError } from '../../contract/failures.ts';
import { componentKey } from '../../contract/plan.ts';
import { isKubeStatus } from '../../kube/index.ts';
import { type StepMoment, stepEvent } from '../../status/event-text.ts';
import { withStepProgress } from '../../status/plan-status.ts';
import { type Attempt, currentAttempt } from '../deadline.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { createExecutorLease, type Holder } from '../executor-lease.ts';
import { rememberForNextAttempt, toOperatorError } from '../interceptor.ts';
import { changeStatus } from '../state/change-status.ts';
import { requireNoSuccessor } from './successor.ts';

/** The Lease is taken anew when the last look at it is older than this: heartbeats time out after 5 s. */
const LEASE_FRESH_MS = 1000;
/** Status of a waiting step is renewed at most this often. */
const PROGRESS_EVERY_MS = 5000;
/** Attempts of a step that waits begin at least this often while a worker is there. */
const LONGEST_PAUSE_MS = 30_000;

export interface StepContext {
  readonly deps: ActivityDependencies;
  readonly input: StepInput;
  readonly at: { readonly namespace: string; readonly name: string };
  readonly signal: AbortSignal;
  readonly attempt: Attempt;
  /** When the step began, over all attempts; milliseconds since the epoch, by Temporal's clock. */
  readonly startedAt: number;
  /** How long the step has been tried, over all attempts; time without a worker does not count. Milliseconds. */
  waitedMs(): number;
  /** What the last attempt kept with `keep`. */
  readonly kept: unknown;
  keep(value: unknown): void;
  /** Has an effect, if this attempt is still the one that may. `name` is the fault point of tests. */
  act<T>(name: string, effect: () => Promise<T>): Promise<T>;
  /** A wait: recorded as progress, tried again after some seconds, until the step's limit is over. */
  notYet(message: string, fix: string, retryAfterSeconds?: number): OperatorError;
}

interface Kept extends Waited {
  readonly started?: boolean;
  readonly progressAt?: number;
  readonly progress?: string;
  readonly value?: unknown;
}

/** How long a step has been tried, by the attempts themselves. */
export interface Waited {
  readonly waitedMs?: number;
  /** When the last attempt began. Milliseconds since the epoch. */
  readonly attemptAt?: number;
}

/**
 * What an attempt that begins now adds. Time in which no worker was there does not count against the limit of a step:
 * an operator that comes back after an hour finds a plan that goes on, not one that has halted.
 */
export function waitedUntil(now: number, { waitedMs = 0, attemptAt = now }: Waited): Required<Waited> {
  return { waitedMs: waitedMs + Math.min(Math.max(now - attemptAt, 0), LONGEST_PAUSE_MS), attemptAt: now };
}

export type StepEffect = (context: StepContext) => Promise<string>;

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
      rememberForNextAttempt(kept);
    };
    const at = { namespace: input.network.namespace, name: input.network.name };
    const runId = info.workflowExecution?.runId ?? '';
    const holder: Holder = { runId, scheduledAt: info.scheduledTimestampMs, attempt: info.attempt };
    const lease = createExecutorLease({
      kube: deps.kube,
      network: at,
      uid: input.uid,
      now: deps.now,
      signal: attempt.signal,
    });
    let leaseAt = 0;

    const context: StepContext = {
      deps,
      input,
      at,
      signal: attempt.signal,
      attempt,
      startedAt: info.scheduledTimestampMs,
      waitedMs: () => waitedUntil(deps.now(), kept).waitedMs,
      kept: kept.value,
      keep: (value) => remember({ value }),
      async act(name, run) {
        if (Date.now() - leaseAt > LEASE_FRESH_MS) {
          await lease.take(holder);
          // The lease has the network's name: it says nothing of another network that has it by now.
          await requireNoSuccessor(deps.kube, at, input.uid, attempt.signal);
          leaseAt = Date.now();
        }
        await deps.reached(`${input.step.type}/${name}/before`, input.step.id);
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
        await deps.reached(`${input.step.type}/${name}/after`, input.step.id);
        return result;
      },
      notYet(message, fix, retryAfterSeconds = 2) {
        const waited = Math.round(context.waitedMs() / 1000);
        if (waited < input.step.limitSeconds)
          return new OperatorError({ type: 'NotReadyYet', message, fix }, { retryAfterSeconds });
        return new OperatorError({
          type: 'GateTimeout',
          message: `${message} (waited ${waited} s, the limit is ${input.step.limitSeconds} s)`,
          fix,
        });
      },
    };

    const tell = createTeller(deps, input, auditOf(input), attempt);
    await deps.reached(`${input.step.type}/step/before`, input.step.id);
    remember(waitedUntil(deps.now(), kept));
    if (!kept.started) {
      await tell.started(runId, info.activityId);
      remember({ started: true });
    }
    try {
      const message = await effect(context);
      await tell.finished(runId, info.activityId, message);
      await deps.reached(`${input.step.type}/step/after`, input.step.id);
      return { message };
    } catch (error) {
      const problem = toOperatorError(error);
      if (isRetryable(problem.type)) {
        const due = deps.now() - (kept.progressAt ?? 0) > PROGRESS_EVERY_MS;
        if (problem.type === 'NotReadyYet' && due && kept.progress !== problem.message) {
          await tell.waiting(problem.message);
          remember({ progressAt: deps.now(), progress: problem.message });
        }
      } else {
        await tell.failed(runId, info.activityId, info.attempt, problem);
      }
      throw error;
    } finally {
      if (leaseAt > 0) await lease.release(holder).catch(() => undefined);
    }
  };
}

/** Writes what happens to a step: into status.plan, as an event, and into the audit chain. */
function createTeller(deps: ActivityDependencies, input: StepInput, audit: AuditStore, attempt: Attempt) {
  const { step, network, planHash, uid } = input;
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
  const target = { kind: 'OptimismNetwork', namespace: network.namespace, name: network.name, uid } as const;

  async function progress(change: {
    state: 'Running' | 'Waiting' | 'Done' | 'Skipped' | 'Failed';
    message?: string;
    startedAt?: string;
    finishedAt?: string;
  }): Promise<void> {
    const clean = {
      id: step.id,
      ...change,
      ...(change.message === undefined ? {} : { message: deps.redactor.redact(change.message) }),
    };
    await changeStatus<OptimismNetworkStatus>(
      deps.kube,
      target,
      (status) =>
        status.plan?.hash === planHash ? { ...status, plan: withStepProgress(status.plan, clean) } : undefined,
      attempt,
    );
  }

  async function record(
    entry: Pick<AuditEntry, 'type' | 'idempotencyKey'> & { outcome?: string; message: string },
    runId: string,
  ): Promise<AuditHead | undefined> {
    const { message, ...rest } = entry;
    const details = {
      message: deps.redactor.redact(message),
      component: componentKey(step.component),
      position: input.position.index + 1,
      of: input.position.total,
    };
    try {
      return await audit.append({ ...rest, planHash, step: step.id, details, workflowId, runId });
    } catch (error) {
      // A namespace that ends takes nothing new; the record went to the log.
      if (!(error instanceof OperatorError && error.type === 'NamespaceTerminating') && !isKubeStatus(error, 404))
        throw error;
      return undefined;
    }
  }

  /** Each event anchors the audit chain outside of it. */
  function event(moment: StepMoment, head: AuditHead | undefined, message?: string): void {
    const { note, ...text } = stepEvent(step, moment, message);
    void deps.events.record({
      regarding: {
        apiVersion: 'optimism.io/v1alpha1',
        kind: 'OptimismNetwork',
        namespace: network.namespace,
        name: network.name,
        uid,
      },
      ...text,
      note: deps.redactor.redact(note),
      annotations: {
        [ANNOTATIONS.workflowId]: workflowId,
        ...(head ? { [ANNOTATIONS.audit]: `${head.seq}:${head.hash}` } : {}),
      },
    });
  }

  const now = () => new Date(deps.now()).toISOString();
  const skipped = input.skippedGate !== undefined;
  return {
    async started(runId: string, activityId: string) {
      const head = await record(
        { type: 'stepStarted', idempotencyKey: `${runId}/${activityId}/stepStarted`, message: step.summary },
        runId,
      );
      event('started', head);
      await progress({
        state: step.type === 'awaitGate' || step.type === 'awaitPods' ? 'Waiting' : 'Running',
        startedAt: now(),
      });
    },
    waiting: (message: string) => progress({ state: 'Waiting', message }),
    async finished(runId: string, activityId: string, message: string) {
      const head = await record(
        {
          type: 'stepFinished',
          idempotencyKey: `${runId}/${activityId}/stepFinished`,
          outcome: skipped ? 'skipped' : 'done',
          message,
        },
        runId,
      );
      event(skipped ? 'skipped' : 'finished', head, message);
      await progress({ state: skipped ? 'Skipped' : 'Done', message, finishedAt: now() });
    },
    async failed(runId: string, activityId: string, attempt: number, problem: OperatorError) {
      const head = await record(
        {
          type: 'stepFailed',
          idempotencyKey: `${runId}/${activityId}/stepFailed/${attempt}`,
          outcome: problem.type,
          message: problem.message,
        },
        runId,
      );
      event('failed', head, `${problem.message} → ${problem.fix}`);
      await progress({ state: 'Failed', message: problem.message, finishedAt: now() });
    },
  };
}
