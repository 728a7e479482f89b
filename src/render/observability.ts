/** Logs, metrics and the RPC of programs of the op-service family, which name their variables alike. */
import type { OptimismNetwork } from '../api/optimism-network.ts';
import { setting } from './environment.ts';
import type { EnvVar } from './manifest.ts';
import type { Port } from './ports.ts';

interface Overrides {
  readonly logging?: { readonly level?: string | undefined; readonly format?: string | undefined } | undefined;
  readonly metrics?: { readonly enabled?: boolean | undefined } | undefined;
}

export interface Observability {
  readonly logLevel: string;
  readonly logFormat: string;
  readonly metrics: boolean;
}

/** A component's settings over the network's. */
export function observability(network: OptimismNetwork, { logging, metrics }: Overrides): Observability {
  const { defaults } = network.spec;
  return {
    logLevel: logging?.level ?? defaults.logging.level,
    logFormat: logging?.format ?? defaults.logging.format,
    metrics: metrics?.enabled ?? defaults.metrics.enabled,
  };
}

/**
 * Variables with the prefix of a program, e.g. `OP_NODE`. Addresses are always given, because their defaults are about
 * to become the loopback interface, where neither the kubelet's probes nor the batcher could reach them.
 */
export function serviceSettings(
  prefix: string,
  what: Observability,
  ports: { rpc: Port; metrics: Port; admin: boolean },
): EnvVar[] {
  return [
    ...setting(`${prefix}_RPC_ADDR`, '0.0.0.0'),
    ...setting(`${prefix}_RPC_PORT`, ports.rpc.number),
    ...setting(`${prefix}_RPC_ENABLE_ADMIN`, ports.admin),
    ...setting(`${prefix}_METRICS_ENABLED`, what.metrics),
    ...(what.metrics
      ? [...setting(`${prefix}_METRICS_ADDR`, '0.0.0.0'), ...setting(`${prefix}_METRICS_PORT`, ports.metrics.number)]
      : []),
    ...setting(`${prefix}_LOG_LEVEL`, what.logLevel),
    // The programs know no `json-pretty` (they would exit).
    ...setting(`${prefix}_LOG_FORMAT`, what.logFormat === 'json-pretty' ? 'json' : what.logFormat),
  ];
}
