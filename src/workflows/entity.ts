/**
 * What the entity does: it waits for something to do, looks, proposes, starts plans and reports. One loop, in which
 * nothing runs beside it but the child that executes a plan and the observation of an idle network.
 */
import { allHandlersFinished, condition, log, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Happening, LookResult, ReceivedDecision, ReportInput } from '../contract/activities.ts';
import { isStepMove, type Move } from '../contract/child-messages.ts';
import { planWorkflowId } from '../contract/ids.ts';
import { type EntityInput, type MoveAction, NEEDS_RUNNING_PLAN } from '../contract/messages.ts';
import { FOREIGN, type Plan, UNSKIPPABLE_GATES } from '../contract/plan.ts';
import { goingOn, stepsBefore, whyNoWayBack } from '../contract/way-back.ts';
import { isRepairBeside, runningPlan } from '../plan/repair-beside.ts';
import { entityDetails } from '../status/entity-details.ts';
import { givenUp, isOff } from '../status/move-words.ts';
import { entityActivities, settleActivity } from './activity-profiles.ts';
import { EntitySearchAttributes } from './entity-search-attributes.ts';
import { type CarriedState, EntityState, type Proposal } from './entity-state.ts';
import { guardMove } from './guards.ts';
import { MoveAnswers } from './move-answers.ts';
import { Observation } from './observation.ts';
import { PlanChild } from './plan-child.ts';
import { planReport } from './plan-report.ts';

/** What is on record of moves that count at once. */
const PAST: Partial<Record<Move['type'], Happening['type']>> = {
  pause: 'paused',
  resume: 'resumed',
  retry: 'retried',
  abort: 'aborted',
};

export class Entity {
  readonly network: EntityInput['network'];
  readonly state: EntityState;
  dirty = true;
  readonly inbox: ReceivedDecision[] = [];
  readonly child = new PlanChild();
  readonly answers: MoveAnswers;
  childChanged = false;
  finished: ReportInput['finished'];
  readonly #observation: Observation;
  readonly #attributes = new EntitySearchAttributes();
  missing = 0;
  #reported = '';
  /** Workflow id of the plan that was to be rolled back because it had failed. */
  #triedBack = '';

