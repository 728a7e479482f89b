/** A plan: what will be done, in which order, bound to a hash that people approve. Plain data, no secrets. */

import type { PlanKind } from '../api/approval.ts';
import type { ContractsUpgrade } from '../api/contracts.ts';

export type { ContractsUpgrade, PlanKind };

/** Workflow type that executes a plan of a kind: the same interpreter under the names that people look for. */
export type PlanWorkflowType = 'rollout' | 'upgrade' | 'keyRotation' | 'teardown';

export function planWorkflowType(kind: PlanKind): PlanWorkflowType {
  switch (kind) {
    case 'upgrade':
    case 'keyRotation':
    case 'teardown':
      return kind;
    default:
      return 'rollout';
  }
}

/** A managed component: `network` is what belongs to the chain as a whole (chain configuration, sequencers). */
export type ComponentKind = 'OptimismNetwork' | 'OpNode' | 'OpBatcher' | 'OpProposer' | 'OpChallenger';

export interface ComponentRef {
  readonly kind: ComponentKind;
  readonly name: string;
}

/** Named gates: the names are public (status, events, metrics, skipGates). */
export const GATES = [
  'l1-reachable',
  'config-matches-chain',
  'engine-ready',
  'derivation-caught-up',
  'node-synced',
  'sequencing',
  'single-sequencer',
  'no-foreign-sequencer',
  'no-foreign-batcher',
  'batching',
  'proposer-permitted',
  'challenging',
  'fork-ready',
  'same-chain',
  'funds',
] as const;
export type GateName = (typeof GATES)[number];
/** Gates in the order in which they are asked, each with how long it may be waited for, in seconds. */
export type GateTimeouts = Readonly<Partial<Record<GateName, number>>>;

/** Gates that nobody may skip: that could make two of what there must be one of. */
export const UNSKIPPABLE_GATES: readonly GateName[] = [
  'no-foreign-sequencer',
  'no-foreign-batcher',
  'single-sequencer',
];

/** What `confirmFenced` names where the one that has to be off is not ours, and may have no name that we know. */
export const FOREIGN: Readonly<Partial<Record<GateName, string>>> = {
  'no-foreign-sequencer': 'foreign-sequencer',
  'no-foreign-batcher': 'foreign-batcher',
};

export const STEP_TYPES = [
  'storeConfig',
  'applyComponent',
  'deleteComponent',
  'awaitPods',
  'awaitGate',
  'awaitOnChain',
  'stopBatcher',
  'scaleDown',
  'startSequencer',
  'stopSequencer',
  'handOverSequencer',
  'removeFinalizers',
] as const;
export type StepType = (typeof STEP_TYPES)[number];

/** Time-out class of a step's activity (design/workflows.md, "Plan executor"). */
export type StepProfile = 'quick' | 'apply' | 'gate' | 'chain';

export function stepProfile(type: StepType): StepProfile {
  switch (type) {
    case 'awaitPods':
    case 'awaitGate':
    case 'awaitOnChain':
      return 'gate';
    case 'stopBatcher':
    case 'scaleDown':
    case 'startSequencer':
    case 'stopSequencer':
    case 'handOverSequencer':
      return 'chain';
    default:
      return 'apply';
  }
}

/** Whether a step mostly waits, and can be left at any moment. */
export function isWaiting({ type, awaitsPods }: Pick<Step, 'type' | 'awaitsPods'>): boolean {
  return type === 'awaitGate' || type === 'awaitOnChain' || type === 'awaitPods' || awaitsPods === true;
}

