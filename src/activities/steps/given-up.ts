/** Blocks that a person gives up: those above the one that the sequencer which is to start stands at. Pure. */
import type { StepInput } from '../../contract/activities.ts';

type GivenUp = NonNullable<StepInput['givenUp']>[number];

/** Who has said so at this step. The block that was named binds: once it has another one, other blocks are lost. */
export function givenUpAbove(head: number, input: StepInput): GivenUp | undefined {
  return saidHere(input).find(({ above }) => above === head);
}

/**
 * Why what was said does not count for a sequencer that stands at this block.
 * @returns the end of a sentence; empty when nothing was said
 */
export function notGivenUp(head: number, input: StepInput): string {
  const said = saidHere(input).at(-1);
  return said && said.above !== head
    ? `; what ${said.by} has given up is above ${said.above}, where it does not stand`
    : '';
}

function saidHere({ givenUp = [], step }: StepInput): readonly GivenUp[] {
  return givenUp.filter((said) => said.step === step.id);
}
