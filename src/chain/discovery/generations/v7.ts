import { type Generation, getters } from './generation.ts';

export const v7: Generation = {
  name: 'v7',
  recognisedBy: { has: ['l2ChainId', 'lastUsedOPCM'] },
  systemConfig: getters('lastUsedOPCM() view returns (address)'),
  portal: [],
};
