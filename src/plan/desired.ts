/** What the planner compares: the wish, rendered, and what is there. Plain data, gathered once by an activity. */
import type { ComponentRef, ContractsUpgrade, ObjectChange, PlanKind, PointOfNoReturn } from '../contract/plan.ts';

/** `sequencer` is the one that makes blocks; every other sequencer is a `standby`, which follows like a replica. */
export type ComponentRole = 'network' | 'sequencer' | 'standby' | 'replica' | 'batcher' | 'proposer' | 'challenger';

export interface DesiredComponent {
  readonly component: ComponentRef;
  readonly role: ComponentRole;
  /** Digest of the render that is wished. */
  readonly render: string;
  /** Mark of what the render was made from (contract/wish-mark.ts). */
  readonly inputs: string;
  /** 0: a sender that is stopped. */
  readonly replicas: number;
  /** Image of each container, for recognising a change of version. */
  readonly images: Readonly<Record<string, string>>;
  /** Names of the owned key copies that the component uses, for recognising a rotation. */
  readonly keys: readonly string[];
  /** It is rolled out, and its pods get their fork times from somewhere else than before. */
  readonly changesForks?: boolean;
  /** From when on what it has been rolled out with would leave the chain, and what is wished would not. */
  readonly pointOfNoReturn?: PointOfNoReturn;
}

export interface ObservedComponent {
  readonly component: ComponentRef;
  /** Render whose rollout has been finished and verified. */
  readonly verified?: {
    readonly render: string;
    readonly inputs: string;
    readonly replicas: number;
    readonly images: Readonly<Record<string, string>>;
    readonly keys: readonly string[];
  };
  /** Its pods run, but the render that they were rolled out with is stored no more. Never beside `verified`. */
  readonly lost?: {
    /** Image of each container, as it is live. */
    readonly images: Readonly<Record<string, string>>;
    /** Keys that are wished, and that its pods do not have. */
    readonly otherKeys: readonly string[];
  };
  /** Changes from the last verified render to the wished one (or all objects, when there is none). */
  readonly changes: readonly ObjectChange[];
  /** Differences of the live objects from the last verified render; empty: none. */
  readonly drift: readonly ObjectChange[];
  /** Pods that another template has made than that of the wished render, each with the fields that differ. */
  readonly strayPods: readonly ObjectChange[];
  /** No pod of it is ready, and one is kept from starting: its image is missing, or it ends each time. */
  readonly cannotStart?: boolean;
}

/** A component that is to go: its CR is being deleted, or is gone without us having been asked. */
export interface LeavingComponent {
  readonly component: ComponentRef;
  readonly role: ComponentRole;
  /** It makes blocks, or did when it was last rolled out. */
  readonly sequences?: true;
}

export interface PlanningInput {
  readonly network: string;
  readonly revision: string;
  /** Mark of what people wish (contract/wish-mark.ts). */
  readonly wish: string;
  readonly deleting: boolean;
  /** Only objects of these CRs may be removed when a namespace ends: nothing can be drained or verified there. */
  readonly namespaceTerminating: boolean;
  /**
   * The plan that comes next waits for a person: meanwhile only repairs are made, and a batcher that a change has stopped
   * half-way is started again as it was.
   */
  readonly meanwhile: boolean;
  /** Somebody keeps undoing a repair: until it is made again, it holds up nothing else. */
  readonly repairsHeld: boolean;
  readonly desired: readonly DesiredComponent[];
  readonly observed: readonly ObservedComponent[];
  readonly leaving: readonly LeavingComponent[];
  /** Releases of what runs and of what is wished, where they differ. */
  readonly releases?: { readonly from: string; readonly to: string };
  /** What the owners of the contracts are about to upgrade L1 to; L1 is not yet there, and what is proposed has to be another game by it. */
  readonly upgrade?: ContractsUpgrade;
  /** Kind of the plan that is rolled back: `desired` is what ran before it. Absent: what is wished. */
  readonly rollsBack?: PlanKind;
  /** From when on what ran before does not go with the chain any more. Absent: it always does. */
  readonly returnsUntil?: PointOfNoReturn;
  /** Absent: a network of one sequencer, or of none. */
  readonly succession?: Succession;
  /** About the wish as a whole, for whoever approves it. */
  readonly warnings: readonly string[];
  readonly limits: StepLimits;
}

/** Who may, and who is to, sequence after the one that does. By the names of OpNodes. */
export interface Succession {
  /** The active one is to be handed over to it. Absent: the active one stays. */
  readonly heir?: string;
  /** Whether the active one, when another one has stood in for it, is to be the active one again. */
  readonly returns: boolean;
  readonly deputies: readonly string[];
}

/** Seconds; from `spec.rollout.gates`, with the defaults of design/plans.md. */
export interface StepLimits {
  readonly l1ReachableSeconds: number;
  readonly podsSeconds: number;
  readonly engineReadySeconds: number;
  readonly derivationSeconds: number;
  readonly nodeSyncSeconds: number;
  readonly sequencingSeconds: number;
  readonly foreignSequencerSeconds: number;
  readonly foreignBatcherSeconds: number;
  readonly batchingSeconds: number;
  readonly proposingSeconds: number;
  readonly challengingSeconds: number;
  readonly onChainSeconds: number;
  readonly blockTimeSeconds: number;
}
