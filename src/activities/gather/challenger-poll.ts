import { parseDuration } from '../../api/duration.ts';
import type { OpChallengerSpec } from '../../api/op-challenger.ts';

/** Seconds between two looks of a challenger at L1. @param spec with op-challenger's own default where it says nothing */
export function pollSeconds(spec: Pick<OpChallengerSpec, 'pollInterval'> | undefined): number {
  return spec?.pollInterval === undefined ? 12 : parseDuration(spec.pollInterval) / 1000;
}
