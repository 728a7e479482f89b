import { type Generation, getters } from './generation.ts';

/** The last one with an L2OutputOracle instead of dispute games; the first whose SystemConfig tells addresses. */
export const v1_3: Generation = {
  name: 'v1.3',
  recognisedBy: { has: ['optimismPortal', 'l2OutputOracle'] },
  systemConfig: getters(
    'optimismPortal() view returns (address)',
    'l1CrossDomainMessenger() view returns (address)',
    'l1StandardBridge() view returns (address)',
    'l1ERC721Bridge() view returns (address)',
    'optimismMintableERC20Factory() view returns (address)',
    'startBlock() view returns (uint256)',
    'l2OutputOracle() view returns (address)',
    'batchInbox() view returns (address)',
  ),
  portal: [],
};
