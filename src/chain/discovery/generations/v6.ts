import { type Generation, getters } from './generation.ts';

/** Game parameters are in `gameArgs` of the factory. `delayedWETH()` is there but zero until v7. */
export const v6: Generation = {
  name: 'v6',
  recognisedBy: { has: ['l2ChainId', 'delayedWETH'] },
  systemConfig: getters('delayedWETH() view returns (address)', 'isCustomGasToken() view returns (bool)'),
  portal: [],
};
