/** A workflow that takes decisions as the entity does: for the command line's way through Temporal. */
import { condition, defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import { UPDATES } from '../../src/contract/messages.ts';

export async function deciding(plan: string): Promise<void> {
  const taken: unknown[] = [];
  setHandler(
    defineUpdate<string, [{ plan: string }]>(UPDATES.approvePlan),
    (decision) => {
      taken.push(decision);
      return 'accepted';
    },
    {
      validator: (decision) => {
        if (!plan.startsWith(decision.plan)) throw new Error(`the current plan is ${plan.slice(0, 8)}`);
      },
    },
  );
  for (const name of [UPDATES.skipGate, UPDATES.giveUpBlocks])
    setHandler(defineUpdate<string, [unknown]>(name), (move) => {
      taken.push(move);
      return 'accepted';
    });
  setHandler(defineQuery('taken'), () => taken);
  await condition(() => false);
}
