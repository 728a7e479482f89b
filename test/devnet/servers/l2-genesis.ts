/** genesis.json of the devnet's L2: the predeploys that derivation writes to, and funded accounts. */
import { zeroPadValue } from 'ethers';
import { artifact } from './contract-artifacts.ts';
import type { Deployment } from './contracts.ts';
import type { Hex } from './json-rpc.ts';

/** Last four digits of their addresses, 0x4200…. */
const PREDEPLOYS: Readonly<Record<string, string>> = {
  GasPriceOracle: '000f',
  L1Block: '0015',
  L2ToL1MessagePasser: '0016',
  ProxyAdmin: '0018',
};
const SEQUENCER_FEE_VAULT = predeploy('0011');
/** EIP-1967. */
const IMPLEMENTATION_SLOT = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
const ADMIN_SLOT = '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103';
const BALANCE = `0x${(100_000n * 10n ** 18n).toString(16)}`;
/** Version 0, denominator 250, elasticity 6: what Holocene writes into a header. */
const HOLOCENE_EXTRA_DATA = '0x00000000fa00000006';
export const EIP1559 = { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 };
export const ZERO_HASH = `0x${'0'.repeat(64)}`;
export const ZERO_ADDRESS = `0x${'0'.repeat(40)}`;

export interface ForkTimes {
  isthmus: number;
  jovian: number;
}

/** Holocene and everything before it is active in block 0. Times are seconds since the epoch. */
export function l2Genesis(deployment: Deployment, timestamp: number, forks: ForkTimes): Record<string, unknown> {
  const fromStart = Object.fromEntries(
    [
      ...['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul'],
      ...['muirGlacier', 'berlin', 'london', 'arrowGlacier', 'grayGlacier', 'mergeNetsplit', 'bedrock'],
    ].map((fork) => [`${fork}Block`, 0]),
  );
  const fromGenesis = Object.fromEntries(
    ['shanghai', 'cancun', 'regolith', 'canyon', 'ecotone', 'fjord', 'granite', 'holocene'].map((fork) => [
      `${fork}Time`,
      0,
    ]),
  );
  return {
    config: {
      chainId: deployment.l2ChainId,
      ...fromStart,
      ...fromGenesis,
      terminalTotalDifficulty: 0,
      depositContractAddress: ZERO_ADDRESS,
      optimism: EIP1559,
      pragueTime: forks.isthmus,
      isthmusTime: forks.isthmus,
      jovianTime: forks.jovian,
    },
    nonce: '0x0',
    timestamp: `0x${timestamp.toString(16)}`,
    extraData: HOLOCENE_EXTRA_DATA,
    gasLimit: `0x${deployment.systemConfig.gasLimit.toString(16)}`,
    difficulty: '0x0',
    mixHash: ZERO_HASH,
    coinbase: SEQUENCER_FEE_VAULT,
    number: '0x0',
    gasUsed: '0x0',
    parentHash: ZERO_HASH,
    baseFeePerGas: '0x3b9aca00',
    excessBlobGas: '0x0',
    blobGasUsed: '0x0',
    alloc: { ...predeploys(), ...funded(deployment) },
  };
}

/** Each predeploy is a proxy; its code lives in a namespace of its own under the same last digits. */
function predeploys(): Record<string, unknown> {
  const admin = predeploy(PREDEPLOYS['ProxyAdmin'] ?? '');
  return Object.fromEntries(
    Object.entries(PREDEPLOYS).flatMap(([name, digits]) => {
      const implementation = `0x${'c0d3'.repeat(9)}${digits}`;
      return [
        [
          predeploy(digits),
          {
            balance: '0x0',
            code: artifact('Proxy').deployedBytecode,
            storage: {
              [IMPLEMENTATION_SLOT]: zeroPadValue(implementation, 32),
              [ADMIN_SLOT]: zeroPadValue(admin, 32),
            },
          },
        ],
        [implementation, { balance: '0x0', code: artifact(name).deployedBytecode }],
      ];
    }),
  );
}

function funded(deployment: Deployment): Record<string, unknown> {
  return Object.fromEntries(
    Object.values(deployment.accounts).map((address) => [address.toLowerCase(), { balance: BALANCE }]),
  );
}

function predeploy(digits: string): Hex {
  return `0x42${'0'.repeat(34)}${digits}`;
}
