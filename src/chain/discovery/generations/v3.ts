import { type Generation, getters } from './generation.ts';

/** Operator fee (Isthmus). */
export const v3: Generation = {
  name: 'v3',
  recognisedBy: { has: ['disputeGameFactory', 'operatorFeeScalar'] },
  systemConfig: getters('operatorFeeScalar() view returns (uint32)'),
  portal: [],
};
