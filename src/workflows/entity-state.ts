/**
 * State of one OptimismNetwork's entity, and every rule about it that needs no Temporal. Small, and only a cache: it
 * can be thrown away at any moment and is rebuilt from the cluster by the next look.
 */
import type {
  ApprovalRecord,
  EntityPhase,
  Happening,
  LookResult,
  PlanOutcome,
  ReceivedDecision,
  Remembered,
  RolledBack,
  Window,
} from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import type { Plan, PlanKind } from '../contract/plan.ts';
import { begunBy, leadsOn, wayBackFrom } from '../contract/way-back.ts';
import { asksAfterAbort } from '../plan/approval-policy.ts';
import { blocksRollouts } from '../plan/duplicates.ts';
import { type ApprovedPlan, approvalCovering, approvedPlan } from '../plan/inherited-approval.ts';
import { driftSentence } from '../status/drift-sentence.ts';
import { fightSentence, wayOutOfFight } from '../status/fight-words.ts';
import { DecisionMemory } from './decision-memory.ts';
import { type PastRepair, RepairPace } from './repair-pace.ts';
import { ApprovalSetAside, type SetAside } from './set-aside.ts';
import { isShut, turnOf } from './start-window.ts';

/** Characters of a hash by which a plan can be named. */
const LEAST_PREFIX = 8;

export interface Proposal {
  plan: Plan;
  readonly createdAt: number;
  /** Until when it can be approved; of an approved one, until when the approval covers what is left of it. */
  expiresAt: number | undefined;
  status: 'awaiting' | 'approved' | 'rejected' | 'expired';
  approval: ApprovalRecord | undefined;
}

/** What survives continue-as-new. */
export interface CarriedState {
  readonly schema: 1;
  /** Uid of the OptimismNetwork that all this is about. */
  readonly uid?: string;
  readonly remembered: Remembered;
  readonly counter: number;
  readonly repairs?: readonly PastRepair[];
  readonly covering?: ApprovedPlan;
  readonly setAside?: SetAside;
  /** The plan that waits, with its absolute deadline: a fresh run does not ask anew. */
  readonly proposal?: CarriedProposal;
}

type CarriedProposal = Omit<Proposal, 'plan'> & { readonly hash: string };

export class EntityState {
  look: LookResult | undefined;
  proposal: Proposal | undefined;
  halted: { step: string; problem: Problem } | undefined;
  readonly memory: DecisionMemory;
  running:
    | (Pick<Proposal, 'plan' | 'createdAt' | 'expiresAt'> & {
        workflowId: string;
        startedAt: number;
        approval: ApprovalRecord;
      })
    | undefined;
  readonly happenings: Happening[] = [];
  #counter: number;
  #carried: CarriedProposal | undefined;
  readonly #carriedUid: string | undefined;
  readonly #repairs: RepairPace;
  #covering: ApprovedPlan | undefined;
  readonly #setAside: ApprovalSetAside;
  #heldAtLook: readonly string[] = [];

  constructor(carried?: CarriedState) {
    this.#carriedUid = carried?.uid;
    this.#repairs = new RepairPace(carried?.repairs);
    this.#covering = carried?.covering;
    this.#setAside = new ApprovalSetAside(carried?.setAside);
    this.memory = new DecisionMemory(carried?.remembered);
    this.#counter = carried?.counter ?? 0;
    this.#carried = carried?.proposal;
  }

