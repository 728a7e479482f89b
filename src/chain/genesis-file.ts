import { z } from 'zod';
import { OperatorError } from '../contract/failures.ts';

/** A quantity as execution clients read it in a genesis file: `"0x1c9c380"`, `"30000000"` or `30000000`. */
const quantity = z.union([z.string().regex(/^(0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$/), z.int().nonnegative()], {
  error: 'must be a number, e.g. "0x1c9c380"',
});
const bytes = z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/, 'must be hex data, e.g. "0x6080"');
const word = z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be 32 bytes of hex');
/** Storage keys and values may be short; execution clients pad them on the left. */
const slot = z.string().regex(/^(0x)?[0-9a-fA-F]{1,64}$/, 'must be at most 32 bytes of hex');
const forkTime = z.int().nonnegative().nullish();

const account = z.object({
  balance: quantity,
  nonce: quantity.nullish(),
  code: bytes.nullish(),
  storage: z.record(slot, slot).nullish(),
});
export type GenesisAccount = z.output<typeof account>;

const config = z.object({
  chainId: z.int().positive(),
  londonBlock: z.int().nonnegative().nullish(),
  shanghaiTime: forkTime,
  cancunTime: forkTime,
  pragueTime: forkTime,
  isthmusTime: forkTime,
});

const genesisFile = z.object({
  config,
  nonce: quantity.nullish(),
  timestamp: quantity,
  extraData: bytes.nullish(),
  gasLimit: quantity,
  difficulty: quantity,
  mixHash: word.nullish(),
  coinbase: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'must be an address')
    .nullish(),
  number: quantity.nullish(),
  gasUsed: quantity.nullish(),
  parentHash: word.nullish(),
  baseFeePerGas: quantity.nullish(),
  excessBlobGas: quantity.nullish(),
  blobGasUsed: quantity.nullish(),
  /** Instead of `alloc`: the state root of a chain whose state was imported. */
  stateHash: word.nullish(),
  alloc: z.record(z.string().regex(/^(0x)?[0-9a-fA-F]{40}$/, 'must be an address'), account),
});
export type GenesisFile = z.output<typeof genesisFile>;

/**
 * Reads the content of a genesis.json.
 * @throws OperatorError `InvalidSpec` that names the first fields that are wrong
 */
export function parseGenesisFile(genesis: unknown): GenesisFile {
  if (typeof genesis === 'object' && genesis !== null && 'config' in genesis && genesis.config === null) {
    throw new OperatorError({
      type: 'InvalidSpec',
      message: 'genesis file: config is null, so the forks that are active in block 0 are unknown.',
      fix: 'Use a genesis file with its chain config, e.g. from `op-deployer inspect genesis`; for a chain of the superchain registry leave spec.genesis out.',
    });
  }
  const parsed = genesisFile.safeParse(genesis);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new OperatorError({
    type: 'InvalidSpec',
    message: `genesis file: ${issues.join('; ')}.`,
    fix: 'Provide the genesis.json of the L2 execution client, e.g. from `op-deployer inspect genesis`.',
  });
}
