/** What a history says that its workflow has done: activities and child workflows, the steps that people know. */
import type { History } from '@temporalio/common/lib/proto-utils.js';

export interface HistoryStep {
  readonly eventId: number;
  /** Activity id, or workflow id of a child: `04-await-batching/op-batcher`. */
  readonly id: string;
  /** Type of the activity or child: `awaitGate`. */
  readonly type: string;
}

/** Activities and child workflows that a history has scheduled, in its order. */
export function stepsIn({ events }: History): HistoryStep[] {
  return (events ?? []).flatMap(
    ({
      eventId,
      activityTaskScheduledEventAttributes: activity,
      startChildWorkflowExecutionInitiatedEventAttributes: child,
    }) => {
      const id = activity?.activityId ?? child?.workflowId;
      const type = activity?.activityType?.name ?? child?.workflowType?.name;
      return id && type ? [{ eventId: Number(eventId), id, type }] : [];
    },
  );
}

/** Wire name of the workflow's type. */
export function workflowTypeOf({ events }: History): string {
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? 'unknown';
}

/** The history as it was when this event was its last. */
export function upTo({ events }: History, eventId: number): History {
  return { events: (events ?? []).filter((event) => Number(event.eventId) <= eventId) };
}
