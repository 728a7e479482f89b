/**
 * What people have said to a running plan of what is off, and of blocks that are given up. Each word is about the step
 * that was waiting for it, and names what that step asks for; what it was said about changes, so it does not last.
 */
import type { StepInput } from '../contract/activities.ts';
import type { Move } from '../contract/child-messages.ts';
import { FOREIGN, type Step } from '../contract/plan.ts';

type Fenced = StepInput['fencedNodes'][number];
type GivenUp = NonNullable<StepInput['givenUp']>[number];

export class PlanWords {
  #fenced: readonly Fenced[] = [];
  #givenUp: readonly GivenUp[] = [];

  /** As steps get it: what was off for an earlier step does not answer a later one either. */
  get input(): Pick<StepInput, 'fencedNodes' | 'givenUp'> {
    return { fencedNodes: this.#fenced, givenUp: this.#givenUp };
  }

  get count(): number {
    return this.#fenced.length + this.#givenUp.length;
  }

  /** @returns why it is not what the step asks for; undefined: it counts */
  takeFenced(step: Step, { node, by, reason }: Extract<Move, { type: 'confirmFenced' }>): string | undefined {
    const words = (step.gates ?? []).flatMap((gate) => FOREIGN[gate] ?? []);
    const asksForSequencer =
      step.type === 'startSequencer' || step.type === 'handOverSequencer' || step.gates?.includes('single-sequencer');
    const isWord = Object.values(FOREIGN).includes(node);
    if (isWord ? words.includes(node) : asksForSequencer) {
      this.#fenced = [...this.#fenced, { node, by, reason, step: step.id }];
      return undefined;
    }
    if (asksForSequencer)
      return `the plan asks which sequencer is off, by the name of its OpNode, its pod or its Kubernetes node, and not for ${node}: ${step.summary}`;
    if (words.length > 0) return `the plan asks for ${words.join(' or ')} now, and not for ${node}: ${step.summary}`;
    return doesNotAsk(step);
  }

  /** @returns why it is not what the step asks for; undefined: it counts */
  takeGivenUp(step: Step, { above, by, reason }: Extract<Move, { type: 'giveUpBlocks' }>): string | undefined {
    if (step.type !== 'startSequencer' && !step.gates?.includes('no-foreign-sequencer')) return doesNotAsk(step);
    this.#givenUp = [...this.#givenUp, { above, by, reason, step: step.id }];
    return undefined;
  }

  /** What was off may be on again. */
  forget({ id }: Step): void {
    this.#fenced = this.#fenced.filter(({ step }) => step !== id);
    this.#givenUp = this.#givenUp.filter(({ step }) => step !== id);
  }
}

function doesNotAsk({ summary }: Step): string {
  return `the plan does not ask for it now: ${summary}`;
}
