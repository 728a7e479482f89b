/** The watcher's metrics. Names of controller-runtime where it has one, so that existing dashboards work. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { KubeObject, Reflector, RequestSample, WorkQueue, WorkQueueObserver } from '../kube/index.ts';

const QUEUE_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60];

export interface WatcherMetrics {
  /** For `createKubeClient({ onRequest })`. */
  onKubeRequest(sample: RequestSample): void;
  /** Counters of one work queue; `queue` is asked for its depth at each scrape. */
  observeQueue(name: string, queue: () => WorkQueue): WorkQueueObserver;
  /** Reflectors to read at each scrape. */
  observeReflectors(reflectors: () => readonly Reflector<KubeObject>[]): void;
  observeTemporal(reachable: () => boolean | undefined): void;
  /** A kind is watched from now on. */
  onWatching(kind: string): void;
  onWatchFailure(kind: string): void;
  onCacheMiss(kind: string, count: number): void;
  /** Seconds from the first change to the accepted signal. */
  onPoke(seconds: number): void;
  onEntityRestarted(): void;
}

export function createWatcherMetrics(registry: Registry): WatcherMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the Kubernetes API server by method and status code; code 0: nobody answered.',
    labelNames: ['method', 'code'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Duration of requests to the Kubernetes API server; of watches, the time until they began.',
    labelNames: ['method'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15],
    registers,
  });
  const adds = new Counter({
    name: 'workqueue_adds_total',
    help: 'Additions to the work queue.',
    labelNames: ['name'],
    registers,
  });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Runs of a key that failed and are tried again.',
    labelNames: ['name'],
    registers,
  });
  const waited = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'Seconds from the first addition of a key to its run.',
    labelNames: ['name'],
    buckets: QUEUE_BUCKETS,
    registers,
  });
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'Seconds that a run took.',
    labelNames: ['name'],
    buckets: QUEUE_BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'opstack_watch_failures_total',
    help: 'Lists and watches that failed and were tried again.',
    labelNames: ['kind'],
    registers,
  });
  const misses = new Counter({
    name: 'opstack_watch_cache_miss_total',
    help: 'Changes that a watch never brought and a verification found. Must stay 0.',
    labelNames: ['kind'],
    registers,
  });
  const pokes = new Histogram({
    name: 'opstack_poke_seconds',
    help: 'Seconds from the first change of a network to the accepted signal to its workflow.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const restarts = new Counter({
    name: 'opstack_entities_restarted_total',
    help: 'Networks whose workflow was not running although the object exists.',
    registers,
  });

  const queues = new Map<string, () => WorkQueue>();
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that wait for a run.',
    labelNames: ['name'],
    registers,
    collect() {
      for (const [name, queue] of queues) this.set({ name }, queue().depth);
    },
  });

  return {
    onKubeRequest({ method, status, seconds }) {
      requests.inc({ method, code: String(status) });
      requestSeconds.observe({ method }, seconds);
    },
    observeQueue(name, queue) {
      queues.set(name, queue);
      return {
        onAdd: () => adds.inc({ name }),
        onStart: (_, seconds) => waited.observe({ name }, seconds),
        onEnd: (_, seconds) => worked.observe({ name }, seconds),
        onRetry: () => retries.inc({ name }),
      };
    },
    observeReflectors(reflectors) {
      const perKind = (read: (reflector: Reflector<KubeObject>) => number, merge: (a: number, b: number) => number) => {
        const kinds = new Map<string, number>();
        for (const reflector of reflectors()) {
          const { kind } = reflector.type;
          const value = read(reflector);
          const other = kinds.get(kind);
          kinds.set(kind, other === undefined ? value : merge(other, value));
        }
        return kinds;
      };
      new Gauge({
        name: 'opstack_watch_last_activity_timestamp_seconds',
        help: 'When the API server last said something about a kind; of several watches, the one that is silent longest.',
        labelNames: ['kind'],
        registers,
        collect() {
          const times = perKind((reflector) => (Date.now() - reflector.idleMs()) / 1000, Math.min);
          for (const [kind, time] of times) this.set({ kind }, time);
        },
      });
      new Gauge({
        name: 'opstack_watch_objects',
        help: 'Objects that are known.',
        labelNames: ['kind'],
        registers,
        collect() {
          for (const [kind, count] of perKind(
            ({ size }) => size,
            (a, b) => a + b,
          ))
            this.set({ kind }, count);
        },
      });
    },
    observeTemporal(reachable) {
      new Gauge({
        name: 'opstack_temporal_reachable',
        help: '1 while Temporal answers, else 0.',
        registers,
        collect() {
          this.set(reachable() === true ? 1 : 0);
        },
      });
    },
    onWatching(kind) {
      // Series that exist from the start can be alerted on.
      failures.inc({ kind }, 0);
      misses.inc({ kind }, 0);
    },
    onWatchFailure: (kind) => failures.inc({ kind }),
    onCacheMiss: (kind, count) => misses.inc({ kind }, count),
    onPoke: (seconds) => pokes.observe(seconds),
    onEntityRestarted: () => restarts.inc(),
  };
}
