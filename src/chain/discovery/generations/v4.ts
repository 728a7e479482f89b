import { encodeBytes32String } from 'ethers';
import { type Generation, getters } from './generation.ts';

/** SystemConfig knows chain, guardian and admin; a chain can be paused alone; AnchorStateRegistry behind the portal. */
export const v4_0: Generation = {
  name: 'v4.0',
  recognisedBy: { has: ['l2ChainId', 'superchainConfig'] },
  systemConfig: getters(
    'l2ChainId() view returns (uint256)',
    'superchainConfig() view returns (address)',
    'guardian() view returns (address)',
    'proxyAdmin() view returns (address)',
    'proxyAdminOwner() view returns (address)',
  ),
  portal: getters('anchorStateRegistry() view returns (address)', 'ethLockbox() view returns (address)'),
};

export const v4_1: Generation = {
  name: 'v4.1',
  recognisedBy: { has: ['l2ChainId', 'isFeatureEnabled'] },
  systemConfig: [{ abi: 'isFeatureEnabled(bytes32) view returns (bool)', args: [encodeBytes32String('ETH_LOCKBOX')] }],
  portal: [],
};
