/** Messages between the entity and the child that executes a plan. Wire names, like those of messages.ts. */
import type { Problem } from './failures.ts';
import type { GateName } from './plan.ts';

export const CHILD_SIGNALS = { move: 'move' } as const;
export const ENTITY_SIGNALS = {
  childHalted: 'childHalted',
  childMoved: 'childMoved',
  moveAnswered: 'moveAnswered',
} as const;

/** What a person, or a newer revision, asks of a running plan. */
export type Move =
  | {
      readonly type: 'pause' | 'resume' | 'retry' | 'abort' | 'supersede';
      readonly by: string;
      readonly reason: string;
    }
  | {
      readonly type: 'rollback';
      readonly by: string;
      readonly reason: string;
      /** Of the decision, for the answer. */
      readonly key?: string;
    }
  | {
      readonly type: 'skipGate';
      readonly gate: GateName;
      readonly by: string;
      readonly reason: string;
      readonly key?: string;
    }
  | {
      readonly type: 'confirmFenced';
      /** What is off: a sequencer's OpNode, its pod or the Kubernetes node that it is on; or a word of `FOREIGN`. */
      readonly node: string;
      readonly by: string;
      readonly reason: string;
      readonly key?: string;
    }
  | {
      readonly type: 'giveUpBlocks';
      /** Number of the block whose successors are given up: the sequencer that is to start has to have it. */
      readonly above: number;
      readonly by: string;
      readonly reason: string;
      readonly key?: string;
    };

/** How far the plan is only the child knows: moves that depend on it are answered by it. */
export type StepMove = Extract<Move, { type: 'rollback' | 'skipGate' | 'confirmFenced' | 'giveUpBlocks' }>;

export function isStepMove(move: Move): move is StepMove {
  return ['rollback', 'skipGate', 'confirmFenced', 'giveUpBlocks'].includes(move.type);
}

/** The child stands still at a failed step until a move comes. */
export interface ChildHalted {
  readonly planHash: string;
  readonly step: string;
  readonly problem: Problem;
}

/** The child's answer to a move that is about one step. */
export interface MoveAnswer {
  readonly key: string;
  /** Why it does not count; absent: it does. */
  readonly refused?: string;
}
