import type { OptimismNetwork } from '../api/optimism-network.ts';
import type { Resources } from '../api/quantities.ts';
import type { Container } from './manifest.ts';

/** Least requests that a small, young chain was seen to need (pods-observed.md 2.5). Not a sizing for production. */
const LEAST = {
  execution: { cpu: '100m', memory: '256Mi' },
  consensus: { cpu: '100m', memory: '128Mi' },
  service: { cpu: '20m', memory: '64Mi' },
} as const;

/** Resources of a container: its own, else the network's, else the least. */
export function resources(
  size: keyof typeof LEAST,
  network: OptimismNetwork,
  own?: Resources | undefined,
): NonNullable<Container['resources']> {
  const { requests, limits } = own ?? network.spec.defaults.resources ?? { requests: LEAST[size] };
  return { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) };
}
