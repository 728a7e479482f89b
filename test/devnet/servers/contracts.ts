/**
 * Real OP Stack contracts on the devnet's L1, from the published artifacts: SystemConfig 2.3.0-beta.2, OptimismPortal2,
 * the dispute game factory with a permissioned and an alphabet game, bridges and their proxies.
 * Every deployment has accounts of its own, so any number of them can be made on one L1 at the same time.
 */
import { hexlify, randomBytes, Wallet } from 'ethers';
import { artifact } from './contract-artifacts.ts';
import { queueDeployment, ROLES, type Role } from './contract-deployment.ts';
import { type Hex, jsonRpc, jsonRpcBatch } from './json-rpc.ts';
import type { L1 } from './l1.ts';
import { encodeCall, TransactionBatch } from './transaction-batch.ts';

export interface Deployment {
  l1RpcUrl: string;
  l1ChainId: number;
  l2ChainId: number;
  /** Block of the last transaction of the deployment. */
  startBlock: { number: number; hash: Hex; timestamp: number };
  /** Proxies (`SystemConfigProxy`, …), contracts without one, and `BatchInbox`. */
  addresses: Record<string, Hex>;
  /** Behind the proxies. */
  implementations: Record<string, Hex>;
  /** Private keys, all funded on this L1. `deployer` owns SystemConfig, ProxyAdmin and the factory. */
  keys: Record<Role, Hex>;
  /** Addresses of the keys. */
  accounts: Record<Role, Hex>;
  /** As SystemConfig answers it after the deployment. */
  systemConfig: { gasLimit: number; scalar: Hex };
}

const FUNDS = `0x${(1000n * 10n ** 18n).toString(16)}`;

/**
 * Deploys a chain's contracts: 48 transactions, about one L1 block. `roles` sets private keys that are to be used
 * instead of fresh ones.
 */
export async function deployContracts(
  l1: Pick<L1, 'rpcUrl' | 'chainId'>,
  options: { l2ChainId: number; roles?: Partial<Omit<Record<Role, Hex>, 'deployer'>> },
): Promise<Deployment> {
  const wallets = forEachRole((role) => {
    // The deployer is always a new account: its contracts' addresses follow from its first nonces.
    const given = role === 'deployer' ? undefined : options.roles?.[role];
    return new Wallet(given ?? hexlify(randomBytes(32)));
  });
  const accounts = forEachRole((role) => wallets[role].address as Hex);
  await jsonRpcBatch(
    l1.rpcUrl,
    ROLES.map((role) => ['anvil_setBalance', [accounts[role], FUNDS]]),
  );
  const batch = new TransactionBatch({ account: wallets.deployer, rpcUrl: l1.rpcUrl, chainId: l1.chainId });
  const { addresses, implementations } = queueDeployment(batch, accounts, options.l2ChainId);
  const block = await batch.send();
  const { timestamp } = await jsonRpc<{ timestamp: Hex }>(l1.rpcUrl, 'eth_getBlockByHash', [block.hash, false]);
  const read = async (method: string): Promise<bigint> => {
    const data = encodeCall(artifact('SystemConfig'), method, []);
    return BigInt(await jsonRpc<Hex>(l1.rpcUrl, 'eth_call', [{ to: addresses['SystemConfigProxy'], data }, 'latest']));
  };
  return {
    l1RpcUrl: l1.rpcUrl,
    l1ChainId: l1.chainId,
    l2ChainId: options.l2ChainId,
    startBlock: { ...block, timestamp: Number(timestamp) },
    addresses,
    implementations,
    keys: forEachRole((role) => wallets[role].privateKey as Hex),
    accounts,
    systemConfig: {
      gasLimit: Number(await read('gasLimit')),
      scalar: `0x${(await read('scalar')).toString(16).padStart(64, '0')}`,
    },
  };
}

function forEachRole<T>(make: (role: Role) => T): Record<Role, T> {
  return Object.fromEntries(ROLES.map((role) => [role, make(role)])) as Record<Role, T>;
}
