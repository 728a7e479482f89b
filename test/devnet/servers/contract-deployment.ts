/** Which contracts a chain has, in which order and with which arguments they are deployed and initialised. */
import { keccak256, toUtf8Bytes, zeroPadValue } from 'ethers';
import { artifact } from './contract-artifacts.ts';
import type { Hex } from './json-rpc.ts';
import { encodeCall, type TransactionBatch } from './transaction-batch.ts';

/** Accounts of a chain; the second of a pair is there to rotate to. */
export const ROLES = [
  'deployer',
  'guardian',
  'batcher',
  'batcher2',
  'proposer',
  'proposer2',
  'challenger',
  'sequencerSigner',
  'sequencerSigner2',
] as const;
export type Role = (typeof ROLES)[number];

const PERMISSIONED_GAME = 1;
const ALPHABET_GAME = 255;

const GAS_LIMIT = 60_000_000;
const BASE_FEE_SCALAR = 1368;
const BLOB_BASE_FEE_SCALAR = 810_949;
const INIT_BOND = 80_000_000_000_000_000n;
/** Root of the anchor states: nothing was proposed yet. */
const NO_ROOT = `0xdead${'0'.repeat(60)}`;
/** Prestate of the permissioned game: a file with this hash is served, and no program starts from it. */
export const DEVNET_PRESTATE = keccak256(toUtf8Bytes('devnet prestate (not a real program)'));
/** Prestate of the alphabet virtual machine, with which a challenger can run without cannon. */
const ALPHABET_PRESTATE = '0x03c7ae758795765c6664a5d39bf63841c71ff191e9189522bad8ebff5d4eca98';
const ETHER = '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE';
/** How far a deposit may push the resources of a block: the values of the published deploy configuration. */
const RESOURCE_CONFIG = {
  maxResourceLimit: 20_000_000,
  elasticityMultiplier: 10,
  baseFeeMaxChangeDenominator: 8,
  minimumBaseFee: 1_000_000_000,
  systemTxMaxGas: 1_000_000,
  maximumBaseFee: (1n << 128n) - 1n,
};
export type Addresses = Record<string, Hex>;

/** Queues the whole deployment and returns the addresses that it will have. */
export function queueDeployment(
  batch: TransactionBatch,
  accounts: Record<Role, Hex>,
  l2ChainId: number,
): { addresses: Addresses; implementations: Addresses } {
  const admin = batch.deploy('ProxyAdmin', [accounts.deployer]);
  const manager = batch.deploy('AddressManager');
  batch.call('AddressManager', manager, 'transferOwnership', [admin]);
  batch.call('ProxyAdmin', admin, 'setAddressManager', [manager]);
  const proxy = queueProxies(batch, admin, manager);
  const implementation = queueImplementations(batch, proxy);
  const oracle = batch.deploy('PreimageOracle', [126_000, 86_400]);
  const mips = batch.deploy('MIPS', [oracle]);
  const inbox: Hex = `0xff${l2ChainId.toString().padStart(38, '0')}`;

  for (const [name, args] of initializers(proxy, accounts, inbox)) {
    const data = encodeCall(artifact(name), 'initialize', args);
    batch.call('ProxyAdmin', admin, 'upgradeAndCall', [proxy[name], implementation[name], data]);
  }

  const factory = of(proxy, 'DisputeGameFactory');
  const shared = [of(proxy, 'DelayedWETH'), of(proxy, 'AnchorStateRegistry'), l2ChainId];
  const permissioned = batch.deploy('PermissionedDisputeGame', [
    ...[PERMISSIONED_GAME, DEVNET_PRESTATE, 73, 30, 10, 90, mips],
    ...shared,
    ...[accounts.proposer, accounts.challenger],
  ]);
  batch.call('DisputeGameFactory', factory, 'setImplementation', [PERMISSIONED_GAME, permissioned]);
  batch.call('DisputeGameFactory', factory, 'setInitBond', [PERMISSIONED_GAME, INIT_BOND]);
  const alphabetVm = batch.deploy('AlphabetVM', [ALPHABET_PRESTATE, oracle]);
  const alphabet = batch.deploy('FaultDisputeGame', [
    ...[ALPHABET_GAME, ALPHABET_PRESTATE, 7, 3, 0, 60, alphabetVm],
    ...shared,
  ]);
  batch.call('DisputeGameFactory', factory, 'setImplementation', [ALPHABET_GAME, alphabet]);

  return {
    addresses: {
      ProxyAdmin: admin,
      AddressManager: manager,
      ...Object.fromEntries(Object.entries(proxy).map(([name, address]) => [`${name}Proxy`, address])),
      PreimageOracle: oracle,
      Mips: mips,
      PermissionedDisputeGame: permissioned,
      AlphabetVM: alphabetVm,
      AlphabetGame: alphabet,
      BatchInbox: inbox,
    },
    implementations: implementation,
  };
}

