import { parseDuration } from '../../api/duration.ts';
import type { OptimismNetwork } from '../../api/optimism-network.ts';
import type { SyncStatus } from '../../chain/samples.ts';

/** Chain ids at which an L1 block takes 12 s; on any other the limits must not assume it. */
const ETHEREUM_L1S = [1, 11_155_111, 17_000, 560_048];
/** Fewer blocks measure chance. */
const LEAST_MEASURED = 8;

/**
 * Seconds between two L1 blocks: on an L1 of one's own as a node sees them, else as often as it is asked for one.
 * @param l1ChainId as the rollup config says it
 */
export function l1BlockSeconds(
  network: OptimismNetwork | undefined,
  l1ChainId: number | undefined,
  seen: SyncStatus | undefined,
): number {
  const { chainId, httpPollInterval } = network?.spec.l1 ?? {};
  if (ETHEREUM_L1S.includes(l1ChainId ?? chainId ?? 0)) return 12;
  const measured = seen && measuredSeconds(seen);
  if (measured !== undefined) return measured;
  return httpPollInterval === undefined ? 12 : Math.max(1, Math.round(parseDuration(httpPollInterval) / 1000));
}

/** Undefined while nothing is final, and where both are nearly the same block. */
function measuredSeconds({ headL1, finalizedL1 }: SyncStatus): number | undefined {
  const blocks = headL1.number - finalizedL1.number;
  if (finalizedL1.number === 0 || blocks < LEAST_MEASURED) return undefined;
  return Math.max(1, Math.round((headL1.timestamp - finalizedL1.timestamp) / blocks));
}
