/** Writes what happens to a step: into status.plan, as an event, and into the audit chain. */
import { Context } from '@temporalio/activity';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { AuditEntry, AuditHead } from '../../audit/record.ts';
import type { AuditStore } from '../../audit/store.ts';
import type { StepInput } from '../../contract/activities.ts';
import type { OperatorError } from '../../contract/failures.ts';
import { componentKey, isWaiting, type StepState } from '../../contract/plan.ts';
import { type StepMoment, stepEvent } from '../../status/event-text.ts';
import { withStepProgress } from '../../status/plan-status.ts';
import { appendUnlessEnding } from '../audit-stores.ts';
import type { Attempt } from '../deadline.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { tellEvent } from '../network-event.ts';
import { changeStatus } from '../state/change-status.ts';

export function createTeller(deps: ActivityDependencies, input: StepInput, audit: AuditStore, attempt: Attempt) {
  const { step, network, planHash, uid } = input;
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
  const target = { kind: 'OptimismNetwork', namespace: network.namespace, name: network.name, uid } as const;

  async function progress(change: {
    state: Exclude<StepState, 'Pending'>;
    message?: string;
    startedAt?: string;
    finishedAt?: string;
    /** Not when the step has ended meanwhile, by another attempt. */
    onlyWhileOpen?: boolean;
  }): Promise<void> {
    const { onlyWhileOpen, ...shown } = change;
    const clean = {
      id: step.id,
      ...shown,
      ...(change.message === undefined ? {} : { message: deps.redactor.redact(change.message) }),
    };
    await changeStatus<OptimismNetworkStatus>(
      deps.kube,
      target,
      (status) => {
        const { plan } = status;
        if (plan?.hash !== planHash || (onlyWhileOpen && !isOpen(plan, step.id))) return undefined;
        return { ...status, plan: withStepProgress(plan, clean, step) };
      },
      attempt,
    );
  }

  async function record(
    entry: Pick<AuditEntry, 'type' | 'idempotencyKey'> & { outcome?: string; actor?: string; message: string },
    runId: string,
    signal: AbortSignal,
  ): Promise<AuditHead | undefined> {
    const { message, ...rest } = entry;
    const details = {
      message: deps.redactor.redact(message),
      component: componentKey(step.component),
      position: input.position.index + 1,
      of: input.position.total,
    };
    const of = { planHash, step: step.id, details, workflowId, runId };
    return appendUnlessEnding(audit, { ...rest, ...of }, signal);
  }

  function event(moment: StepMoment, head: AuditHead | undefined, message?: string): void {
    tellEvent(deps, { ...network, uid }, stepEvent(step, moment, message), { workflowId, head });
  }

  const now = () => new Date(deps.now()).toISOString();
  return {
    async started(runId: string, activityId: string) {
      const head = await record(
        { type: 'stepStarted', idempotencyKey: `${runId}/${activityId}/stepStarted`, message: step.summary },
        runId,
        attempt.signal,
      );
      event('started', head);
      await progress({
        state: isWaiting(step) ? 'Waiting' : 'Running',
        startedAt: now(),
      });
    },
    waiting: (message: string) => progress({ state: 'Waiting', message, onlyWhileOpen: true }),
    /** @param skippedBy who, or which setting, wants to go on without the gate; undefined: it was passed */
    async finished(runId: string, activityId: string, message: string, skippedBy: string | undefined) {
      const head = await record(
        {
          type: 'stepFinished',
          idempotencyKey: `${runId}/${activityId}/stepFinished`,
          ...(skippedBy === undefined ? { outcome: 'done' } : { outcome: 'skipped', actor: skippedBy }),
          message,
        },
        runId,
        attempt.recordSignal,
      );
      event(skippedBy ? 'skipped' : 'finished', head, message);
      await progress({ state: skippedBy ? 'Skipped' : 'Done', message, finishedAt: now() });
    },
    async failed(runId: string, activityId: string, count: number, problem: OperatorError) {
      const head = await record(
        {
          type: 'stepFailed',
          idempotencyKey: `${runId}/${activityId}/stepFailed/${count}`,
          outcome: problem.type,
          message: problem.message,
        },
        runId,
        attempt.recordSignal,
      );
      event('failed', head, `${problem.message} → ${problem.fix}`);
      await progress({ state: 'Failed', message: problem.message, finishedAt: now() });
    },
  };
}

function isOpen(plan: NonNullable<OptimismNetworkStatus['plan']>, id: string): boolean {
  const state = plan.steps?.find((step) => step.id === id)?.state;
  return state !== 'Done' && state !== 'Skipped' && state !== 'Failed';
}
