/** One attempt of a step's activity, as a worker runs it: with its interceptor, on the real API server. */
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { createActivities } from '../../src/activities/index.ts';
import { activityInterceptor } from '../../src/activities/interceptor.ts';
import { createRedactor } from '../../src/activities/redaction.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import type { StepInput, StepResult } from '../../src/contract/activities.ts';
import type { Step } from '../../src/contract/plan.ts';
import { createEventRecorder } from '../../src/kube/index.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Owner } from './owner.ts';

export interface Attempted extends Partial<Omit<StepInput, 'step' | 'network' | 'uid'>> {
  readonly network: Owner;
  readonly step: Pick<Step, 'type' | 'component'> & Partial<Step>;
  readonly attempt?: number;
  /** Of its kind: which plan of the network it is. */
  readonly plan?: number;
  /** How long earlier attempts have tried. */
  readonly waitedMs?: number;
  /** What they have kept. */
  readonly kept?: unknown;
  /** Gets what this one keeps. */
  readonly onKept?: (value: unknown) => void;
  /** Called at each fault point; what it throws ends the attempt there. */
  readonly reached?: (point: string) => Promise<void>;
}

const CLUSTER = 'test';

export function dependenciesOn({ client, namespace }: ApiServer): ActivityDependencies {
  return {
    cluster: CLUSTER,
    kube: client,
    events: createEventRecorder({ client, reportingController: 'optimism.io/test', reportingInstance: 'test' }),
    logger: pino({ level: 'silent' }),
    redactor: createRedactor(),
    registry: loadRegistry(),
    operatorNamespace: namespace,
    temporalNamespace: 'default',
    now: Date.now,
    reached: async () => undefined,
  };
}

/** What the step says. @throws ApplicationFailure as Temporal gets it */
export async function attempt(api: ApiServer, attempted: Attempted): Promise<string> {
  return (await resultOf(api, attempted)).message;
}

/** @throws ApplicationFailure as Temporal gets it */
export async function resultOf(api: ApiServer, attempted: Attempted): Promise<StepResult> {
  const { network, step, attempt: number = 1, plan = 1, waitedMs = 0, kept, onKept, reached, ...others } = attempted;
  const deps = { ...dependenciesOn(api), ...(reached ? { reached } : {}) };
  const id = step.id ?? `01-${step.type}/${step.component.name}`;
  const inbound = activityInterceptor(deps);
  const workflowId = `optimismnetwork/${CLUSTER}/${network.namespace}/${network.name}/install-${plan}`;
  const info = {
    activityType: step.type,
    activityId: id,
    attempt: number,
    startToCloseTimeoutMs: 60_000,
    heartbeatTimeoutMs: 5000,
    heartbeatDetails: { waitedMs, value: kept },
    workflowExecution: { workflowId, runId: `run-${network.name}` },
  };
  const environment = new MockActivityEnvironment(info, {
    interceptors: [() => ({ inbound })],
    logger: new DefaultLogger('ERROR'),
  });
  environment.on('heartbeat', (details?: { readonly value?: unknown }) => onKept?.(details?.value));
  const input: StepInput = {
    network: { cluster: CLUSTER, namespace: network.namespace, name: network.name },
    uid: network.uid,
    planHash: 'ab'.repeat(32),
    planKind: 'install',
    revision: 'r1',
    step: { id, summary: `${step.type} ${step.component.name}`, limitSeconds: 600, safePointAfter: false, ...step },
    position: { index: 0, total: 1 },
    fencedNodes: [],
    skippedGates: [],
    ...others,
  };
  const run: (input: StepInput) => Promise<StepResult> = createActivities(deps)[step.type];
  return environment.run<[StepInput], StepResult, typeof run>(run, input);
}

/** How the attempt fails. */
export async function failureOf(api: ApiServer, attempted: Attempted): Promise<ApplicationFailure> {
  const end: unknown = await attempt(api, attempted).catch((error: unknown) => error);
  if (end instanceof ApplicationFailure) return end;
  throw new Error(`the step did not fail, it said: ${String(end)}`);
}
