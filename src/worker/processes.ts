/** The processes of the operator, from settings: watcher, worker, or both. */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { createRedactor } from '../activities/redaction.ts';
import { loadRegistry } from '../catalogue/registry.ts';
import { type HealthCheck, startHealthServer } from '../health/http.ts';
import { createEventRecorder, createKubeClient, type KubeClient } from '../kube/index.ts';
import { createWatcherMetrics, startWatcher } from '../watcher/index.ts';
import { loadWorkflows } from './replay/workflow-bundle.ts';
import type { Settings } from './settings.ts';
import { createTemporalClient } from './temporal.ts';
import { installTemporalRuntime, runWorker } from './worker.ts';

export type ProcessKind = 'watcher' | 'worker' | 'all';

export interface RunOptions {
  readonly kind: ProcessKind;
  readonly settings: Settings;
  readonly logger: Logger;
  /** Ends everything cleanly. */
  readonly signal: AbortSignal;
  /** Fault points of tests; nothing in production. */
  readonly reached?: ActivityDependencies['reached'];
}

/** Runs until the signal aborts. @throws when settings, kubeconfig or the health port can not be used */
export async function runProcess({
  kind,
  settings,
  logger,
  signal,
  reached = async () => {},
}: RunOptions): Promise<void> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = createWatcherMetrics(registry);
  const kube = createKubeClient({
    kubeconfigPath: settings.kubeconfig,
    context: settings.kubeContext,
    onRequest: metrics.onKubeRequest,
  });
  const clusterName = settings.clusterName ?? (await clusterIdOf(kube, settings.operatorNamespace));
  if (kind !== 'watcher') installTemporalRuntime(logger);
  const temporal = createTemporalClient(settings);
  const live: HealthCheck[] = [];
  const ready: HealthCheck[] = [];
  const closing: (() => Promise<void>)[] = [];
  try {
    if (kind !== 'worker') {
      const { watchNamespaces, temporalAddress, temporalUiUrl, entityCheckInterval } = settings;
      const watcher = await startWatcher({
        kube,
        temporal,
        settings: {
          clusterName,
          namespaces: watchNamespaces,
          temporalAddress,
          temporalUiUrl,
          entityCheckIntervalMs: entityCheckInterval,
        },
        logger: logger.child({ process: 'watcher' }),
        metrics,
      });
      closing.push(() => watcher.close());
      live.push(...watcher.liveness);
      ready.push(...watcher.readiness);
    }
    let workerProblem: string | undefined = 'the worker is starting';
    if (kind !== 'watcher') ready.push({ name: 'worker', problem: () => workerProblem });
    const server = await startHealthServer({
      host: '0.0.0.0',
      port: settings.healthPort,
      live,
      ready,
      metrics: registry,
    });
    closing.push(() => server.close());
    logger.info(
      { process: kind, cluster: clusterName, healthPort: server.port, server: kube.server },
      'Operator started',
    );
    if (kind === 'watcher') await aborted(signal);
    else {
      const deps = activityDependencies(kube, { ...settings, clusterName }, logger, reached);
      const bundle = await loadWorkflows();
      await runWorker({
        settings: { ...settings, clusterName },
        deps,
        client: temporal,
        logger: logger.child({ process: 'worker' }),
        bundle,
        signal,
        onState: (problem) => {
          workerProblem = problem;
        },
      });
    }
  } finally {
    for (const close of closing.reverse()) await close();
    await temporal.connection.close();
    await kube.close();
  }
}

function activityDependencies(
  kube: KubeClient,
  settings: Settings & { clusterName: string },
  logger: Logger,
  reached: ActivityDependencies['reached'],
): ActivityDependencies {
  return {
    cluster: settings.clusterName,
    kube,
    events: createEventRecorder({
      client: kube,
      reportingController: 'optimism.io/op-stack-operator',
      reportingInstance: hostname(),
    }),
    logger: logger.child({ process: 'worker' }),
    redactor: createRedactor(),
    registry: loadRegistry(settings.registryFile),
    operatorNamespace: settings.operatorNamespace,
    temporalNamespace: settings.temporalNamespace,
    ...(settings.temporalUiUrl ? { temporalUiUrl: settings.temporalUiUrl } : {}),
    now: Date.now,
    reached,
  };
}

/** Without a name of its own an installation is known by the uid of its namespace, which no other cluster has. */
async function clusterIdOf(kube: KubeClient, namespace: string): Promise<string> {
  const object = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  const id = object?.metadata.uid?.replaceAll('-', '').slice(0, 8);
  if (id) return id;
  throw new Error(
    `namespace ${namespace} does not exist: create it, or set OPSTACK_OPERATOR_NAMESPACE to the operator's namespace or OPSTACK_CLUSTER_NAME to a name for this cluster`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
