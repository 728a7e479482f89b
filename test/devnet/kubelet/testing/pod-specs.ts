import type { V1Container, V1PodSpec } from '@kubernetes/client-node';

/** Env list from a plain record. */
export function env(values: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** A container that runs the test program `server`, quickly ready. */
export function serverContainer(name: string, port: number, more: Partial<V1Container> = {}): V1Container {
  return {
    name,
    image: 'registry.test/images/server:v1',
    command: ['server'],
    env: env({ PORT: String(port) }),
    ports: [{ name: 'http', containerPort: port }],
    readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 1 },
    ...more,
  };
}

export function taskContainer(name: string, more: Partial<V1Container> = {}): V1Container {
  return { name, image: 'registry.test/images/task:v1', command: ['task'], ...more };
}

const HARDENED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Pod spec as the operator renders them: restricted, without token and service links. */
export function podSpec(containers: V1Container[], more: Partial<V1PodSpec> = {}): V1PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    securityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
    ...more,
    containers: containers.map((container) => ({ securityContext: HARDENED, ...container })),
    ...(more.initContainers && {
      initContainers: more.initContainers.map((container) => ({ securityContext: HARDENED, ...container })),
    }),
  };
}

export function podManifest(name: string, spec: V1PodSpec, labels: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec };
}

export function statefulSet(name: string, replicas: number, spec: V1PodSpec, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      serviceName: name,
      replicas,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
      ...more,
    },
  };
}

export function headlessService(name: string, publishNotReadyAddresses = true) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { clusterIP: 'None', publishNotReadyAddresses, selector: { app: name }, ports: [{ port: 8080 }] },
  };
}
