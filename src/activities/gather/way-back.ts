/** What a network goes back to, or has gone back to, in place of what is wished. */
import type { RolledBack } from '../../contract/activities.ts';
import type { Problem } from '../../contract/failures.ts';
import {
  type ComponentRef,
  componentKey,
  type PlanKind,
  type PlannedRender,
  type PointOfNoReturn,
} from '../../contract/plan.ts';
import { tooLate } from '../../contract/way-back.ts';
import { isSameWish } from '../../contract/wish-mark.ts';
import type { KubeClient } from '../../kube/index.ts';
import type { DesiredComponent } from '../../plan/desired.ts';
import { findRender } from '../state/render-store.ts';
import type { LiveObjects } from './live.ts';
import type { Verified } from './rolled-out.ts';

export interface WayBack {
  /** Mark of the only wish that it is for. */
  readonly wish: string;
  readonly kind: PlanKind;
  readonly done: boolean;
  /** What ran before. */
  readonly former: readonly Verified[];
  /** What the plan was to bring. */
  readonly renders: readonly PlannedRender[];
  /** What the plan has brought, and nothing ran of before. */
  readonly brought: readonly ComponentRef[];
  /** OpNode that sequenced. */
  readonly sequencer: string | undefined;
  /** Of the plan that is rolled back. */
  readonly until: PointOfNoReturn | undefined;
}

/** A render that is lost is not gone back to: its component stays as it is. */
export async function gatherWayBack(
  kube: KubeClient,
  at: { readonly namespace: string; readonly name: string },
  { wish, kind, done, renders, sequencer, pointOfNoReturn }: RolledBack,
  { live, signal }: { readonly live: LiveObjects; readonly signal: AbortSignal },
): Promise<WayBack> {
  const former = await Promise.all(
    renders.map(async ({ component, from }) => {
      const render = await findRender(kube, at, from, signal, live.objects);
      return render && from !== undefined ? [{ component, digest: from, render }] : [];
    }),
  );
  const known = former.flat();
  const isKnown = (component: ComponentRef) =>
    known.some((item) => componentKey(item.component) === componentKey(component));
  return {
    wish,
    kind,
    done: done === true,
    former: known,
    brought: renders.map(({ component }) => component).filter((component) => !isKnown(component)),
    renders,
    sequencer,
    until: pointOfNoReturn,
  };
}

/**
 * Whether what is wished is what was rolled back. Of an operator's own update that is what it renders: what the next
 * version renders otherwise is proposed.
 * @param mark of what is wished; empty: it can not be told
 */
export function isGivenUp(
  { wish, kind, renders }: Pick<RolledBack, 'wish' | 'kind' | 'renders'>,
  mark: string,
  wished: readonly DesiredComponent[],
): boolean {
  const digestOf = (component: ComponentRef) =>
    wished.find((item) => componentKey(item.component) === componentKey(component))?.render;
  const isSame = kind !== 'operatorUpdate' || renders.every(({ component, digest }) => digestOf(component) === digest);
  return isSameWish(wish, mark) && isSame;
}

/** Told as long as the spec asks for what was rolled back. */
export function isRolledBack({ kind, plan, by, at }: RolledBack): Problem {
  return {
    type: 'RolledBack',
    message: `${kind} ${plan.slice(0, 12)} was rolled back (${by}, ${at}): what ran before runs, and not what the spec asks for`,
    fix: 'set the spec back to what runs, or change it; opstack retry has the same proposed again',
  };
}

/** What runs stays as it is, and a person decides. @param point that is behind */
export function isBarred({ kind, plan }: RolledBack, point: PointOfNoReturn): Problem {
  return {
    type: 'Incompatible',
    message: `the way back from ${kind} ${plan.slice(0, 12)} has ended: ${tooLate(point)}`,
    fix: 'opstack retry has what the spec asks for proposed again; or change the spec to what goes with the chain',
  };
}
