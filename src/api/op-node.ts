/** OpNode: an execution client with its op-node, as sequencer or as replicas. */
import { z } from 'zod';
import { networkRef, networkRefFixed, podSettings } from './component.ts';
import { annotations } from './maps.ts';
import { consensus, execution } from './node-containers.ts';
import { opNodeStatus } from './node-status.ts';
import { wholeObject } from './object-meta.ts';
import { labelSelector } from './pod-overrides.ts';
import { objectRef, secretKeyRef } from './references.ts';
import { countPresent, type TransitionRule, withRules } from './rule.ts';
import { blockSigner } from './signer.ts';
import { storageGrows } from './storage-rules.ts';
import { patterned } from './text-fields.ts';

export { opNodeStatus };

const cidr = (description: string) =>
  patterned(
    { pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$', maxLength: 50, expected: 'an address range in CIDR notation' },
    { description, example: '10.0.0.0/8' },
  );

const peer = withRules(
  z.object({
    namespaceSelector: labelSelector.optional().describe('Namespaces, by label; with `podSelector`: pods in them.'),
    podSelector: labelSelector.optional().describe('Pods, by label; alone: in this namespace.'),
    ipBlock: z
      .object({
        cidr: cidr('The range.'),
        except: z
          .array(cidr('A range inside that is left out.'))
          .max(16)
          .optional()
          .describe('Ranges that are left out.'),
      })
      .optional()
      .describe('Addresses.'),
  }),
  [
    {
      cel: 'has(self.ipBlock) != (has(self.namespaceSelector) || has(self.podSelector))',
      holds: (self) => (self.ipBlock !== undefined) !== countPresent(self.namespaceSelector, self.podSelector) > 0,
      message: 'set either ipBlock or selectors',
      fix: 'for example namespaceSelector: {matchLabels: {team: apps}}',
    },
  ],
);

export const opNodeSpec = withRules(
  z.object({
    networkRef,
    role: z
      .enum(['Sequencer', 'Replica'])
      .describe(
        'Sequencer: makes blocks, or stands by to do so when the network has several. Replica: follows. Fixed after creation.',
      ),
    replicas: z
      .int()
      .min(0)
      .max(50)
      .default(1)
      .describe('Number of pods of a replica. A sequencer is one pod; for a standby create a second OpNode.'),
    execution: execution.describe('The execution client.'),
    consensus: consensus.prefault({}).describe('op-node.'),
    sequencer: z
      .object({
        signer: blockSigner(
          'Key that signs gossiped blocks: its address must be the unsafe block signer of SystemConfig on L1, the same for all sequencers of a network. A change is a key rotation.',
        ),
        stopped: z
          .boolean()
          .default(false)
          .describe('Never let this one sequence: it follows as a standby that is not chosen.'),
      })
      .optional()
      .describe('Settings of a sequencer.'),
    jwtSecretRef: secretKeyRef('Secret with the engine JWT (32 bytes in hexadecimal). Absent: generated.', {
      name: 'acme-jwt',
      key: 'jwt.hex',
    }).optional(),
    sequencerRef: objectRef(
      "Sequencer that a replica forwards transactions to and peers with. Absent: the network's active one; in a network without any, transactions go to the public one that the registry names.",
      'acme-sequencer',
    ).optional(),
    service: z
      .object({
        type: z
          .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
          .default('ClusterIP')
          .describe('Type of the Service for clients. It never leads to the admin RPC.'),
        annotations: annotations('Annotations of the Service.').optional(),
      })
      .prefault({})
      .describe('The Service that clients use.'),
    podDisruptionBudget: z
      .object({
        enabled: z.boolean().default(true).describe('Whether there is one, where a second pod or a standby exists.'),
        maxUnavailable: z.int().min(1).max(50).default(1).describe('Pods that may be away during a drain.'),
      })
      .prefault({})
      .describe('The PodDisruptionBudget.'),
    networkPolicy: z
      .object({
        enabled: z
          .boolean()
          .default(true)
          .describe('Whether there is one. Without it everybody in the cluster reaches the admin RPC of a sequencer.'),
        allowRpcFrom: z
          .array(peer.describe('Who may.'))
          .max(16)
          .optional()
          .describe('Who may use the RPC of a replica. Absent: everybody in the cluster.'),
      })
      .prefault({})
      .describe('The NetworkPolicy.'),
    ...podSettings,
  }),
  [
    {
      cel: "self.role == 'Replica' || self.replicas == 1",
      holds: (self) => self.role === 'Replica' || self.replicas === 1,
      message: 'a sequencer is one pod',
      fix: 'leave replicas out, and for a standby create a second OpNode with role: Sequencer, for example acme-sequencer-b',
      field: 'replicas',
    },
    {
      cel: "(self.role == 'Sequencer') == has(self.sequencer)",
      holds: (self) => (self.role === 'Sequencer') === (self.sequencer !== undefined),
      message: 'sequencer goes with role: Sequencer and is required there',
      fix: 'for example sequencer: {signer: {secretKeyRef: {name: acme-keys, key: unsafe-block-signer}}}; a replica has none',
      field: 'sequencer',
    },
    {
      cel: "self.role == 'Replica' || !has(self.sequencerRef)",
      holds: (self) => self.role === 'Replica' || self.sequencerRef === undefined,
      message: 'sequencerRef is for replicas',
      fix: 'leave it out for a sequencer, or set role: Replica',
      field: 'sequencerRef',
    },
    {
      cel: "self.role == 'Replica' || !has(self.consensus.rpc) || !has(self.consensus.rpc.enableAdmin) || self.consensus.rpc.enableAdmin",
      holds: (self) => self.role === 'Replica' || self.consensus.rpc?.enableAdmin !== false,
      message:
        'consensus.rpc.enableAdmin cannot be false for a sequencer: without the admin RPC nobody can prove that it is stopped',
      fix: 'leave it out, the NetworkPolicy guards it',
      field: 'consensus.rpc.enableAdmin',
    },
    {
      cel: "self.role == 'Replica' || !has(self.execution.apis) || 'miner' in self.execution.apis",
      holds: (self) =>
        self.role === 'Replica' || self.execution.apis === undefined || self.execution.apis.includes('miner'),
      message:
        'execution.apis of a sequencer must have miner, because the batcher limits blocks through it and ends without it',
      fix: 'for example apis: [eth, net, web3, debug, txpool, miner]; or leave apis out',
      field: 'execution.apis',
    },
    {
      cel: "self.role == 'Replica' || self.consensus.syncMode == 'consensus-layer'",
      holds: (self) => self.role === 'Replica' || self.consensus.syncMode === 'consensus-layer',
      message: 'consensus.syncMode of a sequencer must be consensus-layer: it makes blocks on what it derived itself',
      fix: 'leave it out',
      field: 'consensus.syncMode',
    },
  ],
).describe('What is wanted.');

export const opNode = wholeObject(
  'OpNode',
  opNodeSpec,
  opNodeStatus,
  'An execution client with its op-node: a sequencer, or replicas.',
);

export type OpNodeSpec = z.output<typeof opNodeSpec>;
export type OpNodeStatus = z.output<typeof opNodeStatus>;
export type OpNode = z.output<typeof opNode>;

export const opNodeTransitions: readonly TransitionRule<OpNodeSpec>[] = [
  networkRefFixed<OpNodeSpec>(),
  {
    cel: 'self.role == oldSelf.role',
    holds: (self, oldSelf) => self.role === oldSelf.role,
    message: 'role is fixed after creation',
    fix: 'create another OpNode with the new role, for example acme-sequencer-b, and delete this one when it has taken over',
    field: 'role',
  },
  {
    cel: 'self.execution.client == oldSelf.execution.client',
    holds: (self, oldSelf) => self.execution.client === oldSelf.execution.client,
    message: 'execution.client is fixed after creation, because its database is of no use to another one',
    fix: 'create another OpNode with the new client, for example acme-replica-reth, let it sync, and delete this one',
    field: 'execution.client',
  },
  ...storageGrows<OpNodeSpec>('execution.storage', (spec) => spec.execution.storage),
];
