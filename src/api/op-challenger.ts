/** OpChallenger: plays dispute games against wrong proposals. */
import { z } from 'zod';
import { networkRefFixed, reservedForSenders, senderFields } from './component.ts';
import { plainUrl } from './endpoint.ts';
import { GAME_TYPE_NAMES, GAMES_WITHOUT_PROGRAM } from './game-type.ts';
import { setOf } from './lists.ts';
import { wholeObject } from './object-meta.ts';
import { storage } from './quantities.ts';
import { type TransitionRule, withRules } from './rule.ts';
import { senderStatus } from './sender-status.ts';
import { storageGrows } from './storage-rules.ts';
import { address, duration } from './text-fields.ts';

/** Games that are, or may be, played without a prestate: of these two L1 and the release decide. */
const WITHOUT_PRESTATE: readonly string[] = ['Auto', 'permissioned', ...GAMES_WITHOUT_PROGRAM];

export const opChallengerSpec = withRules(
  z.object({
    ...senderFields({
      program: 'op-challenger',
      secretKey: 'challenger',
      signer: 'Key of the challenger: for permissioned games its address must be the challenger on L1. It pays bonds.',
      nodeRefs:
        "OpNodes that are taken for the truth: archive nodes with the debug API and safeDB. Absent: the network's nodes that have both.",
      env: { variable: 'OP_CHALLENGER_NETWORK_TIMEOUT, value: 20s', flag: '"--network-timeout=20s"' },
      reserved: reservedForSenders('OP_CHALLENGER', {
        variables: '|L1_BEACON|L2_ETH_RPC|ROLLUP_RPC|GAME_FACTORY_ADDRESS|DATADIR|GAME_TYPES|TRACE_TYPE',
        flags: '|l1-beacon|l2-eth-rpc|rollup-rpc|game-factory-address|datadir|game-types|trace-type',
      }),
    }),
    gameTypes: setOf(
      z.enum(['Auto', ...GAME_TYPE_NAMES]).describe('Name of a game type.'),
      { min: 1, max: 8 },
      "Types of games that are played. Auto: the portal's respected type, every other that the factory has an implementation for, and what the challenger has played before.",
    ).default(['Auto']),
    prestatesUrl: plainUrl({
      description:
        'Where prestates are fetched from, as <url>/<hash>.bin.gz, .json.gz or .json. Required for games that a program decides: cannon, cannon-kona and, before op-challenger v1.9.4, permissioned.',
      example: 'https://prestates.example.com/acme',
      field: 'prestatesUrl',
      instead: 'serve the prestates without one (they are public), for example https://prestates.example.com/acme',
    }).optional(),
    prestateCheck: z
      .enum(['Required', 'Warn'])
      .default('Required')
      .describe(
        'What a missing prestate of the respected game means. Required: no plan that starts the challenger goes on, and it counts as degraded. Warn: the condition Challenging says so.',
      ),
    storage: storage('Volume for games and prestates.', '100Gi'),
    maxConcurrency: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Games that are worked on at the same time. Absent: as many as CPUs.'),
    maxPendingTransactions: z
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('Transactions that may be pending at the same time; 0: no limit. Absent: 10.'),
    gameWindow: duration('How far back games are looked for. Absent: 672h.', {
      example: '672h',
      min: '1h',
      max: '9999h',
    }).optional(),
    pollInterval: duration('How often L1 is looked at. Absent: 12s.', {
      example: '12s',
      min: '1s',
      max: '10m',
    }).optional(),
    gameAllowlist: setOf(
      address('Address of a game.'),
      { max: 64 },
      'Only these games are played. Absent: all.',
    ).optional(),
    additionalBondClaimants: setOf(
      address('An address.'),
      { max: 16 },
      'Further addresses whose bonds are claimed, e.g. those of former keys.',
    ).optional(),
    selectiveClaimResolution: z
      .boolean()
      .default(false)
      .describe('Resolve only claims whose bonds go to us, and leave the rest to others.'),
  }),
  [
    {
      cel: "!('Auto' in self.gameTypes) || self.gameTypes.size() == 1",
      holds: (self) => !self.gameTypes.includes('Auto') || self.gameTypes.length === 1,
      message: 'Auto stands alone in gameTypes',
      fix: 'for example gameTypes: [Auto] or gameTypes: [permissioned, cannon-kona]',
      field: 'gameTypes',
    },
    {
      cel: `has(self.prestatesUrl) || self.gameTypes.all(type, type in [${WITHOUT_PRESTATE.map((type) => `'${type}'`).join(', ')}])`,
      holds: (self) =>
        self.prestatesUrl !== undefined || self.gameTypes.every((type) => WITHOUT_PRESTATE.includes(type)),
      message: 'these gameTypes are played with prestates',
      fix: 'set prestatesUrl, for example prestatesUrl: https://prestates.example.com/acme',
      field: 'prestatesUrl',
    },
  ],
).describe('What is wanted.');

export const opChallengerStatus = z
  .object({
    ...senderStatus,
    trackedGames: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('Games that are followed.'),
    claimFailures: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Claims that could not be made since the start.'),
    l1Head: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('Last L1 block that was acted on.'),
  })
  .describe('What is.');

export const opChallenger = wholeObject(
  'OpChallenger',
  opChallengerSpec,
  opChallengerStatus,
  'Plays dispute games against wrong proposals.',
);

export type OpChallengerSpec = z.output<typeof opChallengerSpec>;
export type OpChallengerStatus = z.output<typeof opChallengerStatus>;
export type OpChallenger = z.output<typeof opChallenger>;

export const opChallengerTransitions: readonly TransitionRule<OpChallengerSpec>[] = [
  networkRefFixed<OpChallengerSpec>(),
  ...storageGrows<OpChallengerSpec>('storage', (spec) => spec.storage),
];
