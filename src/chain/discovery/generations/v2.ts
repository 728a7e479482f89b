import type { Generation } from './generation.ts';

/** Also v2.1 and v2.2. No getter of its own: `getAddresses()` is never asked, its tuple differs by generation. */
export const v2: Generation = {
  name: 'v2',
  recognisedBy: { has: ['disputeGameFactory', 'eip1559Denominator'], lacks: ['isCustomGasToken'] },
  systemConfig: [],
  portal: [],
  removed: ['isCustomGasToken'],
};
