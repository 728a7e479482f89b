import { randomBytes } from 'node:crypto';
import type { KubeClient, ResourceRef } from '../../../src/kube/index.ts';
import { type Pod, timestamp } from './pod-object.ts';

export type EventType = 'Normal' | 'Warning';
export type RecordEvent = (type: EventType, reason: string, message: string) => void;

/**
 * The events of one pod: core/v1, equal ones counted instead of repeated.
 * An event that can't be written is dropped, as by the kubelet: nothing depends on events.
 *
 * @param canWrite false while the node is cut off
 */
export function createPodEvents(
  client: KubeClient,
  pod: Pod,
  source: { component: string; host?: string },
  canWrite: () => boolean,
): RecordEvent {
  const { namespace, name, uid } = pod.metadata;
  const recorded = new Map<string, { readonly ref: ResourceRef; count: number }>();
  let queue: Promise<unknown> = Promise.resolve();

  async function write(type: EventType, reason: string, message: string): Promise<void> {
    const key = `${type} ${reason} ${message}`;
    const now = timestamp(new Date());
    const known = recorded.get(key);
    if (known) {
      known.count += 1;
      await client.mergePatch(known.ref, { count: known.count, lastTimestamp: now });
      return;
    }
    const ref = { apiVersion: 'v1', kind: 'Event', namespace, name: `${name}.${randomBytes(8).toString('hex')}` };
    recorded.set(key, { ref, count: 1 });
    await client.create({
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      metadata: { name: ref.name, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      type,
      reason,
      message: message.slice(0, 1024),
      source,
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }

  return (type, reason, message) => {
    if (!canWrite()) return;
    queue = queue.then(() => write(type, reason, message)).catch(() => undefined);
  };
}
