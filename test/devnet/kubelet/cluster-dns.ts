/** Names and Service addresses as a program in a pod sees them: CoreDNS and kube-proxy in one step. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { KubeClient } from '../../../src/kube/index.ts';
import type { Pod } from './pod-object.ts';
import { isLoopback } from './pod-ports.ts';
import type { Service } from './service-links.ts';

/** Nobody listens here: what dialling a Service without ready pods ends in. */
export const REFUSING_ADDRESS = '127.255.255.254';
const CLUSTER_DOMAIN = '.svc.cluster.local';

export interface NamespaceView {
  services(): Iterable<Service>;
  pods(): Iterable<Pod>;
}

export interface ClusterDns {
  /** @returns undefined where DNS says NXDOMAIN */
  resolve(pod: Pod, podIP: string, host: string): Promise<string | undefined>;
}

/**
 * @param own the runner's namespace, from its caches; other namespaces are read from the API server
 * @param publicNames names outside of the cluster that this machine's DNS is not asked for
 */
export function createClusterDns(
  client: KubeClient,
  namespace: string,
  own: NamespaceView,
  publicNames: ReadonlyMap<string, string> = new Map(),
): ClusterDns {
  let turn = 0;

  async function viewOf(other: string): Promise<NamespaceView> {
    if (other === namespace) return own;
    const list = async <T>(kind: string) =>
      (await client.list({ apiVersion: 'v1', kind, namespace: other })).items as unknown as T[];
    const [services, pods] = [await list<Service>('Service'), await list<Pod>('Pod')];
    return { services: () => services, pods: () => pods };
  }

  function addressOf(service: Service, view: NamespaceView): string | undefined {
    const headless = service.spec.clusterIP === 'None';
    const ips = [...view.pods()].flatMap((pod) => (isEndpoint(pod, service) ? (pod.status?.podIP ?? []) : []));
    turn += 1;
    return ips[turn % ips.length] ?? (headless ? undefined : REFUSING_ADDRESS);
  }

  async function clusterName(name: string, podNamespace: string): Promise<string | undefined> {
    const [first = '', second, third, ...rest] = name.split('.');
    if (rest.length > 0) return undefined;
    // `<service>[.<ns>]` and `<pod>.<headless>[.<ns>]` look alike: search both, services first as search domains do.
    const candidates: [service: string, namespace: string, pod?: string][] =
      third !== undefined
        ? [[second ?? '', third, first]]
        : second !== undefined
          ? [
              [first, second],
              [second, podNamespace, first],
            ]
          : [[first, podNamespace]];
    for (const [serviceName, serviceNamespace, podName] of candidates) {
      const view = await viewOf(serviceNamespace);
      const service = [...view.services()].find(({ metadata }) => metadata.name === serviceName);
      if (!service) continue;
      if (podName === undefined) {
        return service.spec.externalName ? upstream(service.spec.externalName) : addressOf(service, view);
      }
      const pod = [...view.pods()].find(
        (candidate) =>
          (candidate.spec.hostname ?? candidate.metadata.name) === podName &&
          candidate.spec.subdomain === serviceName &&
          isEndpoint(candidate, service),
      );
      if (pod) return pod.status?.podIP;
    }
    return undefined;
  }

  return {
    async resolve(pod, podIP, host) {
      if (isLoopback(host)) return podIP;
      if (isIP(host)) {
        const service = [...own.services()].find(({ spec }) => spec.clusterIP === host);
        return service ? addressOf(service, own) : host;
      }
      const alias = pod.spec.hostAliases?.find(({ hostnames }) => hostnames?.includes(host));
      if (alias) return alias.ip;
      const name = host.replace(/\.$/, '').toLowerCase();
      const inCluster = name.endsWith(CLUSTER_DOMAIN);
      const short = (inCluster ? name.slice(0, -CLUSTER_DOMAIN.length) : name).replace(/\.svc$/, '');
      const address = await clusterName(short, pod.metadata.namespace);
      if (address !== undefined || inCluster || name.endsWith('.svc') || !name.includes('.')) return address;
      return publicNames.get(name) ?? upstream(name);
    },
  };
}

/** A name outside of the cluster. */
async function upstream(name: string): Promise<string | undefined> {
  try {
    return (await lookup(name, { family: 4 })).address;
  } catch {
    return undefined;
  }
}

/** Ready pods, and unready ones if the Service says so; a pod that is being deleted is not ready. */
function isEndpoint(pod: Pod, { metadata, spec }: Service): boolean {
  const selector = Object.entries(spec.selector ?? {});
  const selected =
    selector.length > 0 &&
    pod.metadata.namespace === metadata.namespace &&
    selector.every(([key, value]) => pod.metadata.labels?.[key] === value);
  if (!selected || !pod.status?.podIP || ['Succeeded', 'Failed'].includes(pod.status.phase ?? '')) return false;
  const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return (ready && pod.metadata.deletionTimestamp === undefined) || spec.publishNotReadyAddresses === true;
}
