/** Which plans wait for a person. */
import type { OptimismNetworkSpec } from '../api/optimism-network.ts';
import type { Plan } from '../contract/plan.ts';
import { isSameWish } from '../contract/wish-mark.ts';
import type { PlanDraft } from './plan-draft.ts';

/**
 * A plan waits when any kind of transition in it does. A repair that interrupts blocks is not asked for: what is broken
 * is mended first. A teardown is, where it takes the sequencer from a network that stays.
 * @param approval `spec.approval`; absent when the spec can not be read, and then everything is asked for but what needs
 *   no spec
 */
export function approvalRequired(
  {
    kinds,
    gapExpectedSeconds,
    steps,
    stopsBlocks = false,
  }: Pick<PlanDraft, 'kinds' | 'gapExpectedSeconds' | 'steps' | 'stopsBlocks'>,
  approval: OptimismNetworkSpec['approval'] | undefined,
): boolean {
  const asked = kinds.filter((kind) => kind !== 'drift' && kind !== 'teardown');
  if (!approval) return asked.length > 0 || stopsBlocks;
  if (kinds.some((kind) => approval[kind] === 'Required')) return true;
  const interrupts = gapExpectedSeconds > 0 || steps.some(({ type }) => type === 'handOverSequencer');
  return (stopsBlocks || (interrupts && asked.length > 0)) && approval.interruptions === 'Required';
}

/**
 * Whether a plan starts in a window only. What is broken is mended at any time, what somebody deletes goes, what was
 * never there disturbs nobody when it comes, and who wants the way back wants it now.
 */
export function keepsToWindows({ kind, rollsBack }: Pick<Plan, 'kind' | 'rollsBack'>): boolean {
  return kind !== 'drift' && kind !== 'teardown' && kind !== 'install' && !rollsBack;
}

/**
 * Whether a plan waits because a person has aborted one of its wish. Repairs and teardown never wait for what was
 * said of a rollout.
 */
export function asksAfterAbort({ kind, wish }: Pick<Plan, 'kind' | 'wish'>, abortedWish: string): boolean {
  return isSameWish(abortedWish, wish) && kind !== 'drift' && kind !== 'teardown';
}
