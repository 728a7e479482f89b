/** The worker process: connects to Temporal, checks what must be true there, and runs workflows and activities. */
import type { Client } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  type NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ActivityDependencies } from '../activities/dependencies.ts';
import { createActivities } from '../activities/index.ts';
import { activityInterceptor } from '../activities/interceptor.ts';
import { taskQueueName } from '../contract/ids.ts';
import { replayBeforePolling } from './replay/replay-before-polling.ts';
import { buildIdOf } from './replay/workflow-bundle.ts';
import type { Settings } from './settings.ts';
import { connectWorker, ensureSearchAttributes, PAYLOAD_CONVERTER_PATH } from './temporal.ts';

const RETRY_MS = 2000;
/** Somebody may have ended the workflow that did not fit. */
const REPLAY_AGAIN_MS = 60_000;

/**
 * A worker that freezes still holds its open polls, and each of them swallows one attempt of a step until its heartbeat
 * time-out. With the usual ten it took 66 s until another worker came to act.
 */
const FEW_IDLE_POLLERS = {
  type: 'autoscaling',
  minimum: 2,
  initial: 2,
  maximum: 20,
} as const satisfies WorkerOptions['activityTaskPollerBehavior'];

/** Logs of Temporal's core and SDK through our own logger. Once in a process, before any connection. */
export function installTemporalRuntime(logger: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const fields = { ...meta, component: 'temporal' };
      if (level === 'ERROR') logger.error(fields, message);
      else if (level === 'WARN') logger.warn(fields, message);
      else logger.debug(fields, message);
    }),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
}

export interface RunWorkerOptions {
  readonly settings: Settings & { readonly clusterName: string };
  readonly deps: ActivityDependencies;
  readonly client: Client;
  readonly logger: Logger;
  readonly bundle: WorkflowBundle;
  /** Ends the worker: what runs is given some seconds, then the function returns. */
  readonly signal: AbortSignal;
  readonly onState: (problem: string | undefined) => void;
}

/** Runs until the signal aborts. While Temporal can not be used, or must not be, it says why, and tries again. */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { settings, deps, logger, bundle, signal, onState } = options;
  const connection = await connectWhenUsable(options);
  if (!connection) return;
  try {
    const worker = await Worker.create({
      connection,
      namespace: settings.temporalNamespace,
      taskQueue: taskQueueName(settings.clusterName),
      workflowBundle: bundle,
      buildId: buildIdOf(bundle),
      activities: createActivities(deps),
      dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
      interceptors: { activity: [() => ({ inbound: activityInterceptor(deps) })] },
      maxConcurrentActivityTaskExecutions: settings.maxActivities,
      maxCachedWorkflows: settings.maxCachedWorkflows,
      activityTaskPollerBehavior: FEW_IDLE_POLLERS,
      workflowTaskPollerBehavior: FEW_IDLE_POLLERS,
      maxHeartbeatThrottleInterval: '2 seconds',
      // How long a plan waits for a worker that is gone before another one takes it up; an overloaded one replays more.
      stickyQueueScheduleToStartTimeout: '4 seconds',
      shutdownGraceTime: '5 seconds',
      shutdownForceTime: '20 seconds',
    });
    onState(undefined);
    logger.info(
      { taskQueue: taskQueueName(settings.clusterName), namespace: settings.temporalNamespace },
      'Worker started',
    );
    const running = worker.run();
    if (signal.aborted) worker.shutdown();
    else signal.addEventListener('abort', () => worker.shutdown(), { once: true });
    await running;
  } finally {
    await connection.close();
    logger.info('Worker stopped');
  }
}

/** A connection over which the worker may poll; undefined when the signal has aborted before. */
async function connectWhenUsable(options: RunWorkerOptions): Promise<NativeConnection | undefined> {
  const { settings, client, logger, bundle, signal, onState } = options;
  let failure = '';
  while (!signal.aborted) {
    let connection: NativeConnection | undefined;
    let misfit: string | undefined;
    try {
      connection = await connectWorker(settings);
      await ensureSearchAttributes(client, settings.temporalNamespace);
      misfit = await replayBeforePolling({ client, cluster: settings.clusterName, bundle, logger, signal });
      if (misfit === undefined) return connection;
      onState(misfit);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      onState(`Temporal at ${settings.temporalAddress} can not be used: ${message}`);
      if (message !== failure)
        logger.warn({ address: settings.temporalAddress, reason: message }, 'Waited for Temporal');
      failure = message;
    }
    await connection?.close();
    await pause(misfit === undefined ? RETRY_MS : REPLAY_AGAIN_MS, signal);
  }
  return undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