  carry(): CarriedState {
    const setAside = this.#setAside.carry();
    return {
      schema: 1,
      ...(this.uid === undefined ? {} : { uid: this.uid }),
      remembered: this.memory.remembered,
      counter: this.#counter,
      repairs: this.#repairs.carry(),
      ...(this.#covering ? { covering: this.#covering } : {}),
      ...(setAside ? { setAside } : {}),
      ...(this.proposal ? { proposal: carriedProposal(this.proposal) } : {}),
    };
  }

  /** Uid of the network as it was last seen. */
  get uid(): string | undefined {
    return this.look?.uid ?? this.#carriedUid;
  }

  get paused(): boolean {
    return this.memory.paused || (this.look?.paused ?? false);
  }

  record(happening: Omit<Happening, 'n'>): void {
    this.#counter += 1;
    this.happenings.push({ ...happening, n: this.#counter });
  }

  /** Decisions of a look that were not taken before. What an earlier entity has left in the status is adopted first. */
  newDecisions(look: LookResult): ReceivedDecision[] {
    if (!this.memory.isKnown) this.#adopt(look);
    const { fresh, contradicted } = this.memory.take(look);
    for (const { by, via } of contradicted)
      this.record({
        type: 'decisionRefused',
        actor: by,
        via,
        message:
          'approve refused: the same plan is rejected by an annotation that is as new; take that one off, and approve anew',
      });
    return fresh;
  }

  #adopt(look: LookResult): void {
    this.memory.adopt(look);
    const { awaiting } = look;
    if (!awaiting) return;
    this.#carried = {
      hash: awaiting.hash,
      createdAt: Date.parse(awaiting.createdAt),
      expiresAt: Date.parse(awaiting.expiresAt),
      status: awaiting.hash === this.memory.rejectedPlan ? 'rejected' : 'awaiting',
      approval: undefined,
    };
  }

  /** Takes the result of a look: keeps, replaces or drops the proposal. */
  takeLook(look: LookResult, now: number): void {
    this.look = look;
    if (this.running) return;
    // Another wish: what was said of the former one is over.
    if (look.problems.every(leavesWish)) this.memory.keepOf(look.wish);
    if (look.isBack) this.memory.isBack();
    const { plan } = look;
    // A look with problems that block has a plan only where they do not stand in its way: repairs and teardown.
    if (plan) this.#takePlan(plan, look, now);
    else if (look.problems.some(blocksRollouts)) this.#dropForNow('it can not be made until the problems are mended');
    else {
      this.#carried = undefined;
      this.memory.rejectedPlan = '';
      this.#dropProposal('nothing is left of it to do');
      this.#recordVoid(this.#setAside.take(undefined, now).void, 'nothing is left of it to do');
    }
    this.#outlastWait();
  }

  #takePlan(plan: Plan, look: LookResult, now: number): void {
    const asksNow = look.approval.required && this.proposal?.approval?.via === 'Policy';
    if (this.proposal?.plan.hash === plan.hash && !asksNow) {
      // The same is done; what is said of it, and where it is stored, is as of this look.
      this.proposal.plan = plan;
      return;
    }
    if (plan.kind === 'drift') this.#dropForNow(`repair ${plan.hash.slice(0, 12)} goes first`);
    else this.#dropProposal(asksNow ? 'the policy asks for approval now' : replacedBy(plan));
    this.#propose(plan, look, now);
  }

  /**
   * A fresh proposal of the plan that expired, was rejected, or is a repair that is held back. One that a person has
   * aborted still asks.
   */
  proposeAgain(now: number): void {
    this.memory.rejectedPlan = '';
    if (!this.proposal) this.memory.rolledBack = undefined;
    this.#repairs.forget();
    const { look, proposal } = this;
    if (!look?.plan || this.running) return;
    const isDeclined = proposal?.status === 'rejected' || proposal?.status === 'expired';
    this.#propose(look.plan, look, now, isDeclined);
    this.#outlastWait();
  }

  /** Whether there is anything that {@link proposeAgain} is for. One that waits, or is about to start, is as it is. */
  mayBeProposedAgain(now: number): boolean {
    const { proposal } = this;
    if (!proposal) return false;
    return (
      ['rejected', 'expired'].includes(proposal.status) || isOver(proposal, now) || this.heldUntil(now) !== undefined
    );
  }

