/**
 * State of one OptimismNetwork's entity, and every rule about it that needs no Temporal. Small, and only a cache: it
 * can be thrown away at any moment and is rebuilt from the cluster by the next look.
 */
import type {
  ApprovalRecord,
  EntityPhase,
  Happening,
  LookResult,
  ReceivedDecision,
  Remembered,
} from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';
import { componentKey, type Plan, type PlanKind } from '../contract/plan.ts';
import { asksAfterAbort } from '../plan/approval-policy.ts';
import { driftSentence } from '../status/drift-sentence.ts';
import { type PastRepair, RepairPace } from './repair-pace.ts';

export interface Proposal {
  readonly plan: Plan;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  status: 'awaiting' | 'approved' | 'rejected' | 'expired';
  approval: ApprovalRecord | undefined;
}

/** What survives continue-as-new. */
export interface CarriedState {
  readonly schema: 1;
  /** Uid of the OptimismNetwork that all this is about. */
  readonly uid?: string;
  readonly paused: boolean;
  /** Revision whose plan a person has aborted: its next plan asks first, whatever the policy. */
  readonly abortedRevision: string;
  readonly rejectedPlan: string;
  readonly taken: readonly string[];
  readonly counter: number;
  readonly repairs?: readonly PastRepair[];
  readonly covering?: Covering;
  /** The plan that waits, with its absolute deadline: a fresh run does not ask anew. */
  readonly proposal?: CarriedProposal;
}

type CarriedProposal = Omit<Proposal, 'plan'> & { readonly hash: string };

/** What a person has approved, for the remainder that a repair or a crash leaves of it. */
interface Covering {
  readonly revision: string;
  readonly kind: PlanKind;
  readonly steps: readonly string[];
  readonly approval: ApprovalRecord;
  readonly expiresAt: number | undefined;
}

export class EntityState {
  look: LookResult | undefined;
  proposal: Proposal | undefined;
  halted: { step: string; problem: Problem } | undefined;
  pausedByCommand: boolean;
  abortedRevision: string;
  rejectedPlan: string;
  running:
    | (Pick<Proposal, 'plan' | 'createdAt' | 'expiresAt'> & {
        workflowId: string;
        startedAt: number;
        approval: ApprovalRecord;
      })
    | undefined;
  readonly happenings: Happening[] = [];
  #taken: readonly string[];
  #counter: number;
  #carried: CarriedProposal | undefined;
  /** Nothing was handed over: what is found now was said to an earlier entity. */
  #fresh: boolean;

  readonly #carriedUid: string | undefined;
  readonly #repairs: RepairPace;
  #covering: Covering | undefined;

  constructor(carried?: CarriedState) {
    this.#carriedUid = carried?.uid;
    this.#repairs = new RepairPace(carried?.repairs);
    this.#covering = carried?.covering;
    this.pausedByCommand = carried?.paused ?? false;
    this.abortedRevision = carried?.abortedRevision ?? '';
    this.rejectedPlan = carried?.rejectedPlan ?? '';
    this.#taken = carried?.taken ?? [];
    this.#counter = carried?.counter ?? 0;
    this.#carried = carried?.proposal;
    this.#fresh = carried === undefined;
  }

