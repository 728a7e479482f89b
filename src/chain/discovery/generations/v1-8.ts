import { type Generation, getters } from './generation.ts';

/** EIP-1559 parameters on L1 (Holocene). Custom gas tokens exist here, are gone in v2 to v5, and back in v6. */
export const v1_8: Generation = {
  name: 'v1.8',
  recognisedBy: { has: ['disputeGameFactory', 'eip1559Denominator', 'isCustomGasToken'] },
  systemConfig: getters('eip1559Denominator() view returns (uint32)', 'isCustomGasToken() view returns (bool)'),
  portal: [],
};
