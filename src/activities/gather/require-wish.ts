/** The wish of a network that a step can not do without. */
import { OperatorError } from '../../contract/failures.ts';
import type { StepContext } from '../steps/step-context.ts';
import { gatherWish, type Wish } from './wish.ts';

/** @throws OperatorError NetworkDeleted */
export async function requireWish(context: StepContext): Promise<Wish> {
  const { deps, at, input, signal } = context;
  const wish = await gatherWish(deps, at, signal);
  if (wish && wish.uid === input.uid) return wish;
  throw new OperatorError({
    type: 'NetworkDeleted',
    message: `OptimismNetwork "${at.name}" is gone, or is another one of the same name`,
    fix: 'nothing to do: the next look decides',
  });
}
