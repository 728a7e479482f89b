import type { V1ServiceSpec } from '@kubernetes/client-node';

export interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: V1ServiceSpec;
}

/**
 * The variables that a pod with `enableServiceLinks` (the default) gets for every Service of its namespace that has a
 * cluster IP. They collide with the programs' own, e.g. a Service `geth` sets `GETH_PORT`.
 */
export function serviceLinks(services: readonly Service[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const ip = spec.clusterIP;
    const first = spec.ports?.[0];
    if (!ip || ip === 'None' || !first) continue;
    const prefix = environmentName(metadata.name);
    variables[`${prefix}_SERVICE_HOST`] = ip;
    variables[`${prefix}_SERVICE_PORT`] = String(first.port);
    for (const { name, port } of spec.ports ?? []) {
      if (name) variables[`${prefix}_SERVICE_PORT_${environmentName(name)}`] = String(port);
    }
    variables[`${prefix}_PORT`] = linkUrl(ip, first.port, first.protocol);
    for (const { port, protocol = 'TCP' } of spec.ports ?? []) {
      const link = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
      variables[link] = linkUrl(ip, port, protocol);
      variables[`${link}_PROTO`] = protocol.toLowerCase();
      variables[`${link}_PORT`] = String(port);
      variables[`${link}_ADDR`] = ip;
    }
  }
  return variables;
}

function linkUrl(ip: string, port: number, protocol = 'TCP'): string {
  return `${protocol.toLowerCase()}://${ip}:${port}`;
}

function environmentName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
