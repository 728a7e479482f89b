import { type Generation, getters } from './generation.ts';

/** SystemConfig without addresses of other contracts. */
export const v1_2: Generation = {
  name: 'v1.2',
  recognisedBy: { has: ['batcherHash'] },
  systemConfig: getters(
    'version() view returns (string)',
    'owner() view returns (address)',
    'batcherHash() view returns (bytes32)',
    'unsafeBlockSigner() view returns (address)',
    'gasLimit() view returns (uint64)',
  ),
  portal: getters(
    'version() view returns (string)',
    'guardian() view returns (address)',
    'superchainConfig() view returns (address)',
    'systemConfig() view returns (address)',
    'paused() view returns (bool)',
    'l2Oracle() view returns (address)',
  ),
};
