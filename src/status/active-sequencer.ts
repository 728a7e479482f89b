/** Which sequencer is active, or was the last one that was, as status says it. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Sample } from '../chain/samples.ts';
import { sequencerState } from '../chain/sequencer-state.ts';
import { timestamp } from './conditions.ts';

type SequencerStatus = OptimismNetworkStatus['sequencer'];

/**
 * @param before what status says so far: it stays while the active one is the same, while nobody knows, and while nobody
 *   sequences: who made the last blocks is who goes on with them
 * @returns undefined when status says nothing yet and there is nothing to say
 */
export function sequencerToStatus(sample: Sample, before: SequencerStatus, now: Date): SequencerStatus {
  const sequencers = sample.nodes.filter(({ role }) => role === 'Sequencer');
  const actives = sequencers.filter(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  // Somebody may have started a second one: that does not make the first one another.
  const active = actives.find(({ node }) => node === before?.active) ?? actives[0];
  if (!active || before?.active === active.node) return before;
  return { active: active.node, since: timestamp(now) };
}
