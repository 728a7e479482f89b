import type { OpNode } from '../api/op-node.ts';
import type { RenderInput } from './input.ts';
import { namespaceOf } from './metadata.ts';
import { podHost } from './names.ts';

/**
 * Data of the ConfigMap of static peers: for each OpNode the addresses of all pods of the other ones, so that both
 * sides of a connection dial and whichever restarts is back at once. Pods of one OpNode share a key and therefore do
 * not list each other: a node must not dial itself. Empty text when a node is alone.
 *
 * op-node reads its key at every start of its container, so more replicas never restart a sequencer.
 */
export function peersData(input: RenderInput): Record<string, string> {
  const namespace = namespaceOf(input);
  const nodes = input.nodes.filter(({ spec }) => spec.consensus.p2p.enabled);
  const addresses = new Map(nodes.map((node) => [node.metadata.name, multiaddrs(node, input, namespace)]));
  return Object.fromEntries(
    input.nodes.map(({ metadata }) => {
      const others = [...addresses].filter(([name]) => name !== metadata.name);
      return [metadata.name, others.flatMap(([, list]) => list).join(',')];
    }),
  );
}

function multiaddrs({ metadata, spec }: OpNode, input: RenderInput, namespace: string): string[] {
  const { peerIds } = input.identity(metadata.name);
  return peerIds.slice(0, spec.replicas).map((peerId, ordinal) => {
    const host = podHost(metadata.name, ordinal, namespace);
    return `/dns4/${host}/tcp/${spec.consensus.p2p.listenPort}/p2p/${peerId}`;
  });
}
