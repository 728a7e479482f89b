/** Names of rendered objects and the DNS names under which pods reach each other. */

/** ConfigMap that says who may sequence: a key per sequencer OpNode, `"false"` for the one that may. Written by steps. */
export function sequencersConfigMapName(network: string): string {
  return `${network}-sequencers`;
}

/** ConfigMap of static peers: a key per OpNode, see {@link peersData}. Written by steps. */
export function peersConfigMapName(network: string): string {
  return `${network}-peers`;
}

/** Service that leads to whichever sequencer is active. Written by steps. */
export function activeSequencerServiceName(network: string): string {
  return `${network}-active-sequencer`;
}

/** Service for clients of a node; the headless one has the name of the node itself. */
export function clientServiceName(node: string): string {
  return `${node}-rpc`;
}

export function podName(component: string, ordinal: number): string {
  return `${component}-${ordinal}`;
}

/**
 * DNS name of a pod through its headless Service, also while it is not ready. Without the cluster's domain, which is
 * not `cluster.local` everywhere: the resolver's search list completes it.
 */
export function podHost(component: string, ordinal: number, namespace: string): string {
  return `${podName(component, ordinal)}.${component}.${namespace}.svc`;
}

/** DNS name of a Service. */
export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc`;
}
