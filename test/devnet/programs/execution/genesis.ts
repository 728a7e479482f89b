import { genesisHeader, headerHash } from '../../../../src/chain/genesis.ts';
import { parseGenesisFile } from '../../../../src/chain/genesis-file.ts';

/** What an execution client keeps of its genesis file. */
export interface StoredGenesis {
  readonly hash: string;
  readonly chainId: number;
  readonly timestamp: number;
  /** The `config` part, as `debug_chainConfig` answers it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Fields of block 0 as `eth_getBlockByNumber` answers them. */
  readonly header: Readonly<Record<string, unknown>>;
  /** Balances of the genesis accounts, by lower-case address without 0x. */
  readonly balances: Readonly<Record<string, string>>;
}

/** What geth has in a data directory that was never initialised: Ethereum mainnet. */
export const mainnetGenesis: StoredGenesis = {
  hash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
  chainId: 1,
  timestamp: 0,
  config: { chainId: 1 },
  header: { stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544' },
  balances: {},
};

/** Reads a genesis file. Throws with geth's words after `invalid genesis file: ` when it is none. */
export async function readGenesis(content: Buffer): Promise<StoredGenesis> {
  const file: unknown = JSON.parse(content.toString('utf8'));
  requireField(file, 'gasLimit');
  requireField(file, 'difficulty');
  requireField(file, 'alloc');
  const genesis = parseGenesisFile(file);
  const header = await genesisHeader(genesis);
  const { config, alloc } = file as { config: Record<string, unknown>; alloc: Record<string, { balance?: unknown }> };
  const balances = Object.entries(alloc).map(([address, account]) => [
    address.replace(/^0x/, '').toLowerCase(),
    `0x${BigInt(String(account.balance ?? 0)).toString(16)}`,
  ]);
  return {
    hash: headerHash(header),
    chainId: Number(config['chainId']),
    timestamp: Number(genesis.timestamp),
    config,
    header: { ...header },
    balances: Object.fromEntries(balances),
  };
}

function requireField(file: unknown, field: string): void {
  if (typeof file !== 'object' || file === null || !(field in file)) {
    throw new Error(`missing required field '${field}' for Genesis`);
  }
}
