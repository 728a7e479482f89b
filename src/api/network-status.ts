/** Status of an OptimismNetwork: what is, what is being done, and what others have to do. */
import { z } from 'zod';
import { PLAN_KINDS } from './approval.ts';
import { commonStatus } from './conditions.ts';
import { perContract } from './contracts.ts';
import { listByKey } from './lists.ts';
import { MAX_DECIDER_LENGTH } from './names.ts';
import { address, observedHash, text, timestamp } from './text-fields.ts';

const count = (description: string) => z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe(description);
const planHash = (description: string) => text(description, 128);
const planKind = z.enum(PLAN_KINDS).describe('Kind of the plan.');

const phase = z
  .enum([
    'Pending',
    'Invalid',
    'AwaitingApproval',
    'AwaitingWindow',
    'Installing',
    'Changing',
    'Repairing',
    'Upgrading',
    'Rotating',
    'Halted',
    'Paused',
    'Ready',
    'Degraded',
    'RolledBack',
    'Deleting',
  ])
  .describe('Where the network stands, in one word; `conditions` say why.');

/** A block by number, hash and time. */
export const head = z.object({
  number: count('Block number.'),
  hash: observedHash('Block hash.').optional(),
  timestamp: timestamp('Time of the block.').optional(),
});
export type Head = z.output<typeof head>;

const contractsStatus = z.object({
  generation: text('Release of the contracts, as SystemConfig tells it.', 32).optional(),
  version: text("SystemConfig's version().", 32).optional(),
  unknownVersion: z.boolean().optional().describe('True: the version is newer than this operator knows.'),
  systemConfig: address('Address of SystemConfig.').optional(),
  ...perContract((contract) => address(`Address of ${contract}.`).optional()),
  superchainProxyAdmin: address('Address of the ProxyAdmin of SuperchainConfig.').optional(),
  ethLockbox: address('Address of the ETHLockbox.').optional(),
  opcm: address('Address of the OPContractsManager that was used last.').optional(),
  implementations: z
    .object({
      systemConfig: address('Behind the SystemConfig proxy.').optional(),
      optimismPortal: address('Behind the portal proxy.').optional(),
      disputeGameFactory: address('Behind the factory proxy.').optional(),
      game: address('Of the respected game type.').optional(),
    })
    .optional()
    .describe('Code that the proxies run.'),
  absolutePrestate: observedHash('Prestate of the respected game.').optional(),
  unread: z
    .array(text('A getter.', 128))
    .max(50)
    .optional()
    .describe('What contracts of this generation tell, and these did not.'),
  contradictions: z
    .array(text('A contract and two addresses.', 256))
    .max(12)
    .optional()
    .describe('Addresses that were given, and that L1 says otherwise: those that were given count.'),
  batchInbox: address('Address that batches are sent to, from the rollup configuration.').optional(),
  gameType: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .optional()
    .describe('Respected game type of the portal; absent on chains with L2OutputOracle.'),
  blockNumber: count('L1 block at which all of this was read.').optional(),
});

const roles = z.object({
  batcher: address('Address whose batches count.').optional(),
  unsafeBlockSigner: address('Address that signs gossiped blocks.').optional(),
  proposer: address('Address that may propose; absent where anybody may.').optional(),
  challenger: address('Address that may challenge; absent where anybody may.').optional(),
  owner: address('Owner of SystemConfig.').optional(),
});

const fork = z.object({
  name: text('Name of the fork, as in rollup.json without `_time`.', 64),
  time: count('Activation time, in seconds since 1970.').optional(),
  active: z.boolean().describe('Whether it is active at the unsafe head.'),
  announced: z
    .enum(['7d', '24h', '1h', 'Active'])
    .optional()
    .describe('The last event about it: so long before it, or that it is active. Absent: none yet.'),
});

const step = z.object({
  id: text('Position, action and component.', 253),
  action: text('What the step does.', 64),
  component: text('Component it does it to: <kind>/<name>.', 128),
  state: z.enum(['Pending', 'Running', 'Waiting', 'Done', 'Failed', 'Skipped']).describe('How far it is.'),
  gates: z.array(text('A gate.', 64)).max(8).optional().describe('Gates that it waits for, in this order.'),
  message: text('Last words: what is being done or waited for.', 1024).optional(),
  startedAt: timestamp('When it began.').optional(),
  finishedAt: timestamp('When it ended.').optional(),
});

