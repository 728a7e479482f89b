/** All deletions that arrived together are one plan; finalizers go last, when nothing is left to be stopped. */
import { componentKey } from '../contract/plan.ts';
import type { ComponentRole, PlanningInput } from './desired.ts';
import { numberedSteps } from './numbered-steps.ts';
import type { PlanDraft } from './plan-draft.ts';
import { releaseFinalizers, remove, stop } from './sections.ts';

/** No new proposals; then the sequencer: what it has made is still brought to L1, and after that there is nothing left to send. */
const STOP_ORDER: readonly ComponentRole[] = ['proposer', 'sequencer', 'batcher'];
/**
 * What reads from the chain's nodes goes before them, but for the challenger, which guards proposals to the end; the
 * network, whose finalizer holds everything, goes last.
 */
const DELETE_ORDER: readonly ComponentRole[] = [
  'proposer',
  'batcher',
  'sequencer',
  'standby',
  'replica',
  'challenger',
  'network',
];

export function teardownPlan(input: PlanningInput): PlanDraft {
  const inOrder = (roles: readonly ComponentRole[]) =>
    roles.flatMap((role) => input.leaving.filter((item) => item.role === role));
  const leaving = inOrder(DELETE_ORDER);
  const drafts = [
    ...(input.namespaceTerminating ? [] : inOrder(STOP_ORDER)).flatMap(({ component, role }) => stop(component, role)),
    ...leaving.map(({ component }) => remove(component)),
    ...leaving.map(({ component }) => releaseFinalizers(component)),
  ];
  const names = leaving.map(({ component }) => component.name);
  const stopsBlocks = leaving.some(({ role }) => role === 'sequencer');
  const isFollowed = input.desired.some(({ role }) => role === 'standby');
  const isAsked = leaving.some(({ sequences }) => sequences) && !input.deleting && !input.namespaceTerminating;
  const until = isFollowed ? 'until another sequencer takes over' : 'any more';
  return {
    kind: 'teardown',
    kinds: ['teardown'],
    desiredRevision: input.revision,
    wish: input.wish,
    summary: `teardown ${input.network}: ${names.join(', ')} (${drafts.length} steps)`.slice(0, 300),
    steps: numberedSteps(drafts),
    changes: leaving.map(({ component }) => ({
      component,
      object: componentKey(component),
      action: 'delete',
      fields: [],
      restartsPods: false,
    })),
    gapExpectedSeconds: 0,
    warnings: stopsBlocks ? [`the chain makes no blocks ${until}`] : [],
    renders: [],
    stopsBlocks: isAsked,
  };
}
