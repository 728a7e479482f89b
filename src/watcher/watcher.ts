/**
 * Turns changes in Kubernetes into pokes of workflows. No business logic: which change matters is a matter of who made
 * it (watched-objects.ts), and what to do about it is the workflow's.
 *
 * Nothing is acknowledged away. A poke that fails is tried until it is taken, and after a restart the first list pokes
 * every network once. Watchers need no leader: the workflow id is the lock.
 */
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { HealthCheck } from '../health/http.ts';
import { type Batch, createWorkQueue, type KubeClient } from '../kube/index.ts';
import { startEntityCheck } from './entity-check.ts';
import type { WatcherMetrics } from './metrics.ts';
import { createPoker, type NetworkKey, reasonOf } from './poke.ts';
import { type Sources, startSources } from './sources.ts';
import { createStatusKeeper, type StatusKeeper } from './status-keeper.ts';
import { temporalProblem } from './temporal-errors.ts';
import { startTemporalHealth } from './temporal-health.ts';
import { type OwnObject, whyManagedChangeConcerns, whyOwnChangeConcerns } from './watched-objects.ts';

/** A restart is worth trying when the API server has said nothing for this long; bookmarks come each minute. */
const STALE_AFTER_MS = 15 * 60_000;
const TEMPORAL_PROBE_MS = 3000;
const CONCURRENT_POKES = 16;

export interface WatcherSettings {
  /** Cluster id: part of workflow ids and of the task queue. */
  readonly clusterName: string;
  /** Absent: all namespaces. */
  readonly namespaces?: readonly string[] | undefined;
  /** The first change pokes at once, further ones at most this often. Milliseconds. Default 300. */
  readonly settleMs?: number | undefined;
  /** Between two searches for networks without a running workflow. Milliseconds. Default 60,000. */
  readonly entityCheckIntervalMs?: number | undefined;
  /** host:port of Temporal, as people know it; for messages. */
  readonly temporalAddress: string;
  /** Base URL of Temporal's UI, for links in the status. */
  readonly temporalUiUrl?: string | undefined;
}

export interface WatcherOptions {
  readonly kube: KubeClient;
  readonly temporal: Client;
  readonly settings: WatcherSettings;
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
}

export interface Watcher {
  /** Resolves when everything that is in the cluster is known; rejects when the watcher was closed before. */
  readonly synced: Promise<void>;
  readonly liveness: readonly HealthCheck[];
  readonly readiness: readonly HealthCheck[];
  /** Stops watching and poking; resolves when nothing runs any more. */
  close(): Promise<void>;
}

