/** What workflows ask of activities. Inputs and results are small JSON without secrets. */
import type { Problem } from './failures.ts';
import type { NetworkRef } from './ids.ts';
import type { DecisionAction } from './messages.ts';
import type { GateName, Plan, PlanKind, PlannedRender, PointOfNoReturn, Step, StepState, StepType } from './plan.ts';

/** A decision or command as it reached us, with the way it came. */
export interface ReceivedDecision {
  readonly action: DecisionAction;
  /** Hash or prefix of the plan (approve, reject). */
  readonly plan?: string;
  readonly gate?: string;
  readonly node?: string;
  readonly above?: number;
  readonly by: string;
  readonly reason?: string;
  /** `Policy`: nobody has, but the spec says so. */
  readonly via: 'Kubernetes' | 'Temporal' | 'Policy';
  /** True when the API server has vouched for `by`. */
  readonly verified: boolean;
  /** Identity of the message: the same decision seen twice counts once. */
  readonly key: string;
  /** When the workflow got it; milliseconds since the epoch. Absent: it was found by the look. */
  readonly at?: number;
}

export interface ApprovalRecord {
  readonly by: string;
  readonly at: string;
  readonly via: 'Kubernetes' | 'Temporal' | 'Policy' | 'Inherited';
  readonly verified: boolean;
  readonly comment?: string;
}

/** A window in which plans may start. Times are RFC 3339. */
export interface Window {
  readonly name: string;
  /** Absent: it is open. */
  readonly opensAt?: string;
  /** The same by the clocks of its time zone; absent where that is UTC. */
  readonly opensLocally?: string;
  readonly closesAt: string;
}

export interface LookInput {
  readonly network: NetworkRef;
  /** No plan runs: whatever is stored for plans and no plan of this look needs may go. */
  readonly idle: boolean;
  /**
   * Mark of the wish whose plan a person has aborted; empty: none. Its next plan waits for a person. Absent: the entity has not
   * looked yet, and what the status remembers counts.
   */
  readonly abortedWish?: string;
  /** null: nothing. Absent: the entity has not looked yet, and what the status remembers counts. */
  readonly rolledBack?: RolledBack | null | undefined;
  /** `<Kind>/<name>` of what somebody keeps changing: until it is repaired again, it holds up nothing else. */
  readonly foughtObjects: readonly string[];
  /** By the workflow's clock, in milliseconds since the epoch: a worker's clock that is behind keeps no window shut. */
  readonly askedAt: number;
}

/** What ran before the plans of a wish, until one of them is completed: a rollback goes back to it. */
export interface Begun {
  /** Its mark (wish-mark.ts). */
  readonly wish: string;
  /** Of each component what the plans bring, and what was there before. Without `from` it was new. */
  readonly renders: readonly PlannedRender[];
  /** OpNode that sequenced, or was to. Absent: none. */
  readonly sequencer?: string;
  readonly pointOfNoReturn?: PointOfNoReturn;
}

/** A wish that is not gone to, after its plan was rolled back: until it is another one, what ran before is rolled out. */
export interface RolledBack extends Begun {
  /** Hash and kind of the plan that was rolled back. */
  readonly plan: string;
  readonly kind: PlanKind;
  readonly by: string;
  readonly via: ReceivedDecision['via'];
  readonly verified: boolean;
  readonly at: string;
  /** What ran before is back. */
  readonly done?: true;
}

/** What people have decided, as the status keeps it: an entity that was terminated is followed by one that knows it. */
export interface Remembered {
  /** Keys of the decision annotations that have been taken: they stay where they are, and count once. */
  readonly taken: readonly string[];
  /** Somebody has said pause, and nobody resume. */
  readonly paused: boolean;
  /** Empty: none. */
  readonly abortedWish: string;
  /** Empty: none. */
  readonly rejectedPlan: string;
  readonly begun?: Begun;
  readonly rolledBack?: RolledBack;
}

/** What one look at cluster and chain came to. At most 64 KiB. */
export interface LookResult {
  readonly found: boolean;
  readonly uid: string;
  readonly deleting: boolean;
  /** Hash of everything desired; no heads, balances or clocks. */
  readonly revision: string;
  /** Mark of what people wish (wish-mark.ts); empty: it can not be told now. */
  readonly wish: string;
  /** What was rolled back is undone: what ran before runs, and who sequenced before sequences. */
  readonly isBack?: boolean;
  /** Hash of the whole result without clocks: `observe` completes when it changes. */
  readonly key: string;
  readonly problems: readonly Problem[];
  readonly plan?: Plan;
  readonly approval: {
    readonly required: boolean;
    readonly expiresAfterSeconds: number;
    readonly sources: readonly ('Kubernetes' | 'Temporal')[];
    /** Approval of an earlier plan of the same revision that covers this one. */
    readonly inherited?: ApprovalRecord;
  };
  /** When the plan may start, once it is approved; absent: at any time. A clock, and no part of `key`. */
  readonly window?: Window;
  readonly paused: boolean;
  readonly decisions: readonly ReceivedDecision[];
  readonly remembered: Remembered;
  /** The plan that waits, as the status shows it. Times are RFC 3339. */
  readonly awaiting?: { readonly hash: string; readonly createdAt: string; readonly expiresAt: string };
  /** `spec.rollout.onFailure`: a plan that fails is rolled back without anybody saying so. */
  readonly rollsBackOnFailure?: boolean;
  readonly probeIntervalSeconds: number;
  readonly release: string;
  readonly chainId: string;
  /** `<Kind>/<name>` → `metadata.generation` that was looked at. */
  readonly generations: Readonly<Record<string, number>>;
  /** Whether the status says what was reported; false also when somebody has wiped it. */
  readonly hasStatus: boolean;
  /** Number for the workflow id of the next plan, counted by the audit chain. */
  readonly nextPlanNumber: number;
}