const approvalRecord = z.object({
  by: text('Who approved.', MAX_DECIDER_LENGTH),
  at: timestamp('When.'),
  via: z
    .enum(['Kubernetes', 'Temporal', 'Policy', 'Inherited'])
    .describe(
      'How: an annotation, a signal or update, the policy in the spec, or an earlier approval of the same revision.',
    ),
  verified: z.boolean().describe('Whether the API server vouches for `by`; false: claimed.'),
  comment: text('What the approver said.', 1024).optional(),
});

const plan = z.object({
  hash: planHash('Hash of the plan: approvals are bound to it.'),
  revision: planHash(
    'Desired revision that the plan leads to. A plan of the same revision may inherit its approval.',
  ).optional(),
  kind: planKind,
  rollsBack: z.boolean().optional().describe('Whether it brings back what ran before.'),
  summary: text('The plan in one line.', 512),
  steps: listByKey(step.describe('A step.'), 'id', { max: 100 }, 'What is done, in this order.').optional(),
  gapExpectedSeconds: count('Seconds in which no block is produced, as far as can be foreseen; 0: none.').optional(),
  warnings: z.array(text('A warning.', 512)).max(5).optional().describe('What to think about before it is approved.'),
  counts: z
    .object({
      creates: count('Objects that are created.'),
      changes: count('Objects that are changed.'),
      deletes: count('Objects that are deleted.'),
      restarts: count('Objects whose pods restart.'),
    })
    .optional()
    .describe('How much it changes; `configMap` says what.'),
  configMap: text(
    'ConfigMap with the whole plan: every object, with fields as they are and as they will be.',
    253,
  ).optional(),
  digest: text('SHA-256 of `plan.json` in that ConfigMap, as it was written.', 64).optional(),
  workflowId: text('Workflow that executes it.', 512).optional(),
  createdAt: timestamp('When it was made.').optional(),
  expiresAt: timestamp('When an approval comes too late.').optional(),
  approval: approvalRecord.optional().describe('Who approved it.'),
  window: z
    .object({
      name: text('Name of the window.', 63),
      opensAt: timestamp('When it opens.').optional(),
      opensLocally: text('The same by the clocks of its time zone.', 128).optional(),
      closesAt: timestamp('When it closes.'),
    })
    .optional()
    .describe('The window of `spec.approval.windows` that the plan waits for, once it is approved.'),
  held: z
    .object({
      until: timestamp('When it is made again.'),
      why: text('Who undoes it, and what of it.', 1024),
    })
    .optional()
    .describe('A repair that somebody keeps undoing is not made at once any more.'),
});

const pendingOnChain = z.object({
  id: text('Name of the change.', 128),
  contract: address('Contract on L1 that is not in the expected state.'),
  function: text('What has to be called, with its arguments in words.', 256),
  calldata: text('Calldata, in hexadecimal; a longer one is in `configMap`.', 2050).optional(),
  signer: text('Who has to sign: an address, and what it is.', 256).optional(),
  configMap: text('ConfigMap with the calldata and the JSON for the Safe transaction builder.', 253).optional(),
});

const past = z.object({
  hash: planHash('Hash of the plan.'),
  kind: planKind,
  summary: text('The plan in one line.', 512).optional(),
  outcome: text('How it ended: completed, superseded, rolledBack, aborted, rejected or expired.', 64),
  startedAt: timestamp('When it began.').optional(),
  finishedAt: timestamp('When it ended.').optional(),
});

const health = z.object({
  class: z.enum(['Healthy', 'Degraded', 'Stalled', 'Unknown']).optional().describe('All numbers in one word.'),
  unsafe: head.optional().describe("The sequencer's head."),
  safe: head.optional().describe('Last block that is derived from L1.'),
  finalized: head.optional().describe('Last block that is derived from finalized L1 blocks.'),
  safeLagSeconds: count('Seconds between the unsafe and the safe head.').optional(),
  l1Lag: count('L1 blocks by which derivation is behind the L1 head.').optional(),
  updatedAt: timestamp('When this was measured; at most once a minute unless `class` changes.').optional(),
});

const component = z.object({
  kind: text('Kind of the component.', 64),
  name: text('Name of the component.', 63),
  render: text('Digest of the stored render that was applied and verified last.', 128).optional(),
  previousRender: text('Digest of the one before: rollback goes back to it.', 128).optional(),
});

