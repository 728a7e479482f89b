/**
 * The two conditions that only the watcher can write, because no workflow can: that Temporal is away, and that a
 * component names a network that does not exist. Pure.
 */

import { LABELS } from '../api/names.ts';
import type { TemporalProblem } from './temporal-errors.ts';
import type { OwnObject, StoredCondition } from './watched-objects.ts';

export interface WantedCondition {
  readonly type: 'Orchestrated' | 'ConfigurationValid';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Temporal as it is named in messages, and the network's page in its UI. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string | undefined;
}

export function orchestrated(workflowId: string, place: TemporalPlace): WantedCondition {
  const page =
    place.uiUrl === undefined
      ? ''
      : ` → ${place.uiUrl.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(place.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return {
    type: 'Orchestrated',
    status: 'True',
    reason: 'WorkflowReached',
    message: `Workflow ${workflowId} is told of every change.${page}`,
  };
}

/** The detail of an unreachable server varies from call to call, and so is in the log and not in the status. */
export function notOrchestrated(problem: TemporalProblem, place: TemporalPlace): WantedCondition {
  const base = { type: 'Orchestrated', status: 'False', reason: problem.reason } as const;
  const harmless = 'What runs keeps running, but nothing is planned, changed or repaired meanwhile';
  return problem.reason === 'TemporalUnreachable'
    ? {
        ...base,
        message:
          `Temporal at ${place.address} does not answer. ${harmless}. → check that it runs and that the operator may ` +
          'reach it (address in its settings, NetworkPolicy, TLS); it is tried again by itself',
      }
    : {
        ...base,
        message:
          `Temporal at ${place.address}, namespace ${place.namespace}, refuses the operator: ${problem.detail}. ${harmless}. ` +
          '→ check namespace, permissions and search attributes (the worker registers them when it starts); it is ' +
          'tried again by itself',
      };
}

const MISSING_NETWORK_REASON = 'ReferenceNotFound';

export function networkNotFound(network: string, namespace: string): WantedCondition {
  return {
    type: 'ConfigurationValid',
    status: 'False',
    reason: MISSING_NETWORK_REASON,
    message: `${missingNetworkStart(network)} in namespace ${namespace}. → create it or fix spec.networkRef.name`,
  };
}

/**
 * The same for a component that is being deleted: nobody is left who would take it down. Somebody has taken the network
 * away by hand; only a person knows whether what it made may simply go.
 */
export function nobodyTakesDown({ kind, metadata }: OwnObject, network: string): WantedCondition {
  const { namespace = '', name } = metadata;
  const label = `${LABELS.component}=${kind.toLowerCase()}.${name}`;
  return {
    type: 'ConfigurationValid',
    status: 'False',
    reason: MISSING_NETWORK_REASON,
    message:
      `${missingNetworkStart(network)} in namespace ${namespace}, so nobody takes this object down. → create the network ` +
      'again, and it goes in order; or let go by hand: ' +
      `kubectl -n ${namespace} delete statefulset,service,configmap,networkpolicy,serviceaccount,poddisruptionbudget -l ${label} && ` +
      `kubectl -n ${namespace} patch ${kind.toLowerCase()} ${name} --type merge -p '{"metadata":{"finalizers":null}}' ` +
      `(its volumes stay: persistentvolumeclaim -l ${label})`,
  };
}

/** Whether a component's stored condition is the one that {@link networkNotFound} or {@link nobodyTakesDown} made, perhaps before a restart. */
export function saysNetworkNotFound(component: OwnObject): boolean {
  return component.conditions.some(
    ({ type, reason, message = '' }) =>
      type === 'ConfigurationValid' &&
      reason === MISSING_NETWORK_REASON &&
      message.startsWith(missingNetworkStart(component.network ?? '')),
  );
}

function missingNetworkStart(network: string): string {
  return `OptimismNetwork "${network}" not found`;
}

/**
 * The condition to write, or undefined when the stored one says the same about the same generation.
 * `lastTransitionTime` moves only when `status` does.
 */
export function changedCondition(
  object: OwnObject,
  wanted: WantedCondition,
  now: Date,
): (WantedCondition & StoredCondition) | undefined {
  const stored = object.conditions.find(({ type }) => type === wanted.type);
  const { generation } = object.metadata;
  const same =
    stored?.status === wanted.status &&
    stored.reason === wanted.reason &&
    stored.message === wanted.message &&
    stored.observedGeneration === generation;
  if (same) return undefined;
  return {
    ...wanted,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastTransitionTime:
      stored?.status === wanted.status && stored.lastTransitionTime !== undefined
        ? stored.lastTransitionTime
        : now.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}