export type EntityPhase =
  | 'Pending'
  | 'Invalid'
  | 'AwaitingApproval'
  | 'AwaitingWindow'
  | 'Installing'
  | 'Changing'
  | 'Repairing'
  | 'Upgrading'
  | 'Rotating'
  | 'Halted'
  | 'Paused'
  | 'Ready'
  | 'RolledBack'
  | 'Deleting';

/** Something that people must be able to find again: audit record and event in one. */
export interface Happening {
  readonly type:
    | 'planProposed'
    | 'planApproved'
    | 'planRejected'
    | 'planExpired'
    | 'planSuperseded'
    | 'planStarted'
    | 'planFinished'
    | 'decisionRefused'
    | 'driftFound'
    | 'repairHeld'
    | 'halted'
    | 'gateSkipped'
    | 'fencingConfirmed'
    | 'blocksGivenUp'
    | 'retried'
    | 'rolledBack'
    | 'aborted'
    | 'paused'
    | 'resumed';
  readonly planHash?: string;
  readonly actor?: string;
  readonly via?: string;
  readonly outcome?: string;
  readonly message: string;
  /** Distinguishes happenings of one type in one run. */
  readonly n: number;
}

/** What the entity wants to be seen: status, events and audit in one activity. */
export interface ReportInput {
  readonly network: NetworkRef;
  readonly uid: string;
  readonly phase: EntityPhase;
  readonly problems: readonly Problem[];
  readonly paused: boolean;
  /** The plan to show; null removes the former one; absent leaves it. */
  readonly plan?: {
    readonly plan: Plan;
    readonly createdAt: string;
    readonly expiresAt?: string;
    readonly approval?: ApprovalRecord;
    /** Nobody is asked any more: a person has said no, or nobody has said anything in time. */
    readonly declined?: 'rejected' | 'expired';
    /** A repair that somebody keeps undoing is made again then. */
    readonly heldUntil?: string;
    /** It is approved, and starts when this one opens. */
    readonly window?: Window;
    readonly workflowId?: string;
  } | null;
  readonly finished?: {
    readonly hash: string;
    readonly kind: PlanKind;
    readonly summary: string;
    readonly outcome: string;
    readonly startedAt: string;
    readonly finishedAt: string;
  };
  readonly halted?: { readonly step: string; readonly problem: Problem };
  /** Approval of a plan that is not shown for now, and begins when it comes back. */
  readonly kept?: { readonly plan: string; readonly by: string };
  /** What is applied and verified, said when nothing is left to do. */
  readonly applied?: { readonly revision: string; readonly release: string };
  readonly happenings: readonly Happening[];
  readonly remembered: Remembered;
  /** As in the look that all this is about. */
  readonly generations: LookResult['generations'];
}

export interface ObserveInput {
  readonly network: NetworkRef;
  readonly uid: string;
  /** Key of the look that this observation starts from. */
  readonly baseline: string;
  /** As in that look. */
  readonly abortedWish: string;
  readonly rolledBack?: RolledBack | null | undefined;
  readonly foughtObjects: readonly string[];
  /**
   * The plan that runs, with its components as `<Kind>/<name>`: health is watched, and only a repair of something else
   * needs a decision. Absent: no plan runs.
   */
  readonly beside?: {
    readonly kind: PlanKind;
    readonly components: readonly string[];
    readonly heirs?: readonly string[];
    readonly handsOver?: boolean;
  };
  readonly probeIntervalSeconds: number;
}

export interface ObserveResult {
  readonly reason: string;
}

export interface StepInput {
  readonly network: NetworkRef;
  readonly uid: string;
  readonly planHash: string;
  readonly planKind: PlanKind;
  readonly revision: string;
  readonly step: Step;
  readonly position: { readonly index: number; readonly total: number };
  /** Gates of this step that a person wants to be skipped. */
  readonly skippedGates: readonly { readonly gate: GateName; readonly by: string; readonly reason: string }[];
  /** What a person has switched off and vouches for, and the step that was waiting for it. */
  readonly fencedNodes: readonly {
    readonly node: string;
    readonly by: string;
    readonly reason: string;
    readonly step: string;
  }[];
  /** Above which block a person gives up what others have made, and the step that was waiting for it. Absent: nobody does. */
  readonly givenUp?: readonly {
    readonly above: number;
    readonly by: string;
    readonly reason: string;
    readonly step: string;
  }[];
}

export interface StepResult {
  /** What was done or seen, as a sentence. */
  readonly message: string;
  /** A gate was not asked: a person, or the spec, wants to go on without it. */
  readonly skipped?: boolean;
}

/** Activities that execute steps: one for each step type, under its name. */
export type StepActivities = { readonly [T in StepType]: (input: StepInput) => Promise<StepResult> };

/** Activities of the entity itself. */
export const ENTITY_ACTIVITIES: readonly (keyof EntityActivities)[] = ['settle', 'look', 'report', 'observe'];

export interface EntityActivities {
  settle(input: { readonly network: NetworkRef }): Promise<void>;
  look(input: LookInput): Promise<LookResult>;
  report(input: ReportInput): Promise<void>;
  observe(input: ObserveInput): Promise<ObserveResult>;
}

export interface StepProgress {
  readonly id: string;
  readonly state: StepState;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly message?: string;
}

/** Input of the workflow that executes one plan. */
export interface PlanInput {
  readonly network: NetworkRef;
  readonly uid: string;
  readonly plan: Plan;
  readonly approval: ApprovalRecord;
  readonly paused: boolean;
}

export interface PlanOutcome {
  readonly outcome: 'completed' | 'superseded' | 'rolledBack' | 'aborted' | 'lookAgain';
  readonly message: string;
}