export interface Step {
  /** Readable and unique in the plan; also the Temporal activity id: `04-await-batching/acme-batcher`. */
  readonly id: string;
  readonly type: StepType;
  readonly component: ComponentRef;
  /** The step as a sentence, for status, events and the Temporal UI. */
  readonly summary: string;
  /** How long the step may take, in seconds; of several gates the sum of their limits. */
  readonly limitSeconds: number;
  /** Digest of the stored render that the step applies. */
  readonly render?: string;
  /** StatefulSet partition to apply: pods with an ordinal at or above it take the new template. Absent: all stay. */
  readonly partition?: number;
  /** Pod ordinal that a step waits for; absent: all pods of the component. */
  readonly ordinal?: number;
  /** OpNode that a `handOverSequencer` takes over from. */
  readonly from?: string;
  /** Gates of an `awaitGate`, in the order in which they are asked. */
  readonly gates?: readonly GateName[];
  /** How long each of several gates may be waited for, in seconds, from when those before it have passed. */
  readonly gateTimeouts?: GateTimeouts;
  /** An `applyComponent` that is done when the pods of the component are ready. */
  readonly awaitsPods?: boolean;
  /** What an `awaitOnChain` waits for on L1. */
  readonly onChain?: ContractsUpgrade;
  /** Why nothing leads back once the step is done, as a clause. Absent: something does. */
  readonly pointOfNoReturn?: string;
  /** With this step its component is rolled out: its render is recorded as the one that drift is repaired with. */
  readonly completes?: boolean;
  /** Whether a newer revision may take over after this step. */
  readonly safePointAfter: boolean;
}

/** What happens to one Kubernetes object. */
export interface ObjectChange {
  readonly component: ComponentRef;
  readonly object: string;
  readonly action: 'create' | 'change' | 'delete' | 'recreate';
  /** Field paths with old and new value; secret values appear as change tokens only. */
  readonly fields: readonly { readonly path: string; readonly from?: string; readonly to?: string }[];
  readonly restartsPods: boolean;
  /** Of what has drifted: the field managers that have written it last, where they are known. */
  readonly editedBy?: readonly string[];
}

export interface Plan {
  readonly hash: string;
  readonly kind: PlanKind;
  readonly desiredRevision: string;
  /** Mark of the wish that it is made for (wish-mark.ts): outlives other renders of the same. Not part of the hash. */
  readonly wish: string;
  /** One line: "install acme: sequencer, batcher, 1 replica (14 steps)". */
  readonly summary: string;
  readonly steps: readonly Step[];
  readonly changes: readonly ObjectChange[];
  /** Why each component is touched, as a sentence each. Absent in plans from before there were any. */
  readonly reasons?: readonly string[];
  /** Seconds in which no block is produced, as far as can be foreseen; 0: none. */
  readonly gapExpectedSeconds: number;
  readonly warnings: readonly string[];
  /** Renders by component that this plan stores and applies. */
  readonly renders: readonly PlannedRender[];
  /** OpNode that sequences, or is to, when it begins: a rollback hands back to it. Absent: none. Not part of the hash. */
  readonly sequencer?: string;
  /** Absent: the plan leads to what is wished, and not back from it. */
  readonly rollsBack?: true;
  /** From when on what it has done can not be undone; of a way back, from when on it is none. Absent: it always can. */
  readonly pointOfNoReturn?: PointOfNoReturn;
  /** Where the whole plan is stored: what travels through Temporal is cut. */
  readonly document?: PlanDocument;
}

/** Name of a ConfigMap, and SHA-256 of what is in it. */
export interface PlanDocument {
  readonly name: string;
  readonly digest: string;
}

export interface PlannedRender {
  readonly component: ComponentRef;
  readonly digest: string;
  /** The render that was verified before: a rollback goes back to it. Absent: the component is new. */
  readonly from?: string;
}

export interface PointOfNoReturn {
  /** Seconds since the epoch; 0: it is behind already. */
  readonly time: number;
  /** What happens then, as a clause: `karst is active`. */
  readonly why: string;
}

export type StepState = 'Pending' | 'Running' | 'Waiting' | 'Done' | 'Failed' | 'Skipped';

export function componentKey(component: ComponentRef): string {
  return `${component.kind}/${component.name}`;
}
