/** Which sequencer is active, as status says it. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Sample } from '../chain/samples.ts';
import { sequencerState } from '../chain/sequencer-state.ts';
import { timestamp } from './conditions.ts';

type SequencerStatus = OptimismNetworkStatus['sequencer'];

/**
 * @param before what status says so far: it stays while the active one is the same, and while nobody knows
 * @returns undefined when status says nothing yet and there is nothing to say
 */
export function sequencerToStatus(sample: Sample, before: SequencerStatus, now: Date): SequencerStatus {
  const sequencers = sample.nodes.filter(({ role }) => role === 'Sequencer');
  const actives = sequencers.filter(({ sequencerActive }) => sequencerState(sequencerActive) === 'active');
  // Somebody may have started a second one: that does not make the first one another.
  const active = actives.find(({ node }) => node === before?.active) ?? actives[0];
  if (active) return before?.active === active.node ? before : { active: active.node, since: timestamp(now) };
  const allStopped = sequencers.every(({ sequencerActive }) => sequencerState(sequencerActive) === 'stopped');
  return before && allStopped ? {} : before;
}
