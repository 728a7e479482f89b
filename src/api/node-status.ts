/** Status of an OpNode, pod by pod. */
import { z } from 'zod';
import { commonStatus, componentPhase } from './conditions.ts';
import { listByKey } from './lists.ts';
import { head } from './network-status.ts';
import { text, timestamp } from './text-fields.ts';

const count = (description: string) => z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe(description);

const pod = z.object({
  name: text('Name of the pod.', 253),
  version: text('Version that op-node reports.', 128).optional(),
  executionVersion: text('Version that the execution client reports.', 256).optional(),
  ready: z
    .boolean()
    .optional()
    .describe("Whether all containers are ready, in Kubernetes' sense: it says nothing about the chain."),
  unsafe: head.optional().describe('Last block that it knows.'),
  safe: head.optional().describe('Last block that it derived from L1.'),
  finalized: head.optional().describe('Last block that it derived from finalized L1 blocks.'),
  lag: count('L2 blocks by which it is behind the active sequencer.'),
  l1Lag: count('L1 blocks by which its derivation is behind the L1 head.'),
  peers: count('Connected peers.'),
  sequencing: z.boolean().optional().describe('Whether it makes blocks.'),
  synced: z
    .boolean()
    .optional()
    .describe(
      'Whether it follows: its head is within `nodeSync.maxLag` blocks of the best one, and it derives from L1.',
    ),
  catchUp: z
    .enum(['Peers', 'RequestResponse', 'BatchesOnly'])
    .optional()
    .describe(
      'How it gets a block that gossip missed. Peers: its execution client syncs from peers. RequestResponse: op-node asks its peers. BatchesOnly: it waits for the next batch, also because it has no peer.',
    ),
  peerId: text('Peer id, derived from its key.', 128).optional(),
});

export const opNodeStatus = z
  .object({
    ...commonStatus(componentPhase),
    version: text('Version of op-node, the oldest of all pods.', 128).optional(),
    replicas: count('Pods that exist.'),
    readyReplicas: count('Pods that are ready and follow the chain.'),
    sequencing: z.boolean().optional().describe('Whether this OpNode is the active sequencer.'),
    unsafe: count('Last block that it knows; with several pods, the lowest.'),
    safeLagSeconds: count('Seconds between its unsafe and its safe head.'),
    pods: listByKey(pod.describe('A pod.'), 'name', { max: 50 }, 'The pods.').optional(),
    updatedAt: timestamp('When the numbers are of: at most once a minute, unless something else changes.').optional(),
  })
  .describe('What is.');
