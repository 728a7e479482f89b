/** Activity `report`: what the entity wants to be seen, as audit records, events and status, in this order. */
import { Context } from '@temporalio/activity';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Happening, ReportInput } from '../contract/activities.ts';
import { entityWorkflowId } from '../contract/ids.ts';
import { happeningEvent } from '../status/event-text.ts';
import { reportedStatus } from '../status/network-status.ts';
import { appendUnlessEnding, auditStoreOf } from './audit-stores.ts';
import { currentAttempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { tellEvent } from './network-event.ts';
import { reportComponents } from './report-components.ts';
import { changeStatus } from './state/change-status.ts';

export function reportActivity(deps: ActivityDependencies): (input: ReportInput) => Promise<void> {
  return async (report) => {
    const attempt = currentAttempt();
    const { network, uid } = report;
    const { workflowExecution } = Context.current().info;
    const workflow = { id: entityWorkflowId(network), runId: workflowExecution?.runId ?? '' };
    const at = { namespace: network.namespace, name: network.name };
    const audit = auditStoreOf(deps, { ...at, uid });
    let head: { seq: number; hash: string } | undefined;
    for (const happening of report.happenings) {
      await deps.reached(`report/${happening.type}/before`);
      head = (await record(happening)) ?? head;
      tellEvent(deps, { ...at, uid }, happeningEvent(happening), { workflowId: workflow.id, head });
    }
    await deps.reached('report/status/before');
    const clean = deps.redactor.redactJson(report);
    await changeStatus<OptimismNetworkStatus>(
      deps.kube,
      { kind: 'OptimismNetwork', ...at, uid },
      (before) => {
        const status = reportedStatus(clean, {
          before,
          generation: report.generations[`OptimismNetwork/${network.name}`] ?? 0,
          now: new Date(deps.now()),
        });
        return { ...status, workflow: { ...workflow, ...workflowUrl(workflow) }, ...(head ? { audit: head } : {}) };
      },
      attempt,
    );
    await reportComponents(deps, report, attempt);
    await deps.reached('report/status/after');

    function record({ type, planHash, actor, via, outcome, message, n }: Happening) {
      const entry = {
        type,
        idempotencyKey: `${workflow.runId}/${type}/${n}`,
        ...(planHash ? { planHash } : {}),
        ...(actor ? { actor } : {}),
        ...(via ? { via } : {}),
        ...(outcome ? { outcome } : {}),
        details: {
          message: deps.redactor.redact(message),
          ...(type === 'planStarted' && report.plan?.workflowId ? { workflowId: report.plan.workflowId } : {}),
        },
        workflowId: workflow.id,
        runId: workflow.runId,
      };
      return appendUnlessEnding(audit, entry, attempt.signal);
    }
  };

  function workflowUrl({ id, runId }: { id: string; runId: string }): { url?: string } {
    if (!deps.temporalUiUrl) return {};
    const base = deps.temporalUiUrl.replace(/\/$/, '');
    return { url: `${base}/namespaces/${deps.temporalNamespace}/workflows/${encodeURIComponent(id)}/${runId}` };
  }
}
