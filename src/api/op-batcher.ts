/** OpBatcher: sends the chain's batches to L1. At most one per network. */
import { z } from 'zod';
import { networkRefFixed, reservedForSenders, senderFields } from './component.ts';
import { endpoint } from './endpoint.ts';
import { wholeObject } from './object-meta.ts';
import { type TransitionRule, withRules } from './rule.ts';
import { senderStatus, transaction } from './sender-status.ts';
import { duration, timestamp } from './text-fields.ts';

const bytes = (description: string) => z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe(description);
const ordered = <L extends string, U extends string>(lower: L, upper: U, example: string) => ({
  cel: `!has(self.${lower}) || !has(self.${upper}) || self.${lower} <= self.${upper}`,
  holds: (self: { readonly [K in L | U]?: number | undefined }) =>
    (self[lower] ?? 0) <= (self[upper] ?? Number.POSITIVE_INFINITY),
  message: `${lower} must not be above ${upper}`,
  fix: `for example ${example}`,
  field: lower,
});

const compression = z.object({
  compressor: z.enum(['shadow', 'ratio', 'none']).optional().describe('How a channel is filled. Absent: shadow.'),
  algorithm: z
    .enum(['zlib', 'brotli', 'brotli-9', 'brotli-10', 'brotli-11'])
    .optional()
    .describe('Algorithm. Absent: zlib. Brotli needs the Fjord fork and is smaller.'),
  approxComprRatio: z
    .number()
    .min(0.01)
    .max(1)
    .optional()
    .describe('Expected ratio, for `compressor: ratio`. Absent: 0.6.'),
});

const throttle = withRules(
  z.object({
    controllerType: z
      .enum(['step', 'linear', 'quadratic', 'pid'])
      .optional()
      .describe('How strongly blocks are limited as the backlog grows. Absent: quadratic.'),
    unsafeDABytesLowerThreshold: bytes(
      'Backlog in bytes from which blocks are limited; 0 switches throttling off. Absent: 3200000.',
    ),
    unsafeDABytesUpperThreshold: bytes('Backlog in bytes at which they are limited most. Absent: 12800000.'),
    txSizeLowerLimit: bytes('Largest transaction in bytes at full throttling. Absent: 150.'),
    txSizeUpperLimit: bytes('Largest transaction in bytes when throttling begins. Absent: 20000.'),
    blockSizeLowerLimit: bytes('Largest block in bytes at full throttling. Absent: 2000.'),
    blockSizeUpperLimit: bytes('Largest block in bytes when throttling begins. Absent: 130000.'),
    additionalEndpoints: z
      .array(endpoint('An RPC.', { url: 'http://builder:8545', secret: 'builder', key: 'rpc' }))
      .max(8)
      .optional()
      .describe('Further RPCs that have to obey, e.g. block builders; each needs the miner API.'),
  }),
  [
    ordered(
      'unsafeDABytesLowerThreshold',
      'unsafeDABytesUpperThreshold',
      'unsafeDABytesLowerThreshold: 3200000 and unsafeDABytesUpperThreshold: 12800000',
    ),
    ordered('txSizeLowerLimit', 'txSizeUpperLimit', 'txSizeLowerLimit: 150 and txSizeUpperLimit: 20000'),
    ordered('blockSizeLowerLimit', 'blockSizeUpperLimit', 'blockSizeLowerLimit: 2000 and blockSizeUpperLimit: 130000'),
  ],
);

const altDA = z.object({
  server: endpoint('The data availability server.', { url: 'http://da-server:3100', secret: 'da', key: 'url' }),
  service: z
    .boolean()
    .default(false)
    .describe('Whether the server is a service that makes commitments itself (generic commitments).'),
  maxConcurrentRequests: z.int().min(1).max(1000).optional().describe('Requests at the same time. Absent: 1.'),
});

