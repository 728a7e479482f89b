import { parseDuration } from '../../api/duration.ts';
import type { OptimismNetwork } from '../../api/optimism-network.ts';

/** Chain ids at which an L1 block takes 12 s; on any other the limits must not assume it. */
const ETHEREUM_L1S = [1, 11_155_111, 17_000, 560_048];

/** Seconds between two L1 blocks: on an L1 of one's own as often as it is asked for one. @param l1ChainId as the rollup config says it */
export function l1BlockSeconds(network: OptimismNetwork | undefined, l1ChainId?: number): number {
  const { chainId, httpPollInterval } = network?.spec.l1 ?? {};
  if (httpPollInterval === undefined || ETHEREUM_L1S.includes(l1ChainId ?? chainId ?? 0)) return 12;
  return Math.max(1, Math.round(parseDuration(httpPollInterval) / 1000));
}
