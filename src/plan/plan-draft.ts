/** A plan without its hash, which needs more than pure code. */
import type { Plan, PlanKind } from '../contract/plan.ts';

export interface PlanDraft extends Omit<Plan, 'hash'> {
  /** Every kind of transition that it holds: approval is asked for when any of them asks. */
  readonly kinds: readonly PlanKind[];
  /** The network stays and makes no blocks from then on, or until another sequencer takes over. */
  readonly stopsBlocks?: boolean;
}
