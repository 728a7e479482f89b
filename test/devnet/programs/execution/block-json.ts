import { derivedRoot, type L2Block, ZERO_HASH } from '../../ledger/block.ts';
import type { StoredGenesis } from './genesis.ts';

const NO_UNCLES = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
const NO_REQUESTS = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const FEE_VAULT = '0x4200000000000000000000000000000000000011';
/** Storage root of the message passer before the first withdrawal, as recorded. */
export const WITHDRAWALS_ROOT = '0x8ed4baae3a927be3dea54996b4d5899f8c01e7594bf50b17dc1e741388ce3d12';

export const quantity = (value: number | bigint): string => `0x${value.toString(16)}`;

/** State root of a block: the real one of block 0, a stand-in for the others. */
function stateRootOf(block: L2Block, genesis: StoredGenesis): string {
  return block.number === 0 ? String(genesis.header['stateRoot']) : derivedRoot(block, 'state');
}

/** The deposit transaction with which each L2 block starts. */
const depositOf = (block: L2Block): string => derivedRoot(block, 'deposit');

/** `eth_getBlockByNumber` without transaction bodies, with the keys that op-geth answers. */
export function blockJson(block: L2Block, genesis: StoredGenesis): Record<string, unknown> {
  const prague = isActive(genesis.config['pragueTime'], block.timestamp);
  const common = {
    baseFeePerGas: quantity(1_000_000_000),
    blobGasUsed: '0x0',
    difficulty: '0x0',
    excessBlobGas: '0x0',
    extraData: '0x00000000fa00000006',
    gasLimit: '0x3938700',
    gasUsed: block.number === 0 ? '0x0' : '0xc9e4',
    hash: block.hash,
    logsBloom: `0x${'00'.repeat(256)}`,
    miner: FEE_VAULT,
    mixHash: block.number === 0 ? ZERO_HASH : derivedRoot(block, 'mix'),
    nonce: '0x0000000000000000',
    number: quantity(block.number),
    parentBeaconBlockRoot: ZERO_HASH,
    parentHash: block.parentHash,
    receiptsRoot: block.number === 0 ? EMPTY_ROOT : derivedRoot(block, 'receipts'),
    ...(prague ? { requestsHash: NO_REQUESTS } : {}),
    sha3Uncles: NO_UNCLES,
    size: block.number === 0 ? '0x250' : '0x380',
    stateRoot: stateRootOf(block, genesis),
    timestamp: quantity(block.timestamp),
    transactions: block.number === 0 ? [] : [depositOf(block), ...block.transactions],
    transactionsRoot: block.number === 0 ? EMPTY_ROOT : derivedRoot(block, 'transactions'),
    uncles: [],
    withdrawals: [],
    withdrawalsRoot: prague ? WITHDRAWALS_ROOT : EMPTY_ROOT,
  };
  return block.number === 0 ? { ...common, ...asQuantities(genesis.header) } : common;
}

const QUANTITIES = [
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'baseFeePerGas',
  'blobGasUsed',
  'excessBlobGas',
];

function asQuantities(header: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(header).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([key, value]) => [key, QUANTITIES.includes(key) ? quantity(BigInt(String(value))) : value]),
  );
}

const isActive = (time: unknown, timestamp: number): boolean => typeof time === 'number' && time <= timestamp;