  carry(): CarriedState {
    return {
      schema: 1,
      ...(this.uid === undefined ? {} : { uid: this.uid }),
      paused: this.pausedByCommand,
      abortedRevision: this.abortedRevision,
      rejectedPlan: this.rejectedPlan,
      taken: this.#taken,
      counter: this.#counter,
      repairs: this.#repairs.carry(),
      ...(this.#covering ? { covering: this.#covering } : {}),
      ...(this.proposal ? { proposal: carriedProposal(this.proposal) } : {}),
    };
  }

  /** Uid of the network as it was last seen. */
  get uid(): string | undefined {
    return this.look?.uid ?? this.#carriedUid;
  }

  get paused(): boolean {
    return this.pausedByCommand || (this.look?.paused ?? false);
  }

  record(happening: Omit<Happening, 'n'>): void {
    this.#counter += 1;
    this.happenings.push({ ...happening, n: this.#counter });
  }

  /**
   * Decisions of a look that were not taken before: an annotation stays where it is and is read by every look. An entity
   * that follows a terminated one begins with what the status remembers of that.
   */
  newDecisions(look: LookResult): ReceivedDecision[] {
    if (this.#fresh) this.#adopt(look);
    const fresh = look.decisions.filter(({ key }) => !this.#taken.includes(key));
    this.#taken = look.decisions.map(({ key }) => key);
    const rejected = fresh.filter(({ action }) => action === 'reject').map(({ plan }) => plan);
    return fresh.filter((decision) => {
      if (decision.action !== 'approve' || !rejected.includes(decision.plan)) return true;
      this.record({
        type: 'decisionRefused',
        actor: decision.by,
        via: decision.via,
        message: 'approve refused: the same plan is rejected by an annotation that is as new',
      });
      return false;
    });
  }

  #adopt({ remembered, awaiting }: LookResult): void {
    this.#fresh = false;
    this.#taken = remembered.taken;
    this.pausedByCommand = remembered.paused;
    this.abortedRevision = remembered.abortedRevision;
    this.rejectedPlan = remembered.rejectedPlan;
    if (!awaiting) return;
    const { hash } = awaiting;
    this.#carried = {
      hash,
      createdAt: Date.parse(awaiting.createdAt),
      expiresAt: Date.parse(awaiting.expiresAt),
      status: hash === this.rejectedPlan ? 'rejected' : 'awaiting',
      approval: undefined,
    };
  }

  get remembered(): Remembered {
    const { pausedByCommand, abortedRevision, rejectedPlan } = this;
    return { taken: this.#taken, paused: pausedByCommand, abortedRevision, rejectedPlan };
  }

  /** What a look has to know; undefined: nothing is known yet. */
  get knownAborted(): string | undefined {
    return this.#fresh ? undefined : this.abortedRevision;
  }

  /** Takes the result of a look: keeps, replaces or drops the proposal. */
  takeLook(look: LookResult, now: number): void {
    this.look = look;
    if (this.running) return;
    const { plan } = look;
    // A look with problems has a plan only where they do not stand in its way: repairs and teardown.
    if (!plan) {
      this.#dropProposal('nothing is left of it to do');
      return;
    }
    const asksNow = look.approval.required && this.proposal?.approval?.via === 'Policy';
    if (this.proposal?.plan.hash === plan.hash && !asksNow) return;
    this.#dropProposal(asksNow ? 'the policy asks for approval now' : `replaced by plan ${plan.hash.slice(0, 12)}`);
    this.#propose(plan, look, now);
  }

  /**
   * A fresh proposal of the plan that expired, was rejected, or is a repair that is held back. One that a person has
   * aborted still asks.
   */
  proposeAgain(now: number): void {
    this.rejectedPlan = '';
    this.#repairs.forget();
    const { look } = this;
    if (look?.plan && !this.running) this.#propose(look.plan, look, now);
  }

  #propose(plan: Plan, look: LookResult, now: number): void {
    const carried = this.#carried;
    this.#carried = undefined;
    if (carried?.hash === plan.hash) {
      const { hash: _, ...rest } = carried;
      this.proposal = { plan, ...rest };
      return;
    }
    const aborted = asksAfterAbort(plan, this.abortedRevision);
    const asks = look.approval.required || aborted;
    const at = new Date(now).toISOString();
    const inherited = aborted ? undefined : (look.approval.inherited ?? this.#covered(plan, now));
    const approval: ApprovalRecord | undefined = asks
      ? inherited && { ...inherited, via: 'Inherited' }
      : { by: 'policy', at, via: 'Policy', verified: true };
    this.proposal = {
      plan,
      createdAt: now,
      expiresAt: asks ? now + look.approval.expiresAfterSeconds * 1000 : undefined,
      status: approval ? 'approved' : this.rejectedPlan === plan.hash ? 'rejected' : 'awaiting',
      approval,
    };
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
          approval.via === 'Policy'
            ? `approved by policy for plans of kind ${plan.kind}`
            : `approval by ${approval.by} covers this remainder`,
      });
    }
    const until = this.heldUntil(now);
    if (until !== undefined)
      this.record({
        type: 'repairHeld',
        planHash: plan.hash,
        message: `somebody keeps undoing this repair; it is made again at ${new Date(until).toISOString()}`,
      });
  }

  /** The approval of a plan that a repair has interrupted covers what is left of it. */
  #covered({ desiredRevision, kind, steps }: Plan, now: number): ApprovalRecord | undefined {
    const covering = this.#covering;
    if (covering?.revision !== desiredRevision || covering.kind !== kind) return undefined;
    if (covering.expiresAt !== undefined && now >= covering.expiresAt) return undefined;
    return steps.every((step) => covering.steps.includes(stepKey(step))) ? covering.approval : undefined;
  }

