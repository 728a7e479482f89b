import type { Reading } from './samples.ts';

export type SequencerState = 'active' | 'stopped' | 'unknown';

/**
 * What an answer to `admin_sequencerActive` proves. Only a "no" of the program itself proves that it is stopped; no
 * answer, a refused one or an error is unknown (so is a missing method: a node without the admin API may well sequence).
 */
export function sequencerState(reading: Reading<boolean> | undefined): SequencerState {
  if (!reading?.ok) return 'unknown';
  return reading.value ? 'active' : 'stopped';
}
