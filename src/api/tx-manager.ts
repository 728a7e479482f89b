/** How op-batcher, op-proposer and op-challenger send transactions: their shared transaction manager. */
import { z } from 'zod';
import { withRules } from './rule.ts';
import { duration } from './text-fields.ts';

const gwei = (description: string) => z.number().min(0).max(1_000_000).optional().describe(description);

export const txManager = withRules(
  z.object({
    numConfirmations: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('L1 blocks after which a transaction counts as sent. Absent: 10 (challenger: 3).'),
    resubmissionTimeout: duration(
      'After this long without inclusion the fee is raised. Absent: 48s (challenger: 24s).',
      { example: '48s', min: '1s', max: '1h' },
    ).optional(),
    networkTimeout: duration('Limit of one request to L1. Absent: 10s.', {
      example: '10s',
      min: '1s',
      max: '5m',
    }).optional(),
    sendTimeout: duration('After this long a transaction is given up. Absent or 0s: never.', {
      example: '10m',
      max: '24h',
    }).optional(),
    notInMempoolTimeout: duration(
      'After this long without being in the mempool a transaction is given up. Absent: 2m.',
      { example: '2m', min: '1s', max: '1h' },
    ).optional(),
    receiptQueryInterval: duration(
      'How often a receipt is asked for. Absent: 12s. With one transaction at a time it bounds the throughput, and how long a stop takes.',
      { example: '12s', min: '100ms', max: '5m' },
    ).optional(),
    rebroadcastInterval: duration('How often a pending transaction is published again. Absent: 12s.', {
      example: '12s',
      min: '1s',
      max: '1h',
    }).optional(),
    safeAbortNonceTooLowCount: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('Answers "nonce too low" after which a transaction is given up. Absent: 3.'),
    feeLimitMultiplier: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('How many times a fee may be raised above the first suggestion. Absent: 5.'),
    feeLimitThresholdGwei: gwei('Fee in gwei below which `feeLimitMultiplier` does not apply. Absent: 100.'),
    minTipCapGwei: gwei('Least priority fee in gwei. Absent: 1.'),
    maxTipCapGwei: gwei('Greatest priority fee in gwei. Absent: no limit.'),
    minBaseFeeGwei: gwei('Least base fee in gwei that fees are computed with. Absent: 1.'),
    maxBaseFeeGwei: gwei('Greatest base fee in gwei that fees are computed with. Absent: no limit.'),
    cellProofTime: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe(
        'Time (seconds since 1970) from which blob transactions carry cell proofs. Absent: as known for the L1; needed for blobs on an own L1, where it is the time of its Osaka fork.',
      ),
  }),
  [
    {
      cel: '!has(self.minTipCapGwei) || !has(self.maxTipCapGwei) || self.minTipCapGwei <= self.maxTipCapGwei',
      holds: (self) =>
        self.minTipCapGwei === undefined ||
        self.maxTipCapGwei === undefined ||
        self.minTipCapGwei <= self.maxTipCapGwei,
      message: 'minTipCapGwei must not be above maxTipCapGwei',
      fix: 'for example minTipCapGwei: 1 and maxTipCapGwei: 50',
      field: 'minTipCapGwei',
    },
    {
      cel: '!has(self.minBaseFeeGwei) || !has(self.maxBaseFeeGwei) || self.minBaseFeeGwei <= self.maxBaseFeeGwei',
      holds: (self) =>
        self.minBaseFeeGwei === undefined ||
        self.maxBaseFeeGwei === undefined ||
        self.minBaseFeeGwei <= self.maxBaseFeeGwei,
      message: 'minBaseFeeGwei must not be above maxBaseFeeGwei',
      fix: 'for example minBaseFeeGwei: 1 and maxBaseFeeGwei: 500',
      field: 'minBaseFeeGwei',
    },
  ],
);

export type TxManager = z.output<typeof txManager>;
