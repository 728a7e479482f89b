/** Histories of workflows as people and tests read them: events with their payloads decoded. */
import type { Client } from '@temporalio/client';
import type { Devnet } from './devnet.ts';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

export interface ScheduledActivity {
  readonly id: string;
  readonly type: string;
  readonly summary: string;
}

export async function historyOf(
  { temporal }: Pick<Devnet, 'temporal'>,
  workflowId: string,
  runId?: string,
): Promise<History> {
  return temporal.workflow.getHandle(workflowId, runId).fetchHistory();
}

export async function historyLength({ temporal }: Pick<Devnet, 'temporal'>, workflowId: string): Promise<number> {
  return (await temporal.workflow.getHandle(workflowId).describe()).historyLength;
}

/** Activities in the order in which they were scheduled. */
export function scheduledActivities(history: History): ScheduledActivity[] {
  return (history.events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) =>
    scheduled
      ? [
          {
            id: scheduled.activityId ?? '',
            type: scheduled.activityType?.name ?? '',
            summary: textOf(userMetadata?.summary?.data),
          },
        ]
      : [],
  );
}

/** Everything that a history holds as one text: payloads, failures, memo, search attributes; bytes decoded. */
export function historyText(history: History): string {
  return JSON.stringify(history, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : (bytesOf(value)?.toString() ?? value),
  );
}

/** What JSON.stringify hands to its replacer for bytes: a Buffer has turned itself into an object already. */
function bytesOf(value: unknown): Buffer | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (
    typeof value !== 'object' ||
    value === null ||
    !('type' in value) ||
    value.type !== 'Buffer' ||
    !('data' in value)
  )
    return undefined;
  return Array.isArray(value.data) ? Buffer.from(value.data) : undefined;
}

function textOf(data: Uint8Array | null | undefined): string {
  return data ? String(JSON.parse(Buffer.from(data).toString())) : '';
}

/** All executions that belong to a network, entity and plans, past and present. */
export async function executionsOf({
  temporal,
  entityId,
}: Pick<Devnet, 'temporal' | 'entityId'>): Promise<
  { workflowId: string; runId: string; type: string; status: string }[]
> {
  const found = [];
  for await (const { workflowId, runId, type, status } of temporal.workflow.list({
    query: `WorkflowId STARTS_WITH '${entityId}'`,
  })) {
    found.push({ workflowId, runId, type, status: status.name });
  }
  return found;
}
