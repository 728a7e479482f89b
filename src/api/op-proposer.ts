/** OpProposer: proposes the chain's state to L1. At most one per network. */
import { z } from 'zod';
import { networkRefFixed, reservedForSenders, senderFields } from './component.ts';
import { wholeObject } from './object-meta.ts';
import type { TransitionRule } from './rule.ts';
import { senderStatus } from './sender-status.ts';
import { address, duration, timestamp } from './text-fields.ts';

const gameType = z
  .union([z.int().min(0).max(4_294_967_295), z.literal('Auto')])
  .meta({ intOrString: { pattern: '^Auto$', maxLength: 32, expected: 'Auto or a number', example: '8' } });

export const opProposerSpec = z
  .object({
    ...senderFields({
      program: 'op-proposer',
      secretKey: 'proposer',
      signer:
        'Key of the proposer: for permissioned games its address must be the proposer on L1. A change is a key rotation.',
      nodeRefs: "OpNodes that outputs are read from. Absent: the network's sequencers.",
      env: { variable: 'OP_PROPOSER_NETWORK_TIMEOUT, value: 20s', flag: '"--network-timeout=20s"' },
      reserved: reservedForSenders('OP_PROPOSER', {
        variables: '|ROLLUP_RPC|GAME_FACTORY_ADDRESS|GAME_TYPE|L2OO_ADDRESS',
        flags: '|rollup-rpc|game-factory-address|game-type|l2oo-address',
      }),
    }),
    gameType: gameType
      .default('Auto')
      .describe(
        "Type of the dispute game that is proposed, as a number, e.g. 1 (permissioned) or 8 (cannon-kona). Auto: the portal's respected type; on chains with L2OutputOracle, outputs.",
      ),
    proposalInterval: duration('Time between two proposals. An L2OutputOracle has its own on L1.', {
      example: '1h',
      min: '1s',
      max: '168h',
    }).default('1h'),
    pollInterval: duration('How often it is checked whether a proposal is due. Absent: 12s.', {
      example: '12s',
      min: '1s',
      max: '1h',
    }).optional(),
    allowNonFinalized: z
      .boolean()
      .default(false)
      .describe('Propose safe blocks that L1 may still reorganise. Only for tests.'),
    activeSequencerCheckInterval: duration(
      'With several nodes: how often it is checked which one sequences. Absent: 2m.',
      { example: '2m', min: '1s', max: '1h' },
    ).optional(),
  })
  .describe('What is wanted.');

export const opProposerStatus = z
  .object({
    ...senderStatus,
    lastGame: z
      .object({
        address: address('Address of the game; absent for an output.').optional(),
        gameType: z.int().min(0).max(4_294_967_295).optional().describe('Type of the game.'),
        l2Block: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('L2 block that it is about.'),
        at: timestamp('When it was proposed.'),
      })
      .optional()
      .describe('Last proposal.'),
    nextDue: timestamp('When the next proposal is due.').optional(),
  })
  .describe('What is.');

export const opProposer = wholeObject(
  'OpProposer',
  opProposerSpec,
  opProposerStatus,
  "Proposes the chain's state to L1. At most one per network.",
);

export type OpProposerSpec = z.output<typeof opProposerSpec>;
export type OpProposerStatus = z.output<typeof opProposerStatus>;
export type OpProposer = z.output<typeof opProposer>;

export const opProposerTransitions: readonly TransitionRule<OpProposerSpec>[] = [networkRefFixed<OpProposerSpec>()];
