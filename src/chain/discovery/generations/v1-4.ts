import { type Generation, getters } from './generation.ts';

/** Dispute games. Also v1.6 (same SystemConfig), and 2.3.0-beta.2 of npm contracts-bedrock 0.17.3. */
export const v1_4: Generation = {
  name: 'v1.4',
  recognisedBy: { has: ['disputeGameFactory'] },
  systemConfig: getters('disputeGameFactory() view returns (address)'),
  portal: getters('disputeGameFactory() view returns (address)', 'respectedGameType() view returns (uint32)'),
  removed: ['l2OutputOracle', 'l2Oracle'],
};
