/** Histories of a Temporal namespace, fetched when they are asked for. */
import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { ENTITY_WORKFLOW_TYPE, taskQueueName } from '../../contract/ids.ts';
import type { PlanWorkflowType } from '../../contract/plan.ts';
import type { RecordedWorkflow } from './replay-histories.ts';

const PLAN_TYPES: Readonly<Record<PlanWorkflowType, true>> = {
  rollout: true,
  upgrade: true,
  keyRotation: true,
  teardown: true,
};

export interface WorkflowSelection {
  /** Only of this installation. */
  readonly cluster?: string;
  /** Also those that have closed since; absent: only those that run. */
  readonly closedSince?: Date;
}

/** Our workflows, as a query of Temporal's visibility. */
export function workflowQuery({ cluster, closedSince }: WorkflowSelection): string {
  const types = [ENTITY_WORKFLOW_TYPE, ...Object.keys(PLAN_TYPES)].map((type) => `'${type}'`).join(', ');
  const when = closedSince
    ? `(ExecutionStatus = 'Running' OR CloseTime >= '${closedSince.toISOString()}')`
    : `ExecutionStatus = 'Running'`;
  // The queue rather than the beginning of the id: not every store of visibility knows STARTS_WITH.
  const where = cluster === undefined ? [] : [`TaskQueue = '${taskQueueName(cluster)}'`];
  return [`WorkflowType IN (${types})`, when, ...where].join(' AND ');
}

type Listed = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>;

/** Passes over those that Temporal has forgotten meanwhile. */
export async function* historiesOf(
  client: Client,
  listed: AsyncIterable<Listed> | Iterable<Listed>,
): AsyncGenerator<RecordedWorkflow, void, undefined> {
  for await (const { workflowId, runId } of listed) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory().catch(unlessForgotten);
    if (history) yield { workflowId, runId, history };
  }
}

/** The build id of the worker that ran the workflow last; undefined before its first task, or when it is forgotten. */
export async function lastBuildId(client: Client, { workflowId, runId }: Listed): Promise<string | undefined> {
  const described = await client.workflow.getHandle(workflowId, runId).describe().catch(unlessForgotten);
  return described?.raw.workflowExecutionInfo?.mostRecentWorkerVersionStamp?.buildId ?? undefined;
}

function unlessForgotten(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
}