export const opBatcherSpec = withRules(
  z.object({
    ...senderFields({
      program: 'op-batcher',
      secretKey: 'batcher',
      signer: 'Key of the batcher: its address must be the batcher of SystemConfig on L1. A change is a key rotation.',
      nodeRefs:
        "OpNodes that blocks are read from; with several it follows the active sequencer. Absent: the network's sequencers.",
      env: { variable: 'OP_BATCHER_NETWORK_TIMEOUT, value: 20s', flag: '"--network-timeout=20s"' },
      reserved: reservedForSenders('OP_BATCHER', {
        variables: '|L2_ETH_RPC|ROLLUP_RPC|STOPPED',
        flags: '|l2-eth-rpc|rollup-rpc|stopped',
      }),
    }),
    dataAvailability: z
      .enum(['Blobs', 'Calldata', 'Auto'])
      .default('Blobs')
      .describe(
        'Where batches go. Blobs: blob transactions. Calldata: ordinary transactions. Auto: the cheaper of the two at the moment.',
      ),
    batchType: z
      .enum(['Singular', 'Span'])
      .optional()
      .describe('Form of batches. Absent: Singular. Span needs the Delta fork and is smaller on quiet chains.'),
    maxChannelDuration: z
      .int()
      .min(0)
      .max(100_000)
      .default(150)
      .describe(
        'L1 blocks after which a channel is closed and sent even if it is not full: bounds how far the safe head is behind on a quiet chain (150 blocks are 30 minutes on mainnet). 0: no limit. With subSafetyMargin it must stay below the sequencing window.',
      ),
    subSafetyMargin: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('L1 blocks before the end of a channel at which the rest is sent. Absent: 10.'),
    targetNumFrames: z
      .int()
      .min(1)
      .max(6)
      .optional()
      .describe('Frames per transaction; with blobs, blobs per transaction. Absent: 1. Busy chains: 5 or 6.'),
    maxL1TxSizeBytes: z
      .int()
      .min(1000)
      .max(1_000_000)
      .optional()
      .describe('Largest transaction in bytes, with calldata. Absent: 120000.'),
    maxPendingTransactions: z
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('Transactions that may be pending at the same time; 0: no limit. Absent: 1.'),
    compression: compression
      .optional()
      .describe('How batches are compressed. What is absent is as the program has it.'),
    throttle: throttle
      .optional()
      .describe('How block building is slowed down when batches pile up. What is absent is as the program has it.'),
    altDA: altDA.optional().describe('Data availability outside of L1. Absent: L1.'),
    pollInterval: duration('How often new L2 blocks are looked for. Absent: 6s.', {
      example: '6s',
      min: '100ms',
      max: '5m',
    }).optional(),
    activeSequencerCheckInterval: duration(
      'With several nodes: how often it is checked which one sequences. Absent: 5s.',
      { example: '5s', min: '1s', max: '5m' },
    ).optional(),
    checkRecentTransactionsDepth: z
      .int()
      .min(0)
      .max(128)
      .optional()
      .describe(
        'At start: L1 blocks that are searched for own transactions, so that nothing is sent twice. Absent: 0.',
      ),
  }),
  [
    {
      cel: '!has(self.subSafetyMargin) || self.maxChannelDuration == 0 || self.subSafetyMargin < self.maxChannelDuration',
      holds: (self) =>
        self.subSafetyMargin === undefined ||
        self.maxChannelDuration === 0 ||
        self.subSafetyMargin < self.maxChannelDuration,
      message: 'subSafetyMargin must be below maxChannelDuration',
      fix: 'for example maxChannelDuration: 150 and subSafetyMargin: 10',
      field: 'subSafetyMargin',
    },
  ],
).describe('What is wanted.');

export const opBatcherStatus = z
  .object({
    ...senderStatus,
    readyAt: timestamp(
      'When its pod was last seen ready, some minutes old at most while it is: how long one that is gone has been away.',
    ).optional(),
    lastInboxTransaction: transaction.optional().describe('Last batch transaction on L1.'),
    pending: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Transactions that are sent but not yet in a block.'),
  })
  .describe('What is.');

export const opBatcher = wholeObject(
  'OpBatcher',
  opBatcherSpec,
  opBatcherStatus,
  "Sends the chain's batches to L1. At most one per network.",
);

export type OpBatcherSpec = z.output<typeof opBatcherSpec>;
export type OpBatcherStatus = z.output<typeof opBatcherStatus>;
export type OpBatcher = z.output<typeof opBatcher>;

export const opBatcherTransitions: readonly TransitionRule<OpBatcherSpec>[] = [networkRefFixed<OpBatcherSpec>()];
