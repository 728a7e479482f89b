/**
 * Probes that were seen to work (pods-observed.md 2.3). They ask only for what answers without the chain: none of them
 * says anything about sync, which is the business of gates.
 */
import type { Container, Probe } from './manifest.ts';
import type { Port } from './ports.ts';

type Check = Pick<Probe, 'httpGet' | 'tcpSocket'>;

export function httpCheck(path: string, port: Port): Check {
  return { httpGet: { path, port: port.name } };
}

export function tcpCheck(port: Port): Check {
  return { tcpSocket: { port: port.name } };
}

/**
 * The three probes of a container. `startupSeconds` has to outlast the program's own patience with its dependencies,
 * else the kubelet kills it earlier and hides the reason in its last log line.
 */
export function probes(
  check: Check,
  startupSeconds: number,
): Pick<Container, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> {
  return {
    startupProbe: { ...check, periodSeconds: 2, failureThreshold: Math.ceil(startupSeconds / 2) },
    livenessProbe: { ...check, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { ...check, periodSeconds: 5, timeoutSeconds: 3 },
  };
}