  constructor(input: EntityInput) {
    this.network = input.network;
    this.state = new EntityState(input.state as CarriedState | undefined);
    this.answers = new MoveAnswers((decision, refused) => this.#recordAnswer(decision, refused));
    this.#observation = new Observation(() => {
      this.dirty = true;
    });
  }

  get hasWork(): boolean {
    return (
      this.dirty ||
      this.inbox.length > 0 ||
      this.child.hasEnded ||
      this.childChanged ||
      this.state.startable(Date.now()) !== undefined ||
      this.#isLookDue()
    );
  }

  /** Time alone has made another look of the last one. */
  #isLookDue(): boolean {
    const now = Date.now();
    return this.state.windowTurned(now) || this.state.repairReleased(now);
  }

  /** Runs until the network is gone or another one of the same name, or a fresh run is due for this one. */
  async run(): Promise<'gone' | 'replaced' | 'again'> {
    for (;;) {
      await this.#waitForWork();
      this.#takeChildEnd();
      if (this.#isLookDue()) this.dirty = true;
      const seen = this.dirty ? await this.#look() : 'there';
      if (seen !== 'there') return seen;
      await this.#takeInbox();
      await this.#rollBackWhatFailed();
      await this.child.passOnPause(this.state.paused);
      this.state.expire(Date.now());
      this.childChanged = false;
      await this.#supersedeWhenOutdated();
      const next = this.state.startable(Date.now());
      if (next) await this.#start(next);
      else await this.#report();
      this.#observe();
      if (this.#mayStartAfresh() && workflowInfo().continueAsNewSuggested) {
        await this.#observation.stop();
        // Who asks for a skip meanwhile is answered by the loop.
        await condition(() => allHandlersFinished() || this.inbox.length > 0);
        if (this.#mayStartAfresh()) return 'again';
      }
    }
  }

  /** Also while a plan runs or has halted: health is shown then too, and what else breaks does not wait for its end. */
  #observe(): void {
    const { look, memory, running } = this.state;
    const { isLeaving } = this.child;
    if (!look || this.dirty || (isLeaving && !this.state.paused) || (running && look.deleting)) return;
    const { foughtObjects } = this.state;
    const { abortedWish, rolledBack = null } = memory;
    const of = { network: this.network, abortedWish, rolledBack, foughtObjects };
    // One that is about to be left anyway is left for no repair.
    const beside = running && isLeaving ? { ...running.plan, kind: 'drift' as const } : running?.plan;
    this.#observation.keepUp(of, look, beside);
  }

  /** A look that is due is no obstacle: a fresh run begins with one. */
  #mayStartAfresh(): boolean {
    const { happenings } = this.state;
    const isAboutToStart = this.state.startable(Date.now()) !== undefined;
    return !this.child.isThere && this.inbox.length === 0 && happenings.length === 0 && !isAboutToStart;
  }

  async #waitForWork(): Promise<void> {
    const deadline = this.state.deadline(Date.now());
    if (deadline === undefined) await condition(() => this.hasWork);
    else await condition(() => this.hasWork, Math.max(deadline - Date.now(), 1));
  }

  async #look(): Promise<'gone' | 'replaced' | 'there'> {
    const summary = 'several changes are one look';
    await this.#listeningTo(settleActivity.settle.executeWithOptions({ summary }, [{ network: this.network }]));
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
      await this.child.ends();
      await this.#finishHandlers('the network is gone');
      // Status and audit are gone with the network: the log is what is left to say it to.
      log.info('Network was gone, its workflow ended', { network: this.network, ...this.child.takeEnd() });
      return 'gone';
    }
    this.missing = 0;
    if (this.state.uid !== undefined && this.state.uid !== look.uid) {
      await this.#finishForAnother();
      return 'replaced';
    }
    if (!look.hasStatus) this.#reported = '';
    this.inbox.push(...this.state.newDecisions(look));
    this.state.takeLook(look, Date.now());
    return 'there';
  }

  /** What was decided, begun or seen belongs to the network that is gone; the new one begins with nothing of it. */
  async #finishForAnother(): Promise<void> {
    await this.child.leave('the network was created anew');
    await this.child.ends();
    await this.#observation.stop();
    await this.#finishHandlers('the network was created anew');
  }

  /** Nobody waits for an answer of a workflow that has ended. */
  async #finishHandlers(why: string): Promise<void> {
    this.answers.close(why);
    await condition(allHandlersFinished);
  }

  #lookWhileListening(): Promise<LookResult> {
    const { network, state } = this;
    const { isKnown, abortedWish, rolledBack = null } = state.memory;
    const known = isKnown ? { abortedWish, rolledBack } : {};
    const foughtObjects = state.beginLook(Date.now());
    const input = { network, idle: !this.child.isThere, foughtObjects, askedAt: Date.now(), ...known };
    return this.#listeningTo(entityActivities.look(input));
  }

  /** Looks and reports are tried for ever; what people say of a running plan meanwhile is not kept waiting. */
  async #listeningTo<T>(activity: Promise<T>): Promise<T> {
    let done = false;
    const result = activity.finally(() => {
      done = true;
    });
    for (;;) {
      await condition(() => done || (this.child.isRunning && this.inbox.length > 0));
      if (done) return result;
      await this.#takeInbox();
      this.childChanged = true;
    }
  }

  async #takeInbox(): Promise<void> {
    for (const decision of this.inbox.splice(0)) {
      if (decision.action === 'approve' || decision.action === 'reject') {
        this.answers.decided(decision, this.state.decide(decision, Date.now()));
        continue;
      }
      await this.#takeMove(decision);
    }
  }

  async #takeMove(decision: ReceivedDecision): Promise<void> {
    const { state } = this;
    const guarded = guardMove(decision.action as MoveAction, decision);
    const why = guarded.ok ? this.moveRefusal(decision) : guarded.why;
    if (why || !guarded.ok) {
      this.answers.decided(decision, why ?? '');
      state.record({
        type: 'decisionRefused',
        actor: decision.by,
        via: decision.via,
        message: `${decision.action} refused: ${why}`,
      });
      return;
    }
    const move = guarded.value;
    const done = PAST[move.type];
    if (done) {
      const reason = move.reason ? `: ${move.reason}` : '';
      state.record({ type: done, actor: move.by, via: decision.via, message: `${done} by ${move.by}${reason}` });
    }
    if (isStepMove(move)) {
      this.answers.asked(decision);
      return this.child.tell({ ...move, key: decision.key });
    }
    switch (move.type) {
      case 'pause':
      case 'resume':
        state.memory.paused = move.type === 'pause';
        return;
      case 'retry':
        if (this.child.isThere) break;
        if (!state.proposal) this.dirty = true;
        state.proposeAgain(Date.now());
        break;
      case 'abort':
        state.abort();
        break;
      default:
        break;
    }
    await this.child.tell(move);
  }

  #recordAnswer(decision: ReceivedDecision, refused: string | undefined): void {
    const { action, by, via, gate, node = '', above = 0, reason = '' } = decision;
    const said = { actor: by, via };
    if (refused !== undefined)
      this.state.record({ ...said, type: 'decisionRefused', message: `${action} refused: ${refused}` });
    else if (action === 'skipGate')
      this.state.record({ ...said, type: 'gateSkipped', message: `gate ${gate} skipped by ${by}: ${reason}` });
    else if (action === 'rollback') {
      const { verified } = decision;
      this.state.rollBack({ by, via, verified, at: new Date().toISOString() });
      this.state.record({ ...said, type: 'rolledBack', message: `rolled back by ${by}${reason ? `: ${reason}` : ''}` });
    } else if (action === 'giveUpBlocks')
      this.state.record({ ...said, type: 'blocksGivenUp', message: `${givenUp(above)} by ${by}: ${reason}` });
    else this.state.record({ ...said, type: 'fencingConfirmed', message: `${isOff(node)}, says ${by}: ${reason}` });
  }

  /** Why a move does not fit what is going on; undefined when it does. */
  moveRefusal(move: Pick<ReceivedDecision, 'action' | 'gate' | 'via'>): string | undefined {
    const unheard = this.state.unheard(move.via);
    if (unheard) return unheard;
    const gate = move.action === 'skipGate' ? UNSKIPPABLE_GATES.find((name) => name === move.gate) : undefined;
    if (gate) {
      const off = FOREIGN[gate] ?? 'the sequencer that does not answer';
      return `gate ${gate} can't be skipped; once the other one is proven to be off, send confirmFenced of ${off}`;
    }
    const { running, memory } = this.state;
    if (NEEDS_RUNNING_PLAN.includes(move.action) && !this.child.isRunning)
      return move.action === 'abort' && this.state.proposal
        ? 'no plan is running: reject declines the one that waits'
        : 'no plan is running';
    if (move.action === 'rollback' && running) {
      const done = stepsBefore(running.plan, this.state.halted?.step);
      return whyNoWayBack(running.plan, Date.now(), done);
    }
    const isForNothing = !this.state.mayBeProposedAgain(Date.now()) && !memory.rolledBack;
    if (move.action === 'retry' && !this.child.isRunning && isForNothing)
      return 'no plan is halted, held back, expired, rejected or rolled back';
    return undefined;
  }

  /** `spec.rollout.onFailure: Rollback`. Asked once: what can not be undone waits for a person. */
  async #rollBackWhatFailed(): Promise<void> {
    const { halted, running, look } = this.state;
    if (!halted || !running || !look?.rollsBackOnFailure || this.#triedBack === running.workflowId) return;
    // The way back needs a sequencer as well: first somebody has to say which one is off.
    if (halted.problem.type === 'FencingRequired') return;
    this.#triedBack = running.workflowId;
    if (whyNoWayBack(running.plan, Date.now(), stepsBefore(running.plan, halted.step)) !== undefined) return;
    const reason = `${halted.step}: ${halted.problem.message}`.slice(0, 1000);
    await this.#takeMove({
      action: 'rollback',
      by: 'policy',
      reason,
      via: 'Policy',
      verified: true,
      key: `policy-${running.workflowId}`,
    });
  }

  async #supersedeWhenOutdated(): Promise<void> {
    const { look, running } = this.state;
    if (!look || !running || !this.child.isThere) return;
    const reason = whyItEnds(running.plan, look);
    if (reason === undefined || this.child.isLeaving) return;
    await this.#observation.stop();
    await this.child.leave(reason);
  }

  async #start(proposal: Proposal): Promise<void> {
    const { state } = this;
    const { look } = state;
    if (!look || !proposal.approval) return;
    await this.#observation.stop();
    const { approval, createdAt, expiresAt } = proposal;
    const plan = goingOn(proposal.plan, state.memory.begun);
    for (let n = look.nextPlanNumber; ; n++) {
      const workflowId = planWorkflowId(this.network, plan.kind, n);
      state.start({ plan, createdAt, expiresAt, workflowId, startedAt: Date.now(), approval });
      state.record({ type: 'planStarted', planHash: plan.hash, message: `${workflowId} started: ${plan.summary}` });
      await this.#report();
      const input = { network: this.network, uid: look.uid, plan, approval, paused: state.paused };
      if (await this.child.start(workflowId, input)) return;
    }
  }

  #takeChildEnd(): void {
    const end = this.child.takeEnd();
    if (!end) return;
    const { state } = this;
    const { running } = state;
    this.answers.refuseOpen(`the plan has ended: ${end.message}`);
    this.dirty = true;
    if (!running) return;
    state.end(running.plan, end.outcome);
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
      ...(state.kept ? { kept: state.kept } : {}),
      ...(state.phase === 'Ready' ? { applied: { revision: look.revision, release: look.release } } : {}),
      happenings: state.happenings.splice(0),
      remembered: state.memory.remembered,
      generations: look.generations,
    };
    this.finished = undefined;
    this.#attributes.show(state);
    setCurrentDetails(entityDetails(this.network, report));
    const content = JSON.stringify(report);
    if (content === this.#reported) return;
    await this.#listeningTo(entityActivities.report(report));
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
