import { encodeRlp, keccak256 } from 'ethers';
import { OperatorError } from '../contract/failures.ts';
import { type GenesisFile, parseGenesisFile } from './genesis-file.ts';
import { rlpQuantity, stateRoots } from './state-root.ts';
import { EMPTY_TRIE_ROOT } from './trie-root.ts';

const ZERO_HASH = `0x${'00'.repeat(32)}`;
const NO_UNCLES = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';
/** sha256 of nothing: EIP-7685 hash of an empty list of requests. */
const NO_REQUESTS = '0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const INITIAL_BASE_FEE = 1_000_000_000;
/** From Isthmus on, a header's withdrawals root is the storage root of this predeploy. */
const L2_TO_L1_MESSAGE_PASSER = '0x4200000000000000000000000000000000000016';

/** A block header as `eth_getBlockByNumber` returns it, as far as the hash needs it. */
export interface BlockHeader {
  readonly parentHash: string;
  readonly sha3Uncles: string;
  readonly miner: string;
  readonly stateRoot: string;
  readonly transactionsRoot: string;
  readonly receiptsRoot: string;
  readonly logsBloom: string;
  readonly difficulty: string | number;
  readonly number: string | number;
  readonly gasLimit: string | number;
  readonly gasUsed: string | number;
  readonly timestamp: string | number;
  readonly extraData: string;
  readonly mixHash: string;
  /** 8 bytes. */
  readonly nonce: string;
  readonly baseFeePerGas?: string | number;
  readonly withdrawalsRoot?: string;
  readonly blobGasUsed?: string | number;
  readonly excessBlobGas?: string | number;
  readonly parentBeaconBlockRoot?: string;
  readonly requestsHash?: string;
}

/**
 * Hash of block 0 as op-geth and op-reth compute it from a genesis file: state root from `alloc`, header fields by the
 * forks that are active at the genesis timestamp.
 * @param genesis content of genesis.json
 * @returns `0x…`, 32 bytes, lower case
 * @throws OperatorError `InvalidSpec` when the file is malformed
 */
export async function genesisBlockHash(genesis: unknown): Promise<string> {
  return headerHash(await genesisHeader(parseGenesisFile(genesis)));
}

/** Header of block 0. Source of the rules: `Genesis.toBlock` of op-geth. */
export async function genesisHeader(genesis: GenesisFile): Promise<BlockHeader> {
  const { config } = genesis;
  const number = BigInt(genesis.number ?? 0);
  const timestamp = BigInt(genesis.timestamp);
  const active = (time: number | null | undefined) => typeof time === 'number' && BigInt(time) <= timestamp;
  const london = typeof config.londonBlock === 'number' && BigInt(config.londonBlock) <= number;
  const shanghai = london && active(config.shanghaiTime);
  const cancun = london && active(config.cancunTime);
  const prague = london && active(config.pragueTime);

  if (genesis.stateHash && Object.keys(genesis.alloc).length > 0) {
    throw new OperatorError({
      type: 'InvalidSpec',
      message: 'genesis file: it has both stateHash and alloc, which execution clients refuse.',
      fix: 'Keep alloc, or stateHash with an empty alloc.',
    });
  }
  const roots = await stateRoots(genesis.alloc);
  return {
    parentHash: genesis.parentHash ?? ZERO_HASH,
    sha3Uncles: NO_UNCLES,
    miner: genesis.coinbase ?? `0x${'00'.repeat(20)}`,
    stateRoot: genesis.stateHash ?? roots.stateRoot,
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: `0x${'00'.repeat(256)}`,
    difficulty: genesis.difficulty,
    number: genesis.number ?? 0,
    gasLimit: genesis.gasLimit,
    gasUsed: genesis.gasUsed ?? 0,
    timestamp: genesis.timestamp,
    extraData: genesis.extraData ?? '0x',
    mixHash: genesis.mixHash ?? ZERO_HASH,
    nonce: `0x${BigInt(genesis.nonce ?? 0)
      .toString(16)
      .padStart(16, '0')}`,
    ...(london ? { baseFeePerGas: genesis.baseFeePerGas ?? INITIAL_BASE_FEE } : {}),
    ...(shanghai
      ? { withdrawalsRoot: active(config.isthmusTime) ? roots.storageRoot(L2_TO_L1_MESSAGE_PASSER) : EMPTY_TRIE_ROOT }
      : {}),
    ...(cancun
      ? {
          blobGasUsed: genesis.blobGasUsed ?? 0,
          excessBlobGas: genesis.excessBlobGas ?? 0,
          parentBeaconBlockRoot: ZERO_HASH,
        }
      : {}),
    ...(prague ? { requestsHash: NO_REQUESTS } : {}),
  };
}

/** Hash of a block header: keccak of its RLP, with the optional fields that it has. */
export function headerHash(header: BlockHeader): string {
  const optional: (string | undefined)[] = [
    quantity(header.baseFeePerGas),
    header.withdrawalsRoot,
    quantity(header.blobGasUsed),
    quantity(header.excessBlobGas),
    header.parentBeaconBlockRoot,
    header.requestsHash,
  ];
  return keccak256(
    encodeRlp([
      header.parentHash,
      header.sha3Uncles,
      header.miner,
      header.stateRoot,
      header.transactionsRoot,
      header.receiptsRoot,
      header.logsBloom,
      rlpQuantity(header.difficulty),
      rlpQuantity(header.number),
      rlpQuantity(header.gasLimit),
      rlpQuantity(header.gasUsed),
      rlpQuantity(header.timestamp),
      header.extraData,
      header.mixHash,
      header.nonce,
      ...optional.filter((field) => field !== undefined),
    ]),
  );
}

function quantity(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : rlpQuantity(value);
}
