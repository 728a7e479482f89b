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

type Decisions = NonNullable<OptimismNetworkStatus['decisions']>;

/** @param before what the status has; since when the admission policy is in force is not the entity's to say */
export function rememberedToStatus(remembered: Remembered, { policySince }: Decisions = {}): Decisions {
  const { taken, paused, abortedRevision, rejectedPlan } = remembered;
  return {
    ...(taken.length > 0 ? { taken: [...taken] } : {}),
    ...(paused ? { paused } : {}),
    ...(abortedRevision ? { abortedRevision } : {}),
    ...(rejectedPlan ? { rejectedPlan } : {}),
    ...(policySince ? { policySince } : {}),
  };
}
