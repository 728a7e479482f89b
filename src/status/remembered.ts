/** What people have decided, from and to an OptimismNetwork's status. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Begun, Remembered, ReportInput, RolledBack } from '../contract/activities.ts';
import type { ComponentKind } from '../contract/plan.ts';

/** What the status remembers of earlier decisions. */
export function rememberedOf({ decisions }: OptimismNetworkStatus): Remembered {
  return {
    taken: decisions?.taken ?? [],
    paused: decisions?.paused ?? false,
    abortedWish: decisions?.abortedWish ?? '',
    rejectedPlan: decisions?.rejectedPlan ?? '',
    ...(decisions?.begun ? { begun: begunOf(decisions.begun) } : {}),
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
  const { taken, paused, abortedWish, rejectedPlan, begun, rolledBack } = remembered;
  return {
    ...(taken.length > 0 ? { taken: [...taken] } : {}),
    ...(paused ? { paused } : {}),
    ...(abortedWish ? { abortedWish } : {}),
    ...(rejectedPlan ? { rejectedPlan } : {}),
    ...(policySince ? { policySince } : {}),
    ...(begun ? { begun: begunToStatus(begun) } : {}),
    ...(rolledBack ? { rolledBack: rolledBackToStatus(rolledBack) } : {}),
    ...(kept ? { keptApproval: kept } : {}),
  };
}

type BegunStatus = NonNullable<Decisions['begun']>;
type RolledBackStatus = NonNullable<Decisions['rolledBack']>;

function begunOf({ wish, components, sequencer, pointOfNoReturn }: BegunStatus): Begun {
  return {
    wish,
    renders: components.map(({ kind, name, render, from }) => ({
      component: { kind: kind as ComponentKind, name },
      digest: render,
      ...(from === undefined ? {} : { from }),
    })),
    ...(sequencer === undefined ? {} : { sequencer }),
    ...(pointOfNoReturn ? { pointOfNoReturn } : {}),
  };
}

function rolledBackOf(status: RolledBackStatus): RolledBack {
  const { plan, kind, by, at, via, verified, done } = status;
  return { ...begunOf(status), plan, kind, by, at, via, verified, ...(done ? { done } : {}) };
}

function begunToStatus({ wish, renders, sequencer, pointOfNoReturn }: Begun): BegunStatus {
  return {
    wish,
    components: renders.map(({ component, digest, from }) => ({
      ...component,
      render: digest,
      ...(from === undefined ? {} : { from }),
    })),
    ...(sequencer === undefined ? {} : { sequencer }),
    ...(pointOfNoReturn ? { pointOfNoReturn } : {}),
  };
}

function rolledBackToStatus({ renders, ...rest }: RolledBack): RolledBackStatus {
  return { ...rest, ...begunToStatus({ ...rest, renders }) };
}