  /** @param isDeclined somebody has said no since an approval was given that might cover it, or nobody has said yes */
  #propose(plan: Plan, look: LookResult, now: number, isDeclined = false): void {
    const carried = this.#carried;
    // What waits comes back after the repair.
    if (plan.kind !== 'drift' || carried?.hash === plan.hash) this.#carried = undefined;
    const asksNow = look.approval.required && carried?.approval?.via === 'Policy';
    if (carried?.hash === plan.hash && !asksNow) {
      const { hash: _, ...rest } = carried;
      this.proposal = { plan, ...rest };
      return;
    }
    const setAside = plan.kind === 'drift' ? {} : this.#setAside.take(plan, now);
    const aborted = asksAfterAbort(plan, this.memory.abortedWish);
    const isRejected = this.memory.rejectedPlan === plan.hash;
    const asks = look.approval.required || aborted;
    const at = new Date(now).toISOString();
    const { rolledBack } = this.memory;
    const given = look.approval.inherited ?? setAside.covers ?? approvalCovering(plan, this.#covering, now);
    const inherited = aborted || isDeclined || !given ? undefined : ({ ...given, via: 'Inherited' } as const);
    const unasked =
      plan.rollsBack && rolledBack
        ? { by: rolledBack.by, at: rolledBack.at, via: rolledBack.via, verified: rolledBack.verified }
        : ({ by: 'policy', at, via: 'Policy', verified: true } as const);
    const approval: ApprovalRecord | undefined = isRejected ? undefined : asks ? inherited : unasked;
    this.proposal = {
      plan,
      createdAt: now,
      expiresAt: asks ? now + look.approval.expiresAfterSeconds * 1000 : undefined,
      status: approval ? 'approved' : isRejected ? 'rejected' : 'awaiting',
      approval,
    };
    this.#recordVoid(setAside.void, replacedBy(plan));
    if (plan.kind === 'drift')
      this.record({ type: 'driftFound', planHash: plan.hash, message: driftSentence(plan.changes) });
    this.record({ type: 'planProposed', planHash: plan.hash, message: plan.summary });
    if (approval) {
      this.record({
        type: 'planApproved',
        planHash: plan.hash,
        actor: approval.by,
        via: approval.via,
        message:
          approval.via === 'Inherited'
            ? `approval by ${approval.by} covers this remainder`
            : plan.rollsBack
              ? `wanted by ${approval.by}`
              : `approved by policy for plans of kind ${plan.kind}`,
      });
    }
    const until = this.heldUntil(now);
    if (until !== undefined)
      this.record({
        type: 'repairHeld',
        planHash: plan.hash,
        message: `${fightSentence(plan.changes)}; it is put back again at ${new Date(until).toISOString()}; ${wayOutOfFight(plan.changes)}`,
      });
  }

