/**
 * What the entity does: it waits for something to do, looks, proposes, starts plans and reports. One loop, in which
 * nothing runs beside it but the child that executes a plan and the observation of an idle network.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  condition,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { LookResult, PlanInput, PlanOutcome, ReceivedDecision, ReportInput } from '../contract/activities.ts';
import { CHILD_SIGNALS, type Move } from '../contract/child-messages.ts';
import { planWorkflowId } from '../contract/ids.ts';
import type { EntityInput } from '../contract/messages.ts';
import { type Plan, planWorkflowType, UNSKIPPABLE_GATES } from '../contract/plan.ts';
import { isRepairBeside, runningPlan } from '../plan/repair-beside.ts';
import { entityDetails } from '../status/entity-details.ts';
import { entityActivities } from './activity-profiles.ts';
import { EntitySearchAttributes } from './entity-search-attributes.ts';
import { type CarriedState, EntityState, type Proposal } from './entity-state.ts';
import { guardMove, type MoveType } from './guards.ts';
import { Observation } from './observation.ts';
import { planReport } from './plan-report.ts';

const SETTLE_MS = 300;

export class Entity {
  readonly network: EntityInput['network'];
  readonly state: EntityState;
  dirty = true;
  readonly inbox: ReceivedDecision[] = [];
  child: ChildWorkflowHandle<(input: PlanInput) => Promise<PlanOutcome>> | undefined;
  childEnd: PlanOutcome | undefined;
  childChanged = false;
  finished: ReportInput['finished'];
  readonly #observation: Observation;
  readonly #attributes = new EntitySearchAttributes();
  missing = 0;
  #childPaused = false;
  /** The running plan was told to end at its next safe point. */
  #isLeaving = false;
  #reported = '';

  constructor(input: EntityInput) {
    this.network = input.network;
    this.state = new EntityState(input.state as CarriedState | undefined);
    this.#observation = new Observation(() => {
      this.dirty = true;
    });
  }

  get hasWork(): boolean {
    return (
      this.dirty ||
      this.inbox.length > 0 ||
      this.childEnd !== undefined ||
      this.childChanged ||
      this.state.startable(Date.now()) !== undefined
    );
  }

  /** Runs until the network is gone or another one of the same name, or a fresh run is due for this one. */
  async run(): Promise<'gone' | 'replaced' | 'again'> {
    for (;;) {
      await this.#waitForWork();
      if (this.childEnd) this.#takeChildEnd(this.childEnd);
      const seen = this.dirty ? await this.#look() : 'there';
      if (seen !== 'there') return seen;
      await this.#takeInbox();
      await this.#passOnPause();
      this.state.expire(Date.now());
      this.childChanged = false;
      await this.#supersedeWhenOutdated();
      const next = this.state.startable(Date.now());
      if (next) await this.#start(next);
      else await this.#report();
      this.#observe();
      if (this.#mayStartAfresh() && workflowInfo().continueAsNewSuggested) {
        await this.#observation.stop();
        await condition(allHandlersFinished);
        if (this.#mayStartAfresh()) return 'again';
      }
    }
  }

  /** Also while a plan runs or has halted: health is shown then too, and what else breaks does not wait for its end. */
  #observe(): void {
    const { look, memory, running } = this.state;
    if (!look || this.dirty || this.#isLeaving || (running && look.deleting)) return;
    const repairsHeld = this.state.repairsHeld(Date.now());
    const of = { network: this.network, abortedRevision: memory.abortedRevision, repairsHeld };
    this.#observation.keepUp(of, look, running?.plan);
  }

  /** A look that is due is no obstacle: a fresh run begins with one. */
  #mayStartAfresh(): boolean {
    const { happenings, proposal } = this.state;
    const isAboutToStart = proposal?.status === 'approved';
    return !this.child && !this.childEnd && this.inbox.length === 0 && happenings.length === 0 && !isAboutToStart;
  }

  async #waitForWork(): Promise<void> {
    const deadline = this.state.deadline(Date.now());
    if (deadline === undefined) await condition(() => this.hasWork);
    else await condition(() => this.hasWork, Math.max(deadline - Date.now(), 1));
  }

  async #look(): Promise<'gone' | 'replaced' | 'there'> {
    await sleep(SETTLE_MS, { summary: 'settle: several changes are one look' });
    this.dirty = false;
    const look = await this.#lookWhileListening();
    if (!look.found) {
      // Once may be a moment between deletion and re-creation, or a cache behind a load balancer.
      // Whoever pokes meanwhile knows of one that has come since.
      const isPoked = this.dirty;
      this.missing += 1;
      this.dirty = true;
      if (this.missing < 2 || isPoked) return 'there';
      // The plan that has just taken the object away is about to finish: ending first would terminate it.
      if (this.child) await condition(() => this.childEnd !== undefined, '1 minute');
      // Status and audit are gone with the network: the log is what is left to say it to.
      log.info('Network was gone, its workflow ended', { network: this.network, ...this.childEnd });
      return 'gone';
    }
    this.missing = 0;
    if (this.state.uid !== undefined && this.state.uid !== look.uid) {
      await this.#finishForAnother();
      return 'replaced';
    }
    this.inbox.push(...this.state.newDecisions(look));
    this.state.takeLook(look, Date.now());
    return 'there';
  }

  /** What was decided, begun or seen belongs to the network that is gone; the new one begins with nothing of it. */
  async #finishForAnother(): Promise<void> {
    await this.#tellChild({ type: 'supersede', by: 'op-stack-operator', reason: 'the network was created anew' });
    if (this.child) await condition(() => this.childEnd !== undefined, '1 minute');
    await this.#observation.stop();
    await condition(allHandlersFinished);
  }

  /** A look that fails is tried for ever; what people say meanwhile is not kept waiting. */
  async #lookWhileListening(): Promise<LookResult> {
    let done = false;
    const { network, state } = this;
    const known = state.memory.isKnown ? { abortedRevision: state.memory.abortedRevision } : {};
    const repairsHeld = state.repairsHeld(Date.now());
    const input = { network, idle: this.child === undefined, repairsHeld, ...known };
    const look = entityActivities.look(input).finally(() => {
      done = true;
    });
    while (!done) {
      await condition(() => done || (this.child !== undefined && this.inbox.length > 0));
      if (!done) await this.#takeInbox();
    }
    return look;
  }

  async #takeInbox(): Promise<void> {
    for (const decision of this.inbox.splice(0)) {
      if (decision.action === 'approve' || decision.action === 'reject') {
        this.state.decide(decision, Date.now());
        continue;
      }
      await this.#takeMove(decision);
    }
  }

  async #takeMove(decision: ReceivedDecision): Promise<void> {
    const { state } = this;
    const guarded = guardMove(decision.action as MoveType, decision);
    const why = guarded.ok ? this.moveRefusal(decision) : guarded.why;
    if (why || !guarded.ok) {
      state.record({
        type: 'decisionRefused',
        actor: decision.by,
        via: decision.via,
        message: `${decision.action} refused: ${why}`,
      });
      return;
    }
    const move = guarded.value;
    switch (move.type) {
      case 'pause':
      case 'resume':
        state.memory.paused = move.type === 'pause';
        state.record({
          type: move.type === 'pause' ? 'paused' : 'resumed',
          actor: move.by,
          via: decision.via,
          message: `${move.type}d by ${move.by}`,
        });
        break;
      case 'retry':
        if (!this.child) state.proposeAgain(Date.now());
        break;
      case 'skipGate':
        state.record({
          type: 'gateSkipped',
          actor: move.by,
          via: decision.via,
          message: `gate ${move.gate} skipped by ${move.by}: ${move.reason}`,
        });
        break;
      case 'abort':
        state.memory.abortedRevision = state.running?.plan.desiredRevision ?? '';
        break;
      default:
        break;
    }
    if (move.type !== 'pause' && move.type !== 'resume') await this.#tellChild(move);
  }

  /** A running plan is paused by command or by spec.paused, and goes on when neither says so any more. */
  async #passOnPause(): Promise<void> {
    const { paused } = this.state;
    if (!this.child || this.#childPaused === paused) return;
    this.#childPaused = paused;
    const move: Move = { type: paused ? 'pause' : 'resume', by: 'op-stack-operator', reason: 'as decided' };
    await this.#tellChild(move);
  }

  async #tellChild(move: Move): Promise<void> {
    try {
      await this.child?.signal(CHILD_SIGNALS.move, move);
    } catch (error) {
      // A plan that has just ended takes no more signals; its result is on the way.
      if (!(await condition(() => this.childEnd !== undefined, '1 minute'))) throw error;
    }
  }

  /** Why a move does not fit what is going on; undefined when it does. */
  moveRefusal(move: Pick<ReceivedDecision, 'action' | 'gate' | 'via'>): string | undefined {
    const sources = this.state.look?.approval.sources;
    if (sources && !sources.includes(move.via)) {
      return `decisions through ${move.via} do not count here (spec.approval.sources is ${sources.join(', ')})`;
    }
    if (move.action === 'skipGate' && UNSKIPPABLE_GATES.some((gate) => gate === move.gate)) {
      return `gate ${move.gate} can't be skipped; once the other one is proven to be off, send confirmFenced`;
    }
    const needsPlan = move.action === 'abort' || move.action === 'skipGate' || move.action === 'confirmFenced';
    if (needsPlan && !this.child) return 'no plan is running';
    if (move.action === 'retry' && !this.child && !this.state.proposal)
      return 'no plan is halted, held back, expired or rejected';
    return undefined;
  }

  async #supersedeWhenOutdated(): Promise<void> {
    const { look, running } = this.state;
    if (!look || !running || !this.child) return;
    const reason = whyItEnds(running.plan, look);
    if (reason === undefined) return;
    if (!this.#isLeaving) await this.#observation.stop();
    this.#isLeaving = true;
    await this.#tellChild({ type: 'supersede', by: 'op-stack-operator', reason });
  }

  async #start(proposal: Proposal): Promise<void> {
    const { state } = this;
    const { look } = state;
    if (!look || !proposal.approval) return;
    await this.#observation.stop();
    const { plan, approval, createdAt, expiresAt } = proposal;
    for (let n = look.nextPlanNumber; ; n++) {
      const workflowId = planWorkflowId(this.network, plan.kind, n);
      state.start({ plan, createdAt, expiresAt, workflowId, startedAt: Date.now(), approval });
      state.record({ type: 'planStarted', planHash: plan.hash, message: `${workflowId} started: ${plan.summary}` });
      await this.#report();
      this.#childPaused = state.paused;
      try {
        this.child = await startChild<(input: PlanInput) => Promise<PlanOutcome>>(planWorkflowType(plan.kind), {
          workflowId,
          args: [{ network: this.network, uid: look.uid, plan, approval, paused: state.paused }],
          workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          staticSummary: `${plan.summary}, approved by ${approval.by}`.slice(0, 190),
          typedSearchAttributes: [...workflowInfo().typedSearchAttributes.getAll()],
        });
        break;
      } catch (error) {
        // An earlier run of this entity has used the number and died before its record was written.
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    }
    void this.child.result().then(
      (outcome) => {
        this.childEnd = outcome;
      },
      (error: unknown) => {
        this.childEnd = {
          outcome: 'lookAgain',
          message: `the plan's workflow ended without a result: ${String(error)}`,
        };
      },
    );
  }

  #takeChildEnd(end: PlanOutcome): void {
    const { state } = this;
    const { running } = state;
    this.childEnd = undefined;
    this.child = undefined;
    this.#isLeaving = false;
    state.halted = undefined;
    state.running = undefined;
    state.proposal = undefined;
    this.dirty = true;
    if (!running) return;
    if (end.outcome === 'completed' && running.plan.kind !== 'drift') state.memory.abortedRevision = '';
    if (end.outcome === 'aborted') state.memory.abortedRevision = running.plan.desiredRevision;
    state.record({
      type: 'planFinished',
      planHash: running.plan.hash,
      outcome: end.outcome,
      message: `${running.plan.summary}: ${end.outcome}, ${end.message}`,
    });
    this.finished = {
      hash: running.plan.hash,
      kind: running.plan.kind,
      summary: running.plan.summary,
      outcome: end.outcome,
      startedAt: new Date(running.startedAt).toISOString(),
      finishedAt: new Date().toISOString(),
    };
  }

  /** Writes status, events and audit, unless nothing has changed since the last time. */
  async #report(): Promise<void> {
    const { state } = this;
    const { look } = state;
    if (!look) return;
    const shown = state.running ?? state.proposal;
    const report: ReportInput = {
      network: this.network,
      uid: look.uid,
      phase: state.phase,
      problems: look.problems,
      paused: state.paused,
      plan: shown ? planReport(state) : null,
      ...(this.finished ? { finished: this.finished } : {}),
      ...(state.halted ? { halted: state.halted } : {}),
      ...(state.phase === 'Ready' ? { applied: { revision: look.revision, release: look.release } } : {}),
      happenings: state.happenings.splice(0),
      remembered: state.memory.remembered,
    };
    this.finished = undefined;
    this.#attributes.show(state);
    setCurrentDetails(entityDetails(this.network, report));
    const content = JSON.stringify(report);
    if (content === this.#reported) return;
    await entityActivities.report(report);
    this.#reported = report.happenings.length > 0 || report.finished ? '' : content;
  }
}

/** Why a running plan ends at its next safe point; undefined: it goes on. */
function whyItEnds(plan: Plan, look: LookResult): string | undefined {
  if (isRepairBeside(look.plan, runningPlan(plan))) return `a repair is due: ${look.plan?.summary ?? ''}`;
  if (!isOutdated(plan, look)) return undefined;
  return look.deleting ? 'the network is being deleted' : `revision ${look.revision.slice(0, 12)} was applied`;
}

/**
 * Whether a running plan leads to something that is no longer wished. What can not be planned with now (a missing
 * Secret, a contradiction) outdates nothing; and the objects of a teardown vanish while it runs, which is its purpose.
 */
function isOutdated(plan: Plan, look: LookResult): boolean {
  if (look.revision === plan.desiredRevision) return false;
  if (look.problems.length > 0 && !look.deleting) return false;
  if (plan.kind !== 'teardown') return true;
  return (
    look.deleting &&
    !plan.steps.some(({ type, component }) => type === 'removeFinalizers' && component.kind === 'OptimismNetwork')
  );
}
