/**
 * Names of workflows and task queues. They are wire names: whoever changes one orphans what runs under it.
 * The cluster id is part of all of them, so that two clusters may share one Temporal namespace.
 */

/** An OptimismNetwork object, as seen from one operator installation. */
export interface NetworkRef {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** Workflow id of the entity of one OptimismNetwork: `optimismnetwork/<cluster>/<namespace>/<name>`. */
export function entityWorkflowId(network: NetworkRef): string {
  return `optimismnetwork/${network.cluster}/${network.namespace}/${network.name}`;
}

/** The inverse of {@link entityWorkflowId}; undefined for any other id (plan executors have a fifth segment). */
export function parseEntityWorkflowId(workflowId: string): NetworkRef | undefined {
  const [prefix, cluster, namespace, name, ...rest] = workflowId.split('/');
  if (prefix !== 'optimismnetwork' || !cluster || !namespace || !name || rest.length > 0) return undefined;
  return { cluster, namespace, name };
}

/** Workflow id of the child that executes one plan: `<entity id>/<kind>-<n>`, n counted by the audit chain. */
export function planWorkflowId(network: NetworkRef, kind: string, n: number): string {
  return `${entityWorkflowId(network)}/${kind}-${n}`;
}

/** Task queue of one installation's workers. */
export function taskQueueName(cluster: string): string {
  return `op-stack-operator/${cluster}`;
}

/** Workflow type of the entity. */
export const ENTITY_WORKFLOW_TYPE = 'optimismNetwork';