const begun = z.object({
  wish: text('Mark of the wish that the plans are for.', 128),
  components: listByKey(
    z
      .object({
        kind: text('Kind of the component.', 64),
        name: text('Name of the component.', 63),
        render: text('Digest of the render that the plans bring.', 128),
        from: text('Digest of the render that ran before; absent: the component was new.', 128).optional(),
      })
      .describe('A component.'),
    ['kind', 'name'],
    { max: 64 },
    'What is gone back to, by component.',
  ),
  sequencer: text('OpNode that sequenced, or was to; absent: none.', 63).optional(),
  pointOfNoReturn: z
    .object({
      time: count('Seconds since the epoch; 0: it is behind already.'),
      why: text('What happens then.', 256),
    })
    .optional()
    .describe('From when on nothing leads back.'),
});

const rolledBack = begun.extend({
  wish: text('Mark of the wish that is not gone to, until it is another one.', 128),
  plan: planHash('Hash of the plan that was rolled back.'),
  kind: planKind,
  by: text('Who wanted it; policy: rollout.onFailure.', MAX_DECIDER_LENGTH),
  at: timestamp('When.'),
  via: z.enum(['Kubernetes', 'Temporal', 'Policy']).describe('How it was said.'),
  verified: z.boolean().describe('Whether the API server vouches for `by`.'),
  done: z.boolean().optional().describe('Whether what ran before is back.'),
});

const decisions = z.object({
  taken: z
    .array(text('Action and a hash of the value.', 64))
    .max(16)
    .optional()
    .describe('Decision annotations that have been taken: each value counts once.'),
  paused: z.boolean().optional().describe('Whether somebody has said pause, and nobody resume.'),
  policySince: timestamp(
    'Since when the admission policy is seen to be in force: of decision annotations that are written later the API server vouches for the name. Absent: every name is claimed.',
  ).optional(),
  abortedWish: text('Mark of the wish whose plan was aborted: its next plan asks first.', 128).optional(),
  rejectedPlan: planHash('Hash of the plan that was rejected last.').optional(),
  begun: begun.optional().describe('What ran before plans that are not completed; a rollback goes back to it.'),
  keptApproval: z
    .object({
      plan: planHash('Hash of the plan.'),
      by: text('Who approved it.', MAX_DECIDER_LENGTH),
    })
    .optional()
    .describe(
      'Approval of a plan that something else goes before: it begins when it comes back, unless it is rejected until then.',
    ),
  rolledBack: rolledBack.optional().describe('What was rolled back: it is not tried again until the spec changes.'),
});

export const optimismNetworkStatus = z
  .object({
    ...commonStatus(phase),
    release: text('Release that is applied.', 63).optional(),
    appliedRevision: text('Desired revision that is applied and verified.', 128).optional(),
    contracts: contractsStatus.optional().describe('Contracts that were found on L1.'),
    roles: roles.optional().describe('Who may do what, as L1 says.'),
    forks: listByKey(
      fork.describe('A fork.'),
      'name',
      { max: 64 },
      'Forks of the chain, from its rollup configuration.',
    ).optional(),
    plan: plan.optional().describe('The plan that is proposed or executed.'),
    pendingOnChain: listByKey(
      pendingOnChain.describe('A transaction.'),
      'id',
      { max: 16 },
      'Transactions on L1 that somebody else has to send.',
    ).optional(),
    history: z.array(past.describe('A plan.')).max(20).optional().describe('Plans of the past, the latest first.'),
    workflow: z
      .object({
        id: text('Workflow id.', 512),
        runId: text('Run id.', 64).optional(),
        url: text('Page in the Temporal UI.', 1024).optional(),
      })
      .optional()
      .describe('The durable workflow that drives this network.'),
    health: health.optional().describe('What the chain does, as its nodes say.'),
    components: listByKey(
      component.describe('A component.'),
      ['kind', 'name'],
      { max: 64 },
      'What was applied last, by component.',
    ).optional(),
    sequencer: z
      .object({
        active: text('OpNode that sequences, or was the last one that did.', 63).optional(),
        since: timestamp('Since when.').optional(),
      })
      .optional()
      .describe('Which sequencer is active; whether it makes blocks now says the condition `Sequencing`.'),
    decisions: decisions.optional().describe('What people have decided, so that it outlives the workflow.'),
    audit: z
      .object({
        seq: count('Number of the last record.'),
        hash: text('Hash of the last record: an anchor for `opstack audit verify`.', 128),
      })
      .optional()
      .describe('Head of the audit log.'),
  })
  .describe('What is.');
