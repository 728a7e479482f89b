/** What people say with `confirmFenced` and `giveUpBlocks`, as clauses of sentences. Pure: workflow code uses it. */
import { FOREIGN } from '../contract/plan.ts';

/** "b is off", and of what has no name that we know: "no other batcher of this chain runs". */
export function isOff(node: string): string {
  switch (node) {
    case FOREIGN['no-foreign-sequencer']:
      return 'no other sequencer of this chain runs';
    case FOREIGN['no-foreign-batcher']:
      return 'no other batcher of this chain runs';
    default:
      return `${node} is off`;
  }
}

export function givenUp(above: number): string {
  return `blocks above ${above} are given up`;
}
