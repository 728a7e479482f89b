/**
 * Whether a sequencer that is rolled out does what its role says, and still will after its container has restarted. Only
 * an answer of op-node itself counts: one that does not answer is left to its own gates. Pure.
 */
import type { ComponentRef, ObjectChange } from '../../contract/plan.ts';
import { podName, sequencersConfigMapName } from '../../render/names.ts';
import type { SequencerSight } from './sequencers.ts';

export interface RoledSequencer {
  readonly component: ComponentRef;
  readonly role: 'sequencer' | 'standby';
  /** Name of its network. */
  readonly network: string;
}

export function sequencerDrift(of: RoledSequencer, seen: SequencerSight | undefined): ObjectChange[] {
  return of.role === 'sequencer' ? driftOfActive(of, seen) : seen ? driftOfStandby(of, seen) : [];
}

/** Anything but `"false"` is "stopped" to op-node. A "no" of a pod that is on its way says nothing. */
function driftOfActive(of: RoledSequencer, seen: SequencerSight | undefined): ObjectChange[] {
  return [
    ...(seen?.may ? [] : [keyChange(of, seen, 'false')]),
    ...(seen?.state === 'stopped' && seen.readyPod ? [podChange(of, seen.readyPod, 'false', 'true')] : []),
  ];
}

/** Nobody but the active one sequences, now or after a restart. */
function driftOfStandby(of: RoledSequencer, seen: SequencerSight): ObjectChange[] {
  return [
    ...(seen.may ? [keyChange(of, seen, 'true')] : []),
    ...(seen.state === 'active' ? [podChange(of, podName(of.component.name, 0), 'true', 'false')] : []),
  ];
}

function keyChange({ component, network }: RoledSequencer, seen: SequencerSight | undefined, to: string): ObjectChange {
  const { key: from, keyEditedBy: editedBy } = seen ?? {};
  const field = { path: `data.${component.name}`, ...(from === undefined ? {} : { from }), to };
  const object = `ConfigMap/${sequencersConfigMapName(network)}`;
  return {
    component,
    object,
    action: 'change',
    fields: [field],
    restartsPods: false,
    ...(editedBy ? { editedBy } : {}),
  };
}

function podChange({ component }: RoledSequencer, pod: string, from: string, to: string): ObjectChange {
  const field = { path: 'admin_sequencerActive', from, to };
  return { component, object: `Pod/${pod}`, action: 'change', fields: [field], restartsPods: false };
}
