/**
 * Who takes over from the active sequencer in a plan: the one that it is handed over to, or one that stands in while it
 * restarts, so that blocks go on. Pure.
 */
import { componentKey, type ObjectChange } from '../contract/plan.ts';
import type { PlanningInput, StepLimits } from './desired.ts';
import { changeReplica, handOver, type StepDraft } from './sections.ts';
import type { Work } from './work.ts';

export interface Relay {
  /** OpNode that sequences when the plan begins. */
  readonly from: string;
  readonly to: string;
  /** `from` sequences again when it has restarted. */
  readonly returns: boolean;
  /** The change of `from`; absent: it does not restart. */
  readonly restarted?: Work;
}

/**
 * Only one that is rolled out takes over, and only from one that works: what is broken is mended where it is. A way back
 * that mends it does so first.
 * @param work all that is done
 * @param restarted the active sequencer, when its pod restarts
 */
export function relayOf(input: PlanningInput, work: readonly Work[], restarted?: Work): Relay | undefined {
  const { succession, desired } = input;
  const from = desired.find(({ role }) => role === 'sequencer')?.component.name;
  if (!succession || from === undefined || restarted?.observed.cannotStart) return undefined;
  const { heir, deputies, returns } = succession;
  const to = [heir ?? (restarted ? deputies : [])]
    .flat()
    .find((name) => name !== from && canTakeOver(input, name, work));
  if (to === undefined) return undefined;
  return { from, to, returns: heir === undefined && returns, ...(restarted ? { restarted } : {}) };
}

function canTakeOver({ observed, desired, rollsBack }: PlanningInput, name: string, work: readonly Work[]): boolean {
  const isOf = ({ component }: { readonly component: { readonly kind: string; readonly name: string } }) =>
    component.kind === 'OpNode' && component.name === name;
  const seen = observed.find(isOf);
  const isMended = rollsBack !== undefined && work.some((item) => isOf(item.observed));
  return seen?.verified !== undefined && (!seen.cannotStart || isMended) && desired.some(isOf);
}

/** The former one restarts as what it is by then: one that stands by. */
export function relaySteps({ from, to, returns, restarted }: Relay, limits: StepLimits): StepDraft[] {
  return [
    ...handOver(from, to, limits),
    ...(restarted ? changeReplica(restarted.desired, limits) : []),
    ...(returns ? handOver(to, from, limits) : []),
  ];
}

/** Who may sequence when the plan has ended. */
export function relayChanges({ network }: PlanningInput, { from, to, returns }: Relay): ObjectChange[] {
  if (returns) return [];
  return [
    {
      component: { kind: 'OpNode', name: to },
      object: `ConfigMap/${network}-sequencers`,
      action: 'change',
      fields: [
        { path: `data.${from}`, from: 'false', to: 'true' },
        { path: `data.${to}`, from: 'true', to: 'false' },
      ],
      restartsPods: false,
    },
  ];
}

export function relayWords({ from, to, returns }: Relay): string {
  return returns ? `${to} stands in for ${from}` : `hand over from ${from} to ${to}`;
}

export function isOfRelay(item: Work, relay: Relay | undefined): boolean {
  return relay?.restarted !== undefined && componentKey(item.desired.component) === `OpNode/${relay.from}`;
}
