/** What people have said so far, so that a word counts once and outlives the workflow that heard it. */
import type { Begun, LookResult, ReceivedDecision, Remembered, RolledBack } from '../contract/activities.ts';
import type { Plan } from '../contract/plan.ts';
import { isSameWish } from '../contract/wish-mark.ts';

export class DecisionMemory {
  paused: boolean;
  abortedWish: string;
  rejectedPlan: string;
  begun: Begun | undefined;
  rolledBack: RolledBack | undefined;
  #taken: readonly string[];
  #isKnown: boolean;

  /** @param carried from the run before; absent: the first look tells what an earlier entity has left in the status */
  constructor(carried: Remembered | undefined) {
    this.paused = carried?.paused ?? false;
    this.abortedWish = carried?.abortedWish ?? '';
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
    const { paused, abortedWish, rejectedPlan, begun, rolledBack } = this;
    return {
      taken: this.#taken,
      paused,
      abortedWish,
      rejectedPlan,
      ...(begun ? { begun } : {}),
      ...(rolledBack ? { rolledBack } : {}),
    };
  }

  adopt({ remembered }: LookResult): void {
    this.#isKnown = true;
    this.#taken = remembered.taken;
    this.paused = remembered.paused;
    this.abortedWish = remembered.abortedWish;
    this.rejectedPlan = remembered.rejectedPlan;
    this.begun = remembered.begun;
    this.rolledBack = remembered.rolledBack;
  }

  /**
   * What was begun, or said, of a wish that is no more is over. What is of this one gets its mark, so that an operator
   * that makes another one knows it as well.
   * @param wish mark of what is wished now; empty: it can not be told
   */
  keepOf(wish: string): void {
    if (wish === '') return;
    const { begun, rolledBack } = this;
    this.begun = begun && isSameWish(begun.wish, wish) ? { ...begun, wish } : undefined;
    this.rolledBack = rolledBack && isSameWish(rolledBack.wish, wish) ? { ...rolledBack, wish } : undefined;
    if (isSameWish(this.abortedWish, wish)) this.abortedWish = wish;
  }

  /** A plan without a mark is of no wish, and takes no word about another one away. */
  abort({ wish }: Pick<Plan, 'wish'>): void {
    if (wish !== '') this.abortedWish = wish;
  }

  /** What ran before the plan that was rolled back runs again. */
  isBack(): void {
    if (this.rolledBack && !this.rolledBack.done) this.rolledBack = { ...this.rolledBack, done: true };
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
