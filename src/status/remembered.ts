/** What people have decided, from and to an OptimismNetwork's status. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Remembered, ReportInput, RolledBack } from '../contract/activities.ts';
import type { ComponentKind } from '../contract/plan.ts';

/** What the status remembers of earlier decisions. */
export function rememberedOf({ decisions }: OptimismNetworkStatus): Remembered {
  return {
    taken: decisions?.taken ?? [],
    paused: decisions?.paused ?? false,
    abortedRevision: decisions?.abortedRevision ?? '',
    rejectedPlan: decisions?.rejectedPlan ?? '',
    ...(decisions?.rolledBack ? { rolledBack: rolledBackOf(decisions.rolledBack) } : {}),
  };
}

type Decisions = NonNullable<OptimismNetworkStatus['decisions']>;

/** @param before what the status has; since when the admission policy is in force is not the entity's to say */
export function rememberedToStatus(
  remembered: Remembered,
  { policySince }: Decisions = {},
  kept?: ReportInput['kept'],
): Decisions {
  const { taken, paused, abortedRevision, rejectedPlan, rolledBack } = remembered;
  return {
    ...(taken.length > 0 ? { taken: [...taken] } : {}),
    ...(paused ? { paused } : {}),
    ...(abortedRevision ? { abortedRevision } : {}),
    ...(rejectedPlan ? { rejectedPlan } : {}),
    ...(policySince ? { policySince } : {}),
    ...(rolledBack ? { rolledBack: rolledBackToStatus(rolledBack) } : {}),
    ...(kept ? { keptApproval: kept } : {}),
  };
}

type RolledBackStatus = NonNullable<Decisions['rolledBack']>;

function rolledBackOf({ components, done, ...rest }: RolledBackStatus): RolledBack {
  return {
    ...rest,
    ...(done ? { done } : {}),
    renders: components.map(({ kind, name, render, from }) => ({
      component: { kind: kind as ComponentKind, name },
      digest: render,
      ...(from === undefined ? {} : { from }),
    })),
  };
}

function rolledBackToStatus({ renders, ...rest }: RolledBack): RolledBackStatus {
  return {
    ...rest,
    components: renders.map(({ component, digest, from }) => ({
      ...component,
      render: digest,
      ...(from === undefined ? {} : { from }),
    })),
  };
}
