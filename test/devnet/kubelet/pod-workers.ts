import { isKubeStatus } from '../../../src/kube/index.ts';
import type { Claim } from './claims.ts';
import { createPodEvents } from './events.ts';
import type { NodeHost } from './node-host.ts';
import { type Pod, timestamp } from './pod-object.ts';
import { PodWorker } from './pod-worker.ts';
import { type Placement, place } from './scheduler.ts';

const RETRY_MILLISECONDS = 500;

/** The workers of all pods on the node, kept in line with the API: whatever was missed, the next look finds it. */
export class PodWorkers {
  readonly #node: NodeHost;
  readonly #claim: (name: string) => Claim | undefined;
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that have ended here, by uid, until the API has forgotten them too. */
  readonly #ended = new Set<string>();
  /** The last worker of each name, for its logs. */
  readonly #latest = new Map<string, PodWorker>();
  readonly #binding = new Set<string>();
  readonly #unschedulable = new Map<string, string>();
  #pods: readonly Pod[] = [];
  #closed = false;

  constructor(node: NodeHost, claim: (name: string) => Claim | undefined) {
    this.#node = node;
    this.#claim = claim;
  }

  all(): PodWorker[] {
    return [...this.#workers.values()];
  }

  /** The newest pod of a name, also when it has ended. */
  latest(name: string): PodWorker {
    const worker = this.#latest.get(name);
    if (worker) return worker;
    throw new Error(
      `no pod ${name} was started on this node; started were: ${[...this.#latest.keys()].join(', ') || 'none'}`,
    );
  }

  /** Looks at all pods of the namespace. */
  reconcile(pods: readonly Pod[]): void {
    this.#pods = pods;
    if (this.#closed || this.#node.connection.lost) return;
    for (const pod of pods) {
      if (!pod.spec.nodeName) this.#schedule(pod);
      else if (pod.spec.nodeName === this.#node.nodeName) this.#run(pod);
    }
    const uids = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const [uid, worker] of this.#workers) if (!uids.has(uid)) this.#terminate(uid, worker);
    for (const uid of this.#ended) if (!uids.has(uid)) this.#ended.delete(uid);
  }

  /** The machine goes off; the pods start again when they are reconciled the next time. */
  async powerOff(): Promise<void> {
    const workers = this.all();
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.powerOff()));
  }

  /** No pod is started or bound any more. */
  close(): void {
    this.#closed = true;
  }

  #run(pod: Pod): void {
    const { uid, name, deletionTimestamp } = pod.metadata;
    const known = this.#workers.get(uid);
    if (this.#ended.has(uid)) return;
    if (!known && !deletionTimestamp && ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return;
    const worker = known ?? new PodWorker(this.#node, pod);
    this.#workers.set(uid, worker);
    this.#latest.set(name, worker);
    worker.update(pod);
    if (deletionTimestamp) this.#terminate(uid, worker, pod.metadata.deletionGracePeriodSeconds);
  }

  #terminate(uid: string, worker: PodWorker, seconds?: number): void {
    void worker.terminate(seconds).then(() => {
      this.#ended.add(uid);
      if (this.#workers.get(uid) === worker) this.#workers.delete(uid);
    });
  }

  #schedule(pod: Pod): void {
    const { uid } = pod.metadata;
    const placement = place(pod, this.#node.nodeName, this.#claim);
    if (placement.kind === 'wait' || this.#binding.has(uid)) return;
    if (placement.kind === 'unschedulable' && this.#unschedulable.get(uid) === placement.message) return;
    this.#binding.add(uid);
    void this.#decide(pod, placement)
      .catch((error: unknown) => {
        if (isKubeStatus(error, 404, 409)) return;
        setTimeout(() => this.reconcile(this.#pods), RETRY_MILLISECONDS);
      })
      .finally(() => this.#binding.delete(uid));
  }

  async #decide(pod: Pod, placement: Placement): Promise<void> {
    const { client, nodeName } = this.#node;
    const { namespace, name, uid } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const event = createPodEvents(client, pod, { component: 'default-scheduler' }, () => true);
    if (placement.kind === 'unschedulable') {
      const { message } = placement;
      const condition = {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        lastTransitionTime: timestamp(new Date()),
        observedGeneration: pod.metadata.generation,
      };
      await client.raw('PATCH', `${path}/status`, {
        contentType: 'application/strategic-merge-patch+json',
        body: { metadata: { uid }, status: { conditions: [condition] } },
      });
      this.#unschedulable.set(uid, message);
      event('Warning', 'FailedScheduling', message);
      return;
    }
    await client.raw('POST', `${path}/binding`, {
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, uid },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      },
    });
    event('Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`);
  }
}