/** Starts watching. Neither the API server nor Temporal has to be there yet. */
export async function startWatcher({ kube, temporal, settings, logger, metrics }: WatcherOptions): Promise<Watcher> {
  const { clusterName: cluster, namespaces } = settings;
  const poker = createPoker(temporal, cluster);

  const pokes = createWorkQueue({
    minIntervalMs: settings.settleMs ?? 300,
    concurrency: CONCURRENT_POKES,
    backOff: { initialMs: 500, maxMs: 15_000 },
    process: poke,
    observer: metrics.observeQueue('network', () => pokes),
  });

  async function poke(key: string, batch: Batch, signal: AbortSignal): Promise<void> {
    const target = networkOf(key);
    const network = sources.network(target.namespace, target.name);
    const reason = reasonOf(batch);
    try {
      await poker.poke({ ...target, uid: network?.metadata.uid }, reason, signal);
    } catch (error) {
      const problem = temporalProblem(error);
      if (!signal.aborted) {
        // While Temporal is known to be away, every network fails every few seconds; that was said once, by health.
        const level = problem.reason === 'TemporalUnreachable' && health.reachable === false ? 'debug' : 'warn';
        logger[level](
          { network: key, reason: problem.reason, detail: problem.detail },
          'Poke failed, it is tried again',
        );
        if (problem.reason === 'TemporalUnreachable') health.suspect();
        else if (network !== undefined) statuses.pokeRefused(network, problem);
      }
      throw error;
    }
    metrics.onPoke((performance.now() - batch.since) / 1000);
    logger.info({ network: key, because: reason, exists: network !== undefined }, 'Poked network');
    if (network !== undefined) statuses.pokeAccepted(network);
  }

  const statuses: StatusKeeper = createStatusKeeper({
    kube,
    cluster,
    logger,
    place: {
      address: settings.temporalAddress,
      namespace: temporal.options.namespace,
      uiUrl: settings.temporalUiUrl,
    },
    sources: () => sources,
    observer: metrics.observeQueue('status', () => statuses.queue),
  });

  function add(
    object: { readonly metadata: OwnObject['metadata']; readonly network: string | undefined },
    reason: string,
  ) {
    if (object.network !== undefined) pokes.add(`${object.metadata.namespace}/${object.network}`, reason);
  }

  const sources: Sources = startSources({
    kube,
    namespaces,
    logger,
    metrics,
    onNetwork: (change) => {
      const reason = whyOwnChangeConcerns(change);
      if (reason === undefined) return;
      add(change.object, reason);
      if (change.type !== 'updated') statuses.networkChanged(change.object);
    },
    onComponent: (change) => {
      const reason = whyOwnChangeConcerns(change);
      if (reason === undefined) return;
      add(change.object, reason);
      if (change.type !== 'deleted') statuses.componentChanged(change.object);
    },
    onManaged: (change) => {
      const reason = whyManagedChangeConcerns(change);
      if (reason !== undefined) add(change.object, reason);
    },
  });
  metrics.observeReflectors(() => sources.all);

  const health = startTemporalHealth({
    intervalMs: TEMPORAL_PROBE_MS,
    probe: (signal) => poker.probe(signal),
    onChange: (problem) => {
      if (problem === undefined) logger.info('Temporal answered');
      else logger.error({ reason: problem.reason, detail: problem.detail }, 'Temporal went away');
      statuses.temporalChanged(problem);
      if (problem === undefined) pokes.retryNow();
    },
  });
  metrics.observeTemporal(() => health.reachable);

  const entityCheck = startEntityCheck({
    poker,
    cluster,
    logger,
    intervalMs: settings.entityCheckIntervalMs ?? 60_000,
    isReady: () => sources.areNetworksKnown && health.reachable === true,
    networks: () => sources.networks(),
    isWatched: (namespace) => namespaces?.includes(namespace) ?? true,
    onMissing: (network) => {
      if (pokes.isPending(keyOf(network))) return; // it is being started right now
      metrics.onEntityRestarted();
      logger.warn({ network: keyOf(network) }, 'Workflow of network was not running, starting it');
      pokes.add(keyOf(network), 'its workflow was not running');
    },
    onOrphan: (network) => pokes.add(keyOf(network), 'its OptimismNetwork is gone'),
  });

  return {
    synced: sources.synced,
    liveness: [{ name: 'watches', problem: () => staleWatch(sources) }],
    readiness: [
      { name: 'watches', problem: () => unsyncedWatch(sources) },
      {
        name: 'temporal',
        problem: () => (health.reachable === true ? undefined : (health.problem?.detail ?? 'it has not answered yet')),
      },
    ],
    async close() {
      await Promise.all([sources.close(), entityCheck.close(), health.close()]);
      await Promise.all([pokes.close(), statuses.close()]);
    },
  };
}

function keyOf({ namespace, name }: NetworkKey): string {
  return `${namespace}/${name}`;
}

function networkOf(key: string): NetworkKey {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}

function staleWatch({ all }: Sources): string | undefined {
  const stale = all.find((reflector) => reflector.idleMs() > STALE_AFTER_MS);
  if (stale === undefined) return undefined;
  return `the API server has said nothing about ${stale.type.kind} for ${Math.round(stale.idleMs() / 60_000)} minutes`;
}

function unsyncedWatch({ all }: Sources): string | undefined {
  const waiting = all.filter(({ hasSynced }) => !hasSynced).map(({ type }) => type.kind);
  return waiting.length === 0 ? undefined : `not listed yet: ${[...new Set(waiting)].join(', ')}`;
}
