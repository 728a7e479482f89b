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
    ...setting(`${prefix}_ROLLUP_RPC`, hosts.map((host) => `http://${host}:${NODE_RPC.number}`).join(',')),
  ];
}
