import { type Generation, getters } from './generation.ts';

/** Minimum base fee (Jovian). */
export const v5: Generation = {
  name: 'v5',
  recognisedBy: { has: ['l2ChainId', 'minBaseFee'] },
  systemConfig: getters('minBaseFee() view returns (uint64)'),
  portal: [],
};
