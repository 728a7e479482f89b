/** The child workflow that executes an entity's plan: started, told what people want of it, and waited for. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  condition,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanInput, PlanOutcome } from '../contract/activities.ts';
import { CHILD_SIGNALS, type Move } from '../contract/child-messages.ts';
import { planWorkflowType } from '../contract/plan.ts';

const OWN_NAME = 'op-stack-operator';

export class PlanChild {
  #handle: ChildWorkflowHandle<(input: PlanInput) => Promise<PlanOutcome>> | undefined;
  #end: PlanOutcome | undefined;
  #isPaused = false;
  #isLeaving = false;

  /** From its start until its end is taken. */
  get isThere(): boolean {
    return this.#handle !== undefined;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** It takes what people say. */
  get isRunning(): boolean {
    return this.isThere && !this.hasEnded;
  }

  /** It was told to end at its next safe point. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** @returns false when the id was used by an earlier run of this entity, which died before its record was written */
  async start(workflowId: string, input: PlanInput): Promise<boolean> {
    const { plan, approval, paused } = input;
    this.#isPaused = paused;
    try {
      this.#handle = await startChild<(input: PlanInput) => Promise<PlanOutcome>>(planWorkflowType(plan.kind), {
        workflowId,
        args: [input],
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        parentClosePolicy: ParentClosePolicy.TERMINATE,
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        staticSummary: `${plan.summary}, approved by ${approval.by}`.slice(0, 190),
        typedSearchAttributes: [...workflowInfo().typedSearchAttributes.getAll()],
      });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
    void this.#handle.result().then(
      (outcome) => {
        this.#end = outcome;
      },
      (error: unknown) => {
        this.#end = {
          outcome: 'lookAgain',
          message: `the plan's workflow ended without a result: ${String(error)}`,
        };
      },
    );
    return true;
  }

  async tell(move: Move): Promise<void> {
    try {
      await this.#handle?.signal(CHILD_SIGNALS.move, move);
    } catch (error) {
      // A plan that has just ended takes no more signals; its result is on the way.
      if (!(await this.ends())) throw error;
    }
  }

  /** A running plan is paused by command or by spec.paused, and goes on when neither says so any more. */
  async passOnPause(paused: boolean): Promise<void> {
    if (!this.isThere || this.#isPaused === paused) return;
    this.#isPaused = paused;
    await this.tell({ type: paused ? 'pause' : 'resume', by: OWN_NAME, reason: 'as decided' });
  }

  /** Something else takes over: it ends at its next safe point. */
  async leave(reason: string): Promise<void> {
    this.#isLeaving = true;
    await this.tell({ type: 'supersede', by: OWN_NAME, reason });
  }

  /** @returns false when it has not ended within a minute */
  async ends(): Promise<boolean> {
    return !this.isThere || condition(() => this.#end !== undefined, '1 minute');
  }

  /** How it ended, once; undefined while it runs, or when there is none. */
  takeEnd(): PlanOutcome | undefined {
    const end = this.#end;
    if (!end) return undefined;
    this.#end = undefined;
    this.#handle = undefined;
    this.#isLeaving = false;
    return end;
  }
}
