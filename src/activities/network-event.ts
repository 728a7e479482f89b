/** Events about a network. Each anchors the audit chain outside of it. */
import { ANNOTATIONS, API_VERSION } from '../api/names.ts';
import type { AuditHead } from '../audit/record.ts';
import type { EventText } from '../status/event-text.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Nobody waits for it, and it never fails. @param head the record that it stands for, or the last one known */
export function tellEvent(
  { events, redactor }: Pick<ActivityDependencies, 'events' | 'redactor'>,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
  text: EventText,
  { workflowId, head }: { readonly workflowId: string; readonly head: AuditHead | undefined },
): void {
  void events.record({
    regarding: { apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace, name, uid },
    ...text,
    note: redactor.redact(text.note),
    annotations: {
      [ANNOTATIONS.workflowId]: workflowId,
      ...(head ? { [ANNOTATIONS.audit]: `${head.seq}:${head.hash}` } : {}),
    },
  });
}
