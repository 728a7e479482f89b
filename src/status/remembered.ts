/** What people have decided, from and to an OptimismNetwork's status. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Remembered } from '../contract/activities.ts';

/** What the status remembers of earlier decisions. */
export function rememberedOf({ decisions }: OptimismNetworkStatus): Remembered {
  return {
    taken: decisions?.taken ?? [],
    paused: decisions?.paused ?? false,
    abortedRevision: decisions?.abortedRevision ?? '',
    rejectedPlan: decisions?.rejectedPlan ?? '',
  };
}

export function rememberedToStatus(remembered: Remembered): NonNullable<OptimismNetworkStatus['decisions']> {
  const { taken, paused, abortedRevision, rejectedPlan } = remembered;
  return {
    ...(taken.length > 0 ? { taken: [...taken] } : {}),
    ...(paused ? { paused } : {}),
    ...(abortedRevision ? { abortedRevision } : {}),
    ...(rejectedPlan ? { rejectedPlan } : {}),
  };
}
