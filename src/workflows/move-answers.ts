/**
 * Moves that are about one step of the plan: to skip a gate, to confirm that something is off, to give blocks up. Only
 * the child knows which step it is at, so none of them counts, and nobody is told that it does, before it has answered.
 */
import { condition } from '@temporalio/workflow';
import type { ReceivedDecision } from '../contract/activities.ts';
import type { MoveAnswer } from '../contract/child-messages.ts';

export class MoveAnswers {
  readonly #record: (decision: ReceivedDecision, refused: string | undefined) => void;
  readonly #open = new Map<string, ReceivedDecision>();
  /** Key of a decision → why it was refused; undefined: it counts. */
  readonly #answers = new Map<string, string | undefined>();
  #closed: string | undefined;

  /** @param record called with each answer of the child */
  constructor(record: (decision: ReceivedDecision, refused: string | undefined) => void) {
    this.#record = record;
  }

  /** Is passed on to the child. */
  asked(decision: ReceivedDecision): void {
    this.#open.set(decision.key, decision);
  }

  /** Here, and not by the child. @param refused why; undefined: it counts */
  decided({ key }: ReceivedDecision, refused: string | undefined): void {
    this.#answers.set(key, refused);
  }

  /** @returns false when nobody has asked */
  answered({ key, refused }: MoveAnswer): boolean {
    const decision = this.#open.get(key);
    if (!decision) return false;
    this.#open.delete(key);
    this.#answers.set(key, refused);
    this.#record(decision, refused);
    return true;
  }

  /** The child is no more. */
  refuseOpen(why: string): void {
    for (const key of [...this.#open.keys()]) this.answered({ key, refused: why });
  }

  /** Nobody answers any more. */
  close(why: string): void {
    this.refuseOpen(why);
    this.#closed = why;
  }

  /** Waits for the answer. @returns why it was refused; undefined: it counts */
  async answerTo(key: string): Promise<string | undefined> {
    await condition(() => this.#answers.has(key) || this.#closed !== undefined);
    return this.#answers.has(key) ? this.#answers.get(key) : this.#closed;
  }
}
