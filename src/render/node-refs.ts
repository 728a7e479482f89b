import type { OpNode } from '../api/op-node.ts';
import { setting } from './environment.ts';
import type { RenderInput } from './input.ts';
import type { EnvVar } from './manifest.ts';
import { namespaceOf } from './metadata.ts';
import { podHost } from './names.ts';
import { EL_HTTP, NODE_RPC } from './ports.ts';

/** The nodes that a component reads from, by name: those it names, else the sequencers of its network. */
export function referencedNodes(
  refs: readonly { readonly name: string }[] | undefined,
  nodes: readonly OpNode[],
): string[] {
  if (refs !== undefined) return refs.map(({ name }) => name);
  return nodes
    .filter(({ spec }) => spec.role === 'Sequencer')
    .map(({ metadata }) => metadata.name)
    .sort();
}

/**
 * The two lists of RPCs, of equal length and in the same order, as op-batcher demands. Pods and not Services: whose
 * head a batch is made of must be certain, and a pod keeps its name over restarts.
 */
export function nodeEndpoints(prefix: string, names: readonly string[], input: RenderInput): EnvVar[] {
  const hosts = names.map((name) => podHost(name, 0, namespaceOf(input)));
  return [
    ...setting(`${prefix}_L2_ETH_RPC`, hosts.map((host) => `http://${host}:${EL_HTTP.number}`).join(',')),
    ...rollupEndpoints(prefix, names, input),
  ];
}

/** The list of op-nodes alone. */
export function rollupEndpoints(prefix: string, names: readonly string[], input: RenderInput): EnvVar[] {
  const hosts = names.map((name) => podHost(name, 0, namespaceOf(input)));
  return setting(`${prefix}_ROLLUP_RPC`, hosts.map((host) => `http://${host}:${NODE_RPC.number}`).join(','));
}

/**
 * The node that challengers believe, by name: the one that is named, else the first that has what they ask for. They
 * take one only. undefined: there is none.
 */
export function challengedNode(
  refs: readonly { readonly name: string }[] | undefined,
  nodes: readonly OpNode[],
): string | undefined {
  if (refs !== undefined) return refs[0]?.name;
  return nodes
    .filter((node) => missingForChallengers(node).length === 0)
    .map(({ metadata }) => metadata.name)
    .sort()[0];
}

/** What challengers need of a node and it does not have, by field. */
export function missingForChallengers({ spec }: OpNode): string[] {
  const { execution, consensus } = spec;
  return [
    ...(execution.archive ? [] : ['execution.archive: true']),
    ...(execution.apis === undefined || execution.apis.includes('debug') ? [] : ['debug in execution.apis']),
    ...(consensus.safeDB ? [] : ['consensus.safeDB: true']),
    ...(spec.replicas === 0 ? ['a replica'] : []),
  ];
}