  #dropProposal(why: string): void {
    const { proposal } = this;
    this.proposal = undefined;
    if (!proposal || proposal.status === 'rejected' || proposal.status === 'expired') return;
    const { plan, approval } = proposal;
    // What is left of it may come under the same approval.
    const words = this.look?.approval.inherited ? '' : voidWords(approval);
    this.record({ type: 'planSuperseded', planHash: plan.hash, message: `${why}${words}` });
  }

  /** It is expected to come back, and then the approval that a person has given still counts. */
  #dropForNow(why: string): void {
    const { proposal } = this;
    const approval = proposal?.approval;
    if (!proposal || !approval || approval.via === 'Policy' || proposal.plan.kind === 'drift') {
      this.#dropProposal(why);
      return;
    }
    this.proposal = undefined;
    this.#setAside.keep(proposal.plan, approval, proposal.expiresAt);
    const message = `${why}; the approval by ${approval.by} is kept`;
    this.record({ type: 'planSuperseded', planHash: proposal.plan.hash, message });
  }

  #recordVoid(setAside: SetAside | undefined, why: string): void {
    if (!setAside) return;
    const { hash, approval } = setAside;
    this.record({ type: 'planSuperseded', planHash: hash, message: `${why}${voidWords(approval)}` });
  }

  /** An approval does not run out while its plan waits for a window: it counts as if it had been given when that opens. */
  #outlastWait(): void {
    const { proposal, look } = this;
    if (proposal?.status !== 'approved' || proposal.expiresAt === undefined || !look?.window?.opensAt) return;
    const opensAt = Date.parse(look.window.opensAt);
    proposal.expiresAt = Math.max(proposal.expiresAt, opensAt + look.approval.expiresAfterSeconds * 1000);
  }

  /** Approval of a plan that is expected to come back: it begins then, unless somebody takes it back. */
  get kept(): { readonly plan: string; readonly by: string } | undefined {
    const setAside = this.#setAside.carry() ?? this.#carried;
    const { approval, hash } = setAside ?? {};
    if (!approval || approval.via === 'Policy' || hash === undefined || hash === this.proposal?.plan.hash)
      return undefined;
    return { plan: hash, by: approval.by };
  }

  /** Why nobody is heard who speaks that way; undefined: they are. */
  unheard(via: ReceivedDecision['via']): string | undefined {
    const sources: readonly string[] = this.look?.approval.sources ?? [via];
    if (via === 'Policy' || sources.includes(via)) return undefined;
    const others = `spec.approval.sources is ${sources.join(', ')}`;
    return `decisions through ${via} do not count here (${others}): decide through ${sources.join(' or ')}`;
  }

  /** Whether a decision on a plan counts; a text says why not and what would. */
  refusal(decision: Pick<ReceivedDecision, 'action' | 'plan' | 'via'>, now: number): string | undefined {
    const { proposal } = this;
    const unheard = this.unheard(decision.via);
    if (unheard) return unheard;
    const asked = decision.plan ?? '';
    const { kept } = this;
    if (kept && isHashOf(kept.plan, asked))
      return decision.action === 'reject'
        ? undefined
        : `plan ${asked} is approved already, by ${kept.by}: it begins when it comes back`;
    const keptWords = kept
      ? `; plan ${kept.plan.slice(0, 12)}, approved by ${kept.by}, begins when it comes back, and reject takes that back`
      : '';
    if (!proposal) return `no plan is waiting for a decision: once one does, status.plan has its hash${keptWords}`;
    const current = `the current plan is ${proposal.plan.hash.slice(0, 12)} (${proposal.plan.summary})`;
    if (asked.length < LEAST_PREFIX)
      return `"${asked}" is too short for a plan hash: name at least ${LEAST_PREFIX} characters; ${current}${keptWords}`;
    if (!isHashOf(proposal.plan.hash, asked))
      return `plan ${asked.slice(0, 64)} is not the one that waits; ${current}${keptWords}`;
    if (proposal.status === 'expired' || isOver(proposal, now))
      return `plan ${asked} has expired; send retry to have it proposed again`;
    // What has not begun can still be taken back.
    if (this.running && decision.action === 'reject')
      return `plan ${asked} is running already: send abort to end it after its current step`;
    if (proposal.status === 'approved' && decision.action === 'approve')
      return `plan ${asked} is approved already: nothing more has to be said`;
    if (proposal.status === 'rejected' && decision.action === 'reject')
      return `plan ${asked} is rejected already; approve or retry takes that back`;
    return undefined;
  }

  /** @returns why it does not count; undefined: it does */
  decide(decision: ReceivedDecision, now: number): string | undefined {
    // What came in time counts, however long the look has taken that it had to wait for.
    const why = this.refusal(decision, decision.at ?? now);
    const { proposal, look, kept } = this;
    const takesBack = why === undefined && kept !== undefined && isHashOf(kept.plan, decision.plan ?? '');
    const planHash = takesBack ? kept.plan : proposal?.plan.hash;
    if (why || planHash === undefined) {
      this.record({
        type: 'decisionRefused',
        actor: decision.by,
        via: decision.via,
        message: `${decision.action} refused: ${why ?? ''}`,
      });
      return why ?? '';
    }
    if (decision.action === 'approve' && proposal) {
      proposal.status = 'approved';
      this.memory.abortedWish = '';
      this.memory.rejectedPlan = '';
      proposal.approval = {
        by: decision.by,
        at: new Date(now).toISOString(),
        via: decision.via,
        verified: decision.verified,
        ...(decision.reason ? { comment: decision.reason } : {}),
      };
      if (look) proposal.expiresAt ??= now + look.approval.expiresAfterSeconds * 1000;
      this.#outlastWait();
    } else {
      if (takesBack) this.#carried = undefined;
      else if (proposal) {
        proposal.status = 'rejected';
        proposal.approval = undefined;
      }
      this.memory.rejectedPlan = planHash;
      // Nor does what was approved before cover what is rejected now.
      this.#covering = undefined;
      this.#setAside.forget();
    }
    this.record({
      type: decision.action === 'approve' ? 'planApproved' : 'planRejected',
      planHash,
      actor: decision.by,
      via: decision.via,
      message: `${decision.action === 'approve' ? 'approved' : 'rejected'} by ${decision.by} (${decision.verified ? 'verified' : 'claimed'})${decision.reason ? `: ${decision.reason}` : ''}`,
    });
    return undefined;
  }

  expire(now: number): boolean {
    const { proposal } = this;
    if (!proposal || !isOver(proposal, now)) return false;
    proposal.status = 'expired';
    this.record({
      type: 'planExpired',
      planHash: proposal.plan.hash,
      message: 'nobody decided in time; send retry to have it proposed again',
    });
    return true;
  }

  /** When something is due that nobody says anything about. */
  deadline(now: number): number | undefined {
    const { proposal } = this;
    const window = this.paused ? undefined : this.closedWindow(now);
    const times = [
      proposal?.status === 'awaiting' ? proposal.expiresAt : undefined,
      window && turnOf(window),
      this.#repairs.nextRelease(now),
    ].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The window that an approved plan waits for, as of the last look; undefined: it waits for none. */
  closedWindow(now: number): Window | undefined {
    const window = this.look?.window;
    if (!window || this.running || this.proposal?.status !== 'approved') return undefined;
    return isShut(window, now) ? window : undefined;
  }

  /** Whether the window has opened, or closed, since the last look: the plan starts from a look that has seen it open. */
  windowTurned(now: number): boolean {
    const window = this.paused ? undefined : this.closedWindow(now);
    return window !== undefined && turnOf(window) <= now;
  }

  /** Whether a repair is not held back any more: it goes before what the last look came to without it. */
  repairReleased(now: number): boolean {
    const held = this.#repairs.held(now);
    return this.#heldAtLook.some((object) => !held.includes(object));
  }

  /** When a repair that somebody keeps undoing is made again; undefined: nothing is held back. */
  heldUntil(now: number): number | undefined {
    const { proposal } = this;
    if (proposal?.status !== 'approved' || proposal.plan.kind !== 'drift') return undefined;
    return this.#repairs.notBefore(proposal.plan, now);
  }

  /** A look begins. @returns objects that somebody keeps changing: for now they hold up nothing else */
  beginLook(now: number): readonly string[] {
    this.#heldAtLook = this.#repairs.held(now);
    return this.#heldAtLook;
  }

  /** As of the last look. */
  get foughtObjects(): readonly string[] {
    return this.#heldAtLook;
  }

  /** The plan that may start now. */
  startable(now: number): Proposal | undefined {
    if (this.running || this.paused || this.heldUntil(now) !== undefined || this.closedWindow(now)) return undefined;
    return this.proposal?.status === 'approved' ? this.proposal : undefined;
  }

  /** A plan starts. */
  start(running: NonNullable<EntityState['running']>): void {
    this.running = running;
    const { plan, approval, expiresAt, startedAt } = running;
    if (plan.kind === 'drift') this.#repairs.begun(plan, startedAt);
    else if (plan.rollsBack) this.#covering = undefined;
    else if (approval.via !== 'Policy') this.#covering = approvedPlan(plan, approval, expiresAt);
    if (leadsOn(plan)) this.memory.begun = begunBy(plan);
  }

  /** A plan has ended. */
  end(plan: Plan, outcome: PlanOutcome['outcome']): void {
    const { memory } = this;
    this.halted = undefined;
    this.running = undefined;
    this.proposal = undefined;
    // What is done, or is not wanted any more, was approved once.
    if (plan.kind !== 'drift' && (outcome === 'completed' || outcome === 'rolledBack')) this.#covering = undefined;
    if (outcome === 'aborted') memory.abort(plan);
    if (outcome !== 'completed' || plan.kind === 'drift') return;
    memory.abortedWish = '';
    memory.begun = undefined;
    if (plan.rollsBack) memory.isBack();
    // What a later version renders has come in place of what was rolled back.
    else if (plan.kind === 'operatorUpdate' && memory.rolledBack?.kind === plan.kind) memory.rolledBack = undefined;
  }

  /** Somebody has the running plan rolled back: it is remembered at once, like an abort. */
  rollBack(said: Pick<RolledBack, 'by' | 'via' | 'verified' | 'at'>): void {
    if (this.running) this.memory.rolledBack = wayBackFrom(this.running.plan, said);
  }

  /** Somebody aborts the running plan: of both words the later one counts. */
  abort(): void {
    const { memory, running } = this;
    if (running) memory.abort(running.plan);
    if (memory.rolledBack?.plan === running?.plan.hash) memory.rolledBack = undefined;
  }

  get phase(): EntityPhase {
    if (!this.look) return 'Pending';
    if (this.halted) return 'Halted';
    if (this.running) return this.paused ? 'Paused' : phaseWhile(this.running.plan.kind);
    if (this.look.deleting)
      return this.paused ? 'Paused' : this.proposal?.status === 'awaiting' ? 'AwaitingApproval' : 'Deleting';
    if (this.look.problems.length > 0 && !this.proposal)
      return this.look.problems.every(({ type }) => type === 'RolledBack') ? 'RolledBack' : 'Invalid';
    if (this.paused) return 'Paused';
    if (!this.proposal) return 'Ready';
    if (this.proposal.status !== 'approved') return 'AwaitingApproval';
    return this.look.window?.opensAt === undefined ? phaseWhile(this.proposal.plan.kind) : 'AwaitingWindow';
  }
}

