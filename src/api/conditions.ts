/** Conditions: sentences that say what is, why, and what to do next. */
import { z } from 'zod';
import { listByKey } from './lists.ts';
import { patterned, timestamp } from './text-fields.ts';

/** Types of conditions, and what True means. */
export const CONDITION_TYPES = {
  ConfigurationValid: 'The spec, what it refers to and the chain agree.',
  Orchestrated: "The network's workflow can be reached and runs.",
  Ready: 'Everything that is desired is applied and does its work, as judged by the chain.',
  Progressing: 'A plan is being executed.',
  AwaitingApproval: 'A plan waits for a decision.',
  Paused: 'No plan is started, and the running one stands still.',
  ContractsDiscovered: 'The contracts on L1 were read.',
  Sequencing: 'A sequencer is active and makes blocks.',
  Batching: 'Batches reach L1 in time.',
  Following: 'Replicas follow the sequencer.',
  Proposing: 'Proposals reach L1 in time.',
  Challenging: 'Challengers follow L1 and could answer a wrong proposal.',
  ForkReady: 'All nodes have the times of the forks of the next 30 days, and know those forks.',
  Funded: 'Batcher, proposer and challengers have what they need on L1.',
  PodsReady: 'The pods of the component run and are ready.',
  Degraded: 'It works, but not as it should; the message says what is at risk.',
} as const;
export type ConditionType = keyof typeof CONDITION_TYPES;

const condition = z.object({
  type: patterned(
    { pattern: '^[A-Z][A-Za-z0-9]*$', maxLength: 64, expected: 'a name in CamelCase' },
    {
      description: `What the condition is about. ${Object.entries(CONDITION_TYPES)
        .map(([type, meaning]) => `${type}: ${meaning}`)
        .join(' ')}`,
      example: 'Ready',
    },
  ),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it is so.'),
  reason: patterned(
    { pattern: '^[A-Z][A-Za-z0-9]*$', maxLength: 128, expected: 'a name in CamelCase' },
    { description: 'Why, as one word; docs/troubleshooting.md is sorted by it.', example: 'ReferenceNotFound' },
  ),
  message: z.string().max(4096).describe('What is, why, and what to do next.'),
  observedGeneration: z.int().min(0).optional().describe('metadata.generation that this was said about.'),
  lastTransitionTime: timestamp('When `status` last changed.'),
});

const conditions = listByKey(
  condition.describe('A condition.'),
  'type',
  { max: 24 },
  'What is the case, why, and what to do next.',
).optional();
export type Condition = z.output<typeof condition>;

/** Status fields that every kind has. */
export function commonStatus<P extends z.ZodType>(phase: P) {
  return {
    phase: phase.optional(),
    conditions,
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe('metadata.generation that the operator has seen and acted on.'),
  };
}

/** Phase of a component. */
export const componentPhase = z
  .enum(['Pending', 'Invalid', 'Progressing', 'Ready', 'Degraded', 'Stopped', 'Halted', 'Deleting'])
  .describe('Where the component stands, in one word; `conditions` say why.');
export type ComponentPhase = z.output<typeof componentPhase>;
