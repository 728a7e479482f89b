/** When a rollout goes on, and what happens when it can't. */
import { z } from 'zod';
import { setOf } from './lists.ts';
import { duration } from './text-fields.ts';

/** Gates that a spec may skip: those that guard "never two" are missing here. */
export const SKIPPABLE_GATES = [
  'l1-reachable',
  'config-matches-chain',
  'engine-ready',
  'derivation-caught-up',
  'node-synced',
  'sequencing',
  'batching',
  'proposer-permitted',
  'challenging',
  'fork-ready',
  'same-chain',
  'funds',
] as const;

const timeout = (value: string, description: string) =>
  duration(`${description} Then the plan halts.`, { example: value, min: '1s', max: '720h' }).default(value);
const count = (value: number, max: number, description: string, min = 0) =>
  z.int().min(min).max(max).default(value).describe(description);

const gates = z.object({
  l1Reachable: z
    .object({
      maxHeadAge: duration('Age of the L1 head up to which L1 counts as alive.', {
        example: '60s',
        min: '1s',
        max: '1h',
      }).default('60s'),
      timeout: timeout('10m', 'How long the gate may wait.'),
    })
    .prefault({})
    .describe('Gate `l1-reachable`: L1 answers, has the right chain id and a young head.'),
  engineReady: z
    .object({ timeout: timeout('15m', 'How long the gate may wait; covers image pulls and database recovery.') })
    .prefault({})
    .describe('Gate `engine-ready`: the execution client answers with the right chain id and block 0.'),
  derivation: z
    .object({
      maxL1Lag: count(10, 10_000, 'L1 blocks by which derivation may be behind the L1 head minus confirmations.'),
      timeout: timeout('24h', 'How long the gate may wait.'),
    })
    .prefault({})
    .describe('Gate `derivation-caught-up`: the node has derived everything that is on L1.'),
  nodeSync: z
    .object({
      maxLag: count(10, 1_000_000, 'L2 blocks by which the safe head of a node without gossip may be behind.'),
      minPeers: count(1, 1000, 'Peers that a node must have where P2P is on.'),
      timeout: timeout('24h', 'How long the gate may wait.'),
    })
    .prefault({})
    .describe("Gate `node-synced`: the node has the active sequencer's head in two samples."),
  sequencing: z
    .object({
      minBlocks: count(3, 1000, 'New blocks that must be seen.', 2),
      timeout: timeout('5m', 'How long the gate may wait.'),
    })
    .prefault({})
    .describe('Gate `sequencing`: new blocks are made, up to now.'),
  noForeignSequencer: z
    .object({ quietBlocks: count(10, 1000, 'L2 block times during which no block may arrive from anybody else.', 3) })
    .prefault({})
    .describe('Gate `no-foreign-sequencer`: nobody else makes blocks of this chain.'),
  noForeignBatcher: z
    .object({
      quietBlocks: count(10, 1000, 'L1 blocks during which no inbox transaction may come from the batcher address.', 2),
    })
    .prefault({})
    .describe("Gate `no-foreign-batcher`: nobody else sends with the batcher's key."),
  batching: z
    .object({
      safeHeadTimeout: timeout(
        '30m',
        'How long the gate may wait; prolonged to 1.5 times maxChannelDuration where that is longer.',
      ),
    })
    .prefault({})
    .describe('Gate `batching`: a batch arrives on L1 and the safe head rises because of it.'),
  proposing: z
    .object({ timeout: timeout('15m', 'How long the gate may wait.') })
    .prefault({})
    .describe('Gate `proposer-permitted`: a proposal from this address would succeed.'),
  challenging: z
    .object({ timeout: timeout('30m', 'How long the gate may wait.') })
    .prefault({})
    .describe('Gate `challenging`: the challenger follows L1 and has the prestate of the respected game.'),
  funds: z
    .object({ minHours: count(24, 8760, 'Hours for which each sender must have gas at the current rate.') })
    .prefault({})
    .describe('Gate `funds`: every sender can pay.'),
  onChain: z
    .object({ timeout: timeout('168h', 'How long a plan waits for a transaction that somebody else has to send.') })
    .prefault({})
    .describe('Step `awaitOnChain`: a change on L1 that others make, for example a Safe.'),
});

export const rollout = z.object({
  gates: gates.prefault({}).describe('Limits of the gates that a rollout passes.'),
  onFailure: z
    .enum(['Halt', 'Rollback'])
    .default('Halt')
    .describe(
      'What happens when a step fails. Halt: stay and wait for retry, skipGate or abort. Rollback: apply what was applied before, in reverse order, with the same gates.',
    ),
  skipGates: setOf(
    z.enum(SKIPPABLE_GATES).describe('Name of a gate.'),
    { max: SKIPPABLE_GATES.length },
    'Gates that are not waited for. Each skip is an audit record. Gates that guard against two sequencers or two batchers cannot be skipped.',
  ).optional(),
});
