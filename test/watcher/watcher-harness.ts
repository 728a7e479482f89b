/** One watcher on real servers, alone with its namespace and its cluster name. */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import pino from 'pino';
import { Registry } from 'prom-client';
import { vi } from 'vitest';
import { entityWorkflowId } from '../../src/contract/ids.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import { createWatcherMetrics, startWatcher } from '../../src/watcher/index.ts';
import type { Watcher, WatcherSettings } from '../../src/watcher/watcher.ts';
import { ensureSearchAttributes } from '../../src/worker/temporal.ts';
import { createTestNamespace } from '../kube/test-namespace.ts';
import { networkManifest } from './manifests.ts';

const API_VERSION = 'optimism.io/v1alpha1';

export interface Poke {
  readonly cluster: string;
  readonly network: string;
  readonly reason: string;
  /** When the server recorded it, milliseconds since the epoch. */
  readonly at: number;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

export interface WatcherHarness {
  readonly kube: KubeClient;
  readonly temporal: Client;
  readonly registry: Registry;
  readonly namespace: string;
  readonly cluster: string;
  readonly watcher: Watcher;
  /** Log lines so far. */
  readonly log: readonly string[];
  createNetwork(name: string, metadata?: object): Promise<KubeObject>;
  /** All pokes that the running entity of a network has received; empty when there is no entity. */
  pokesOf(network: string): Promise<Poke[]>;
  runIdOf(network: string): Promise<string | undefined>;
  condition(kind: string, name: string, type: string): Promise<Condition | undefined>;
  /** Ends the watcher and starts another one, as a restarted pod would. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startHarness(options: {
  readonly kubeconfigPath: string;
  readonly temporalAddress: string;
  readonly settings?: Partial<WatcherSettings>;
}): Promise<WatcherHarness> {
  const kube = createKubeClient({ kubeconfigPath: options.kubeconfigPath });
  const temporal = new Client({ connection: Connection.lazy({ address: options.temporalAddress }) });
  await ensureSearchAttributes(temporal, 'default');
  const namespace = await createTestNamespace(kube, 'watcher');
  const cluster = `c-${randomBytes(4).toString('hex')}`;
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  let registry: Registry;
  let watcher: Watcher;

  async function start(): Promise<void> {
    registry = new Registry();
    const settings = {
      clusterName: cluster,
      namespaces: [namespace],
      temporalAddress: options.temporalAddress,
      ...options.settings,
    };
    watcher = await startWatcher({ kube, temporal, settings, logger, metrics: createWatcherMetrics(registry) });
  }
  await start();

  const handleOf = (name: string) => temporal.workflow.getHandle(entityWorkflowId({ cluster, namespace, name }));
  return {
    kube,
    temporal,
    get registry() {
      return registry;
    },
    namespace,
    cluster,
    get watcher() {
      return watcher;
    },
    log,
    createNetwork: (name, metadata) => kube.create(networkManifest(namespace, name, metadata)),
    async pokesOf(name) {
      const history = await handleOf(name)
        .fetchHistory()
        .catch(() => undefined);
      return (history?.events ?? []).flatMap((event): Poke[] => {
        const signal = event.workflowExecutionSignaledEventAttributes;
        const payload = signal?.input?.payloads?.[0];
        if (signal?.signalName !== 'poke' || payload === undefined) return [];
        const poke = defaultPayloadConverter.fromPayload<Omit<Poke, 'at'>>(payload);
        const { seconds, nanos } = event.eventTime ?? {};
        return [{ ...poke, at: Number(seconds) * 1000 + (nanos ?? 0) / 1e6 }];
      });
    },
    runIdOf: (name) =>
      handleOf(name)
        .describe()
        .then(({ runId }) => runId)
        .catch(() => undefined),
    async condition(kind, name, type) {
      const object = await kube.get({ apiVersion: API_VERSION, kind, namespace, name });
      const { conditions = [] } = (object?.['status'] ?? {}) as { conditions?: Condition[] };
      return conditions.find((condition) => condition.type === type);
    },
    async restart() {
      await watcher.close();
      await start();
    },
    async close() {
      await watcher.close();
      await kube.close();
      await temporal.connection.close();
    },
  };
}

/** Waits until an assertion holds. */
export function until<T>(assertion: () => T | Promise<T>, timeout = 20_000): Promise<T> {
  return vi.waitFor(assertion, { timeout, interval: 25 });
}
