/** How a chain's L1 is reached. */
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { configMapKeyRef } from './references.ts';
import { celExactlyOne, countPresent, withRules } from './rule.ts';
import { chainId, duration } from './text-fields.ts';

/** L1 chains whose configuration op-node brings along, or did once: mainnet, Sepolia, Holesky, Hoodi. */
const KNOWN_L1 = [1, 11_155_111, 17_000, 560_048];

const beacon = (description: string) =>
  endpoint(description, { url: 'http://lighthouse:5052', secret: 'l1', key: 'beacon' });

const chainConfig = withRules(
  z.object({
    configMapRef: configMapKeyRef('ConfigMap with the chain configuration as JSON.', {
      name: 'acme-chain',
      key: 'l1.json',
    }).optional(),
    inline: z.string().min(2).max(65_536).optional().describe('The chain configuration as JSON text.'),
  }),
  [
    {
      cel: celExactlyOne('configMapRef', 'inline'),
      holds: (self) => countPresent(self.configMapRef, self.inline) === 1,
      message: 'set exactly one of configMapRef and inline',
      fix: 'for example configMapRef: {name: acme-chain, key: l1.json}',
    },
  ],
);

export const l1 = withRules(
  z.object({
    chainId: chainId(
      'Chain id of L1, e.g. 1 for mainnet. Absent: the one of `network`. Fixed after creation.',
    ).optional(),
    rpc: endpoint(
      'Execution RPC of L1. An HTTP URL is polled, a WebSocket URL subscribed.',
      { url: 'http://reth:8545', secret: 'l1', key: 'rpc' },
      'rpc',
    ),
    beacon: beacon('Beacon API of L1: batches in blobs are read through it.').optional(),
    ignoreBeacon: z
      .boolean()
      .default(false)
      .describe(
        'Run without beacon API. Only for chains whose batches were never in blobs: derivation stops at the first blob.',
      ),
    beaconFallbacks: z
      .array(beacon('A beacon API.'))
      .max(8)
      .optional()
      .describe('Beacon APIs that are asked for blobs that `beacon` has dropped (blob archives), in this order.'),
    chainConfig: chainConfig
      .optional()
      .describe(
        'Chain configuration of an L1 that op-node does not know (any but mainnet, Sepolia and Hoodi, and Holesky before op-node v1.20.1), with its `blobSchedule`.',
      ),
    rpcKind: z
      .enum([
        'standard',
        'alchemy',
        'quicknode',
        'infura',
        'parity',
        'nethermind',
        'debug_geth',
        'erigon',
        'basic',
        'any',
      ])
      .default('standard')
      .describe('Kind of the RPC: decides by which calls receipts are fetched.'),
    trustRpc: z
      .boolean()
      .default(false)
      .describe("Whether block hashes of the RPC are trusted without checking. Only for an RPC of one's own."),
    httpPollInterval: duration('How often an HTTP RPC is asked for its head. Absent: 12s, one L1 block of mainnet.', {
      example: '12s',
      min: '100ms',
      max: '5m',
    }).optional(),
    confirmations: z
      .int()
      .min(0)
      .max(256)
      .default(4)
      .describe(
        'L1 blocks after which the operator takes something on L1 for settled where L1 has no finalized or safe block.',
      ),
  }),
  [
    {
      cel: 'has(self.beacon) != self.ignoreBeacon',
      holds: (self) => (self.beacon !== undefined) !== self.ignoreBeacon,
      message: 'beacon is required, because batches in blobs are read through it',
      fix: 'for example beacon: {secretKeyRef: {name: l1, key: beacon}}; set ignoreBeacon: true instead only for a chain whose batches are never in blobs',
      field: 'beacon',
    },
    {
      cel: 'has(self.beacon) || !has(self.beaconFallbacks) || self.beaconFallbacks.size() == 0',
      holds: (self) => self.beacon !== undefined || (self.beaconFallbacks ?? []).length === 0,
      message: 'beaconFallbacks need beacon',
      fix: 'make the first of them beacon, for example beacon: {url: http://lighthouse:5052}',
      field: 'beaconFallbacks',
    },
    {
      cel: `!has(self.chainId) || has(self.chainConfig) || self.chainId in [${KNOWN_L1.join(', ')}]`,
      holds: (self) => self.chainId === undefined || self.chainConfig !== undefined || KNOWN_L1.includes(self.chainId),
      message: `op-node does not know this L1 (it knows ${KNOWN_L1.join(', ')})`,
      fix: `set chainConfig, for example chainConfig: {configMapRef: {name: acme-chain, key: l1.json}}`,
      field: 'chainConfig',
    },
  ],
);