function isHashOf(hash: string, asked: string): boolean {
  return asked.length >= LEAST_PREFIX && hash.startsWith(asked);
}

/** Nobody has decided in time, whether or not anybody has noticed yet. */
function isOver({ status, expiresAt }: Proposal, now: number): boolean {
  return status === 'awaiting' && expiresAt !== undefined && now >= expiresAt;
}

function replacedBy({ hash }: Plan): string {
  return `replaced by plan ${hash.slice(0, 12)}`;
}

function voidWords(approval: ApprovalRecord | undefined): string {
  return approval && approval.via !== 'Policy' ? `; the approval by ${approval.by} is void` : '';
}

function carriedProposal({ plan, ...rest }: Proposal): CarriedProposal {
  return { hash: plan.hash, ...rest };
}

function phaseWhile(kind: PlanKind): EntityPhase {
  switch (kind) {
    case 'install':
      return 'Installing';
    case 'drift':
      return 'Repairing';
    case 'upgrade':
      return 'Upgrading';
    case 'keyRotation':
      return 'Rotating';
    case 'teardown':
      return 'Deleting';
    default:
      return 'Changing';
  }
}

/** Whether what is wished is known all the same: no word about another wish outlives it. */
function leavesWish(problem: Problem): boolean {
  return problem.type === 'RolledBack' || !blocksRollouts(problem);
}
