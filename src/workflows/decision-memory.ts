/** What people have said so far, so that a word counts once and outlives the workflow that heard it. */
import type { Begun, LookResult, ReceivedDecision, Remembered, RolledBack } from '../contract/activities.ts';

export class DecisionMemory {
  paused: boolean;
  abortedRevision: string;
  rejectedPlan: string;
  begun: Begun | undefined;
  rolledBack: RolledBack | undefined;
  #taken: readonly string[];
  #isKnown: boolean;

  /** @param carried from the run before; absent: the first look tells what an earlier entity has left in the status */
  constructor(carried: Remembered | undefined) {
    this.paused = carried?.paused ?? false;
    this.abortedRevision = carried?.abortedRevision ?? '';
    this.rejectedPlan = carried?.rejectedPlan ?? '';
    this.begun = carried?.begun;
    this.rolledBack = carried?.rolledBack;
    this.#taken = carried?.taken ?? [];
    this.#isKnown = carried !== undefined;
  }

  /** Whether it holds more than what this run has heard. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get remembered(): Remembered {
    const { paused, abortedRevision, rejectedPlan, begun, rolledBack } = this;
    return {
      taken: this.#taken,
      paused,
      abortedRevision,
      rejectedPlan,
      ...(begun ? { begun } : {}),
      ...(rolledBack ? { rolledBack } : {}),
    };
  }

  adopt({ remembered }: LookResult): void {
    this.#isKnown = true;
    this.#taken = remembered.taken;
    this.paused = remembered.paused;
    this.abortedRevision = remembered.abortedRevision;
    this.rejectedPlan = remembered.rejectedPlan;
    this.begun = remembered.begun;
    this.rolledBack = remembered.rolledBack;
  }

  /** What was begun, or said, of a wish that is no more is over. */
  forgetOthers(revision: string): void {
    if (this.begun?.revision !== revision) this.begun = undefined;
    if (this.rolledBack?.revision !== revision) this.rolledBack = undefined;
  }

  /**
   * Decisions of a look that were not taken before: an annotation stays where it is and is read by every look. One that
   * approves what another, as new, rejects counts as contradicted.
   */
  take({ decisions }: LookResult): { fresh: ReceivedDecision[]; contradicted: ReceivedDecision[] } {
    const untaken = decisions.filter(({ key }) => !this.#taken.includes(key));
    this.#taken = decisions.map(({ key }) => key);
    const rejected = untaken.filter(({ action }) => action === 'reject').map(({ plan }) => plan);
    const isContradicted = ({ action, plan }: ReceivedDecision) => action === 'approve' && rejected.includes(plan);
    return {
      fresh: untaken.filter((decision) => !isContradicted(decision)),
      contradicted: untaken.filter(isContradicted),
    };
  }
}
