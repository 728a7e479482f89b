/** Columns of `kubectl get`: what one wants to know first. */
import type { KindName } from '../names.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** Above 0: only with `-o wide`. */
  readonly priority?: number;
}

const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since creation.',
};
const network: PrinterColumn = {
  name: 'Network',
  type: 'string',
  jsonPath: '.spec.networkRef.name',
  description: 'The OptimismNetwork that it belongs to.',
};
const phase: PrinterColumn = {
  name: 'Phase',
  type: 'string',
  jsonPath: '.status.phase',
  description: 'Where it stands, in one word.',
};
const version: PrinterColumn = {
  name: 'Version',
  type: 'string',
  jsonPath: '.status.version',
  description: 'Version that the program reports.',
};
const balance: PrinterColumn = {
  name: 'Balance',
  type: 'string',
  jsonPath: '.status.balance',
  description: 'Balance of the sender on L1, in wei.',
  priority: 1,
};
const address: PrinterColumn = {
  name: 'Address',
  type: 'string',
  jsonPath: '.status.address',
  description: 'Address that it sends from.',
  priority: 1,
};

export const printerColumns: Readonly<Record<KindName, readonly PrinterColumn[]>> = {
  OptimismNetwork: [
    phase,
    {
      name: 'Plan',
      type: 'string',
      jsonPath: '.status.plan.summary',
      description: 'The plan that is proposed or executed.',
    },
    { name: 'Unsafe', type: 'integer', jsonPath: '.status.health.unsafe.number', description: "The sequencer's head." },
    {
      name: 'Safe lag',
      type: 'integer',
      jsonPath: '.status.health.safeLagSeconds',
      description: 'Seconds between the unsafe and the safe head.',
    },
    { name: 'Release', type: 'string', jsonPath: '.status.release', description: 'Release that is applied.' },
    {
      name: 'Sequencer',
      type: 'string',
      jsonPath: '.status.sequencer.active',
      description: 'The active sequencer.',
      priority: 1,
    },
    {
      name: 'Workflow',
      type: 'string',
      jsonPath: '.status.workflow.id',
      description: 'The workflow that drives it.',
      priority: 1,
    },
    age,
  ],
  OpNode: [
    network,
    phase,
    version,
    { name: 'Role', type: 'string', jsonPath: '.spec.role', description: 'Sequencer or replica.' },
    {
      name: 'Sequencing',
      type: 'boolean',
      jsonPath: '.status.sequencing',
      description: 'Whether it is the active sequencer.',
    },
    { name: 'Unsafe', type: 'integer', jsonPath: '.status.unsafe', description: 'Last block that it knows.' },
    {
      name: 'Ready',
      type: 'integer',
      jsonPath: '.status.readyReplicas',
      description: 'Pods that are ready and follow the chain.',
      priority: 1,
    },
    {
      name: 'Safe lag',
      type: 'integer',
      jsonPath: '.status.safeLagSeconds',
      description: 'Seconds between its unsafe and its safe head.',
      priority: 1,
    },
    age,
  ],
  OpBatcher: [
    network,
    phase,
    version,
    {
      name: 'Last batch',
      type: 'date',
      jsonPath: '.status.lastInboxTransaction.at',
      description: 'Time since the last batch transaction.',
    },
    {
      name: 'Pending',
      type: 'integer',
      jsonPath: '.status.pending',
      description: 'Transactions that are not yet in a block.',
      priority: 1,
    },
    address,
    balance,
    age,
  ],
  OpProposer: [
    network,
    phase,
    version,
    {
      name: 'Last proposal',
      type: 'date',
      jsonPath: '.status.lastGame.at',
      description: 'Time since the last proposal.',
    },
    {
      name: 'Next due',
      type: 'string',
      jsonPath: '.status.nextDue',
      description: 'When the next proposal is due.',
      priority: 1,
    },
    address,
    balance,
    age,
  ],
  OpChallenger: [
    network,
    phase,
    version,
    { name: 'Games', type: 'integer', jsonPath: '.status.trackedGames', description: 'Games that are followed.' },
    {
      name: 'Failures',
      type: 'integer',
      jsonPath: '.status.claimFailures',
      description: 'Claims that could not be made.',
    },
    address,
    balance,
    age,
  ],
};