  #dropProposal(why: string): void {
    const { proposal } = this;
    if (proposal && proposal.status !== 'rejected' && proposal.status !== 'expired') {
      this.record({ type: 'planSuperseded', planHash: proposal.plan.hash, message: why });
    }
    this.proposal = undefined;
  }

  /** Whether a decision on a plan counts; a text says why not and what would. */
  refusal(decision: Pick<ReceivedDecision, 'action' | 'plan' | 'via'>): string | undefined {
    const { proposal, look } = this;
    if (look && !look.approval.sources.includes(decision.via)) {
      return `decisions through ${decision.via} do not count here (spec.approval.sources is ${look.approval.sources.join(', ')})`;
    }
    if (!proposal) {
      return this.running
        ? `plan ${this.running.plan.hash.slice(0, 12)} is already running: there is nothing to decide`
        : 'no plan is waiting for a decision';
    }
    const asked = decision.plan ?? '';
    const current = `the current plan is ${proposal.plan.hash.slice(0, 12)} (${proposal.plan.summary})`;
    if (!proposal.plan.hash.startsWith(asked) || asked.length < 8)
      return `plan ${asked.slice(0, 64)} is not the one that waits; ${current}`;
    if (proposal.status === 'expired') return `plan ${asked} has expired; send retry to have it proposed again`;
    // What has not begun can still be taken back.
    const isRevoked = decision.action === 'reject' && !this.running;
    if (proposal.status === 'approved' && !isRevoked) return `plan ${asked} is approved already`;
    if (proposal.status === 'rejected' && decision.action === 'reject') return `plan ${asked} is rejected already`;
    return undefined;
  }

  decide(decision: ReceivedDecision, now: number): void {
    const why = this.refusal(decision);
    const { proposal } = this;
    if (why || !proposal) {
      this.record({
        type: 'decisionRefused',
        actor: decision.by,
        via: decision.via,
        message: `${decision.action} refused: ${why ?? ''}`,
      });
      return;
    }
    if (decision.action === 'approve') {
      proposal.status = 'approved';
      this.abortedRevision = '';
      proposal.approval = {
        by: decision.by,
        at: new Date(now).toISOString(),
        via: decision.via,
        verified: decision.verified,
        ...(decision.reason ? { comment: decision.reason } : {}),
      };
    } else {
      proposal.status = 'rejected';
      proposal.approval = undefined;
      this.rejectedPlan = proposal.plan.hash;
    }
    this.record({
      type: decision.action === 'approve' ? 'planApproved' : 'planRejected',
      planHash: proposal.plan.hash,
      actor: decision.by,
      via: decision.via,
      message: `${decision.action === 'approve' ? 'approved' : 'rejected'} by ${decision.by} (${decision.verified ? 'verified' : 'claimed'})${decision.reason ? `: ${decision.reason}` : ''}`,
    });
  }

  expire(now: number): boolean {
    const { proposal } = this;
    if (proposal?.status !== 'awaiting' || proposal.expiresAt === undefined || now < proposal.expiresAt) return false;
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
    return this.proposal?.status === 'awaiting' ? this.proposal.expiresAt : this.heldUntil(now);
  }

  /** When a repair that somebody keeps undoing is made again; undefined: nothing is held back. */
  heldUntil(now: number): number | undefined {
    const { proposal } = this;
    if (proposal?.status !== 'approved' || proposal.plan.kind !== 'drift') return undefined;
    return this.#repairs.notBefore(proposal.plan.hash, now);
  }

  /** The plan that may start now. */
  startable(now: number): Proposal | undefined {
    if (this.running || this.paused || this.heldUntil(now) !== undefined) return undefined;
    return this.proposal?.status === 'approved' ? this.proposal : undefined;
  }

  /** A plan starts. */
  start(running: NonNullable<EntityState['running']>): void {
    this.running = running;
    const { plan, approval, expiresAt, startedAt } = running;
    if (plan.kind === 'drift') this.#repairs.begun(plan.hash, startedAt);
    else if (approval.via !== 'Policy')
      this.#covering = {
        revision: plan.desiredRevision,
        kind: plan.kind,
        steps: plan.steps.map(stepKey),
        approval,
        expiresAt,
      };
  }

  get phase(): EntityPhase {
    if (!this.look) return 'Pending';
    if (this.halted) return 'Halted';
    if (this.running) return this.paused ? 'Paused' : phaseWhile(this.running.plan.kind);
    if (this.look.deleting)
      return this.paused ? 'Paused' : this.proposal?.status === 'awaiting' ? 'AwaitingApproval' : 'Deleting';
    if (this.look.problems.length > 0 && !this.proposal) return 'Invalid';
    if (this.paused) return 'Paused';
    if (this.proposal)
      return this.proposal.status === 'approved' ? phaseWhile(this.proposal.plan.kind) : 'AwaitingApproval';
    return 'Ready';
  }
}

/** Also what a look compares by, when it finds an approval in the status (inherited-approval.ts). */
function stepKey({ type, component, gate }: Plan['steps'][number]): string {
  return `${type} ${componentKey(component)} ${gate ?? ''}`;
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