const PLAIN_PROXIES = [
  'SuperchainConfig',
  'SystemConfig',
  'OptimismPortal2',
  'DisputeGameFactory',
  'AnchorStateRegistry',
  'DelayedWETH',
  'L1ERC721Bridge',
  'OptimismMintableERC20Factory',
  'ProtocolVersions',
];

/** ProxyAdmin knows three kinds of proxies; the two oldest contracts of a chain keep theirs. */
function queueProxies(batch: TransactionBatch, admin: Hex, manager: Hex): Addresses {
  const proxies: Addresses = Object.fromEntries(PLAIN_PROXIES.map((name) => [name, batch.deploy('Proxy', [admin])]));
  const bridge = batch.deploy('L1ChugSplashProxy', [admin]);
  batch.call('ProxyAdmin', admin, 'setProxyType', [bridge, 1]);
  const messenger = batch.deploy('ResolvedDelegateProxy', [manager, 'OVM_L1CrossDomainMessenger']);
  batch.call('ProxyAdmin', admin, 'setProxyType', [messenger, 2]);
  batch.call('ProxyAdmin', admin, 'setImplementationName', [messenger, 'OVM_L1CrossDomainMessenger']);
  return { ...proxies, L1StandardBridge: bridge, L1CrossDomainMessenger: messenger };
}

function queueImplementations(batch: TransactionBatch, proxy: Addresses): Addresses {
  const constructorArguments: Record<string, unknown[]> = {
    OptimismPortal2: [60, 60],
    AnchorStateRegistry: [of(proxy, 'DisputeGameFactory')],
    DelayedWETH: [60],
  };
  return Object.fromEntries(
    Object.keys(proxy).map((name) => [name, batch.deploy(name, constructorArguments[name] ?? [])]),
  );
}

/** Arguments of every `initialize`, in the order in which they are called. */
function initializers(proxy: Addresses, accounts: Record<Role, Hex>, inbox: Hex): [name: string, args: unknown[]][] {
  const at = (name: string): Hex => of(proxy, name);
  const addresses = {
    l1CrossDomainMessenger: at('L1CrossDomainMessenger'),
    l1ERC721Bridge: at('L1ERC721Bridge'),
    l1StandardBridge: at('L1StandardBridge'),
    disputeGameFactory: at('DisputeGameFactory'),
    optimismPortal: at('OptimismPortal2'),
    optimismMintableERC20Factory: at('OptimismMintableERC20Factory'),
    gasPayingToken: ETHER,
  };
  const batcherHash = zeroPadValue(accounts.batcher, 32);
  const scalars = [BASE_FEE_SCALAR, BLOB_BASE_FEE_SCALAR];
  const anchors = [0, PERMISSIONED_GAME, 254, ALPHABET_GAME].map((gameType) => ({
    gameType,
    outputRoot: { root: NO_ROOT, l2BlockNumber: 0 },
  }));
  return [
    ['SuperchainConfig', [accounts.guardian, false]],
    [
      'SystemConfig',
      [
        ...[accounts.deployer, ...scalars, batcherHash, GAS_LIMIT, accounts.sequencerSigner],
        ...[RESOURCE_CONFIG, inbox, addresses],
      ],
    ],
    ['OptimismPortal2', [at('DisputeGameFactory'), at('SystemConfig'), at('SuperchainConfig'), PERMISSIONED_GAME]],
    ['DisputeGameFactory', [accounts.deployer]],
    ['AnchorStateRegistry', [anchors]],
    ['DelayedWETH', [accounts.deployer, at('SuperchainConfig')]],
    ['L1CrossDomainMessenger', [at('SuperchainConfig'), at('OptimismPortal2'), at('SystemConfig')]],
    ['L1StandardBridge', [at('L1CrossDomainMessenger'), at('SuperchainConfig'), at('SystemConfig')]],
    ['L1ERC721Bridge', [at('L1CrossDomainMessenger'), at('SuperchainConfig')]],
    ['OptimismMintableERC20Factory', [at('L1StandardBridge')]],
    ['ProtocolVersions', [accounts.deployer, 0, 0]],
  ];
}

function of(addresses: Addresses, name: string): Hex {
  const address = addresses[name];
  if (address === undefined) throw new Error(`${name} has no address`);
  return address;
}
