/** Numbers of plans, from the audit chain: it outlives Temporal's retention, so that no workflow id is used twice. */
import type { AuditRecord } from './record.ts';

/** `optimismnetwork/<cluster>/<namespace>/<name>/<kind>-<n>` */
const PLAN_WORKFLOW_ID = /^optimismnetwork\/[^/]+\/[^/]+\/[^/]+\/[A-Za-z]+-(\d+)$/;

/**
 * One more than the highest number that any record knows: from the id of the plan workflow that wrote it, or from
 * `workflowId` in the details of a record about a plan. 1 for a chain that knows of none.
 */
export function nextPlanNumberAfter(records: readonly AuditRecord[]): number {
  let highest = 0;
  for (const { workflowId, details } of records) {
    for (const id of [workflowId, details['workflowId']]) {
      const n = typeof id === 'string' ? Number(PLAN_WORKFLOW_ID.exec(id)?.[1] ?? 0) : 0;
      if (Number.isSafeInteger(n)) highest = Math.max(highest, n);
    }
  }
  return highest + 1;
}
