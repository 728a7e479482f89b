/** What gates look up in samples: the pods that are asked about, and the readings of them that count. */
import type { NodeSample, Reading, Sample, SyncStatus } from '../../chain/samples.ts';
import type { GateContext } from './gate.ts';

/** Whether the pod has said that it sequences. */
export function isActive({ sequencerActive }: NodeSample): boolean {
  return sequencerActive?.ok === true && sequencerActive.value;
}

/** Whether the pod has said that it does not sequence. No answer, or an error, proves nothing. */
export function isProvenStopped({ sequencerActive }: NodeSample): boolean {
  return sequencerActive?.ok === true && !sequencerActive.value;
}

/** Something seen at a moment (milliseconds since the epoch). */
export interface Seen<T> {
  readonly at: number;
  readonly value: T;
}

/** Pods of the subject in one sample; all pods when the gate is asked about the network. */
export function subjectPods(sample: Sample, { subject }: GateContext): readonly NodeSample[] {
  return sample.nodes.filter(
    ({ node, pod }) =>
      (subject.node === undefined || subject.node === node) && (subject.pod === undefined || subject.pod === pod),
  );
}

export function subjectName({ subject }: GateContext): string {
  return subject.pod ?? subject.node ?? 'the network';
}

/** The pod of the active sequencer in one sample. A sequencer OpNode has one pod. */
export function activePod(sample: Sample, { activeSequencer }: GateContext): NodeSample | undefined {
  return sample.nodes.find(({ node, role }) => role === 'Sequencer' && node === activeSequencer);
}

/** History of one pod, oldest first, without the samples in which it is missing. */
export function podHistory(samples: readonly Sample[], pod: string): readonly Seen<NodeSample>[] {
  return samples.flatMap(({ at, nodes }) => {
    const found = nodes.find((node) => node.pod === pod);
    return found ? [{ at, value: found }] : [];
  });
}

/** The heads of one pod where it reported them, oldest first. */
function syncHistory(samples: readonly Sample[], pod: string): readonly Seen<SyncStatus>[] {
  return podHistory(samples, pod).flatMap(({ at, value }) => (value.sync.ok ? [{ at, value: value.sync.value }] : []));
}

/**
 * Whether safe head and L1 references of a status mean something: for seconds after every restart and L1 reorg
 * `current_l1` is zero, and the safe head is reported as low as the finalized one.
 */
export function hasDerived(status: SyncStatus): boolean {
  return status.currentL1.number > 0;
}

/** The heads of one pod that say something about derivation, oldest first. */
export function derivationHistory(samples: readonly Sample[], pod: string): readonly Seen<SyncStatus>[] {
  return syncHistory(samples, pod).filter(({ value }) => hasDerived(value));
}

/** Why there is no value, as a sentence: "acme-0 does not answer (connection refused)". */
export function unreadable(what: string, reading: Reading<unknown> | undefined): string {
  if (!reading) return `${what} has not been read yet`;
  if (reading.ok) return `${what} answers`;
  switch (reading.kind) {
    case 'no-reading':
      return `${what} has nothing to report yet`;
    case 'unreachable':
      return `${what} does not answer (${reading.error})`;
    case 'unauthorised':
      return `${what} refuses us (${reading.error})`;
    case 'method-missing':
      return `${what} does not serve the method (${reading.error})`;
    case 'rpc-error':
      return `${what} answers with an error (${reading.error})`;
  }
}
