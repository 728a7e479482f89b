/** What belongs to a network as a whole and not to one of its components. */

import { disruptionBudget } from './companions.ts';
import type { RenderInput } from './input.ts';
import { partSelector } from './labels.ts';
import type { KubeObject } from './manifest.ts';
import { companionMetadata, subjectOf } from './metadata.ts';

/**
 * With a standby, at most one sequencer is drained at a time. The two ConfigMaps of a network (who may sequence, static
 * peers) are not rendered: steps write them while a plan goes on.
 */
export function networkObjects(input: RenderInput): KubeObject[] {
  const sequencers = input.nodes.filter(({ spec }) => spec.role === 'Sequencer');
  const budgets = sequencers.map(({ spec }) => spec.podDisruptionBudget);
  if (sequencers.length < 2 || budgets.some(({ enabled }) => !enabled)) return [];
  const subject = subjectOf(input, 'OptimismNetwork', input.network.metadata, 'chain');
  const maxUnavailable = Math.min(...budgets.map((budget) => budget.maxUnavailable));
  const metadata = companionMetadata(subject, `${subject.network}-sequencers`);
  return [disruptionBudget(metadata, partSelector(subject.network, 'sequencer'), maxUnavailable)];
}
