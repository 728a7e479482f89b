/** L1 answers, before something is stopped that has to be seen on L1 afterwards. */
import { takeSample } from '../../chain/sample.ts';
import { OperatorError } from '../../contract/failures.ts';
import { l1Reachable } from '../../plan/gates/l1-reachable.ts';
import { gateContext } from '../gather/gate-context.ts';
import type { Wish } from '../gather/wish.ts';
import type { StepContext } from './step-context.ts';

/**
 * L1 makes blocks, and knows the batcher's account. Without beacon node: who sends does not read from it.
 * @throws OperatorError NotReadyYet with what does not answer, or what is wrong with it
 */
export async function requireL1(context: StepContext, wish: Wish): Promise<void> {
  const { deps, input, signal, startedAt } = context;
  const { name } = input.step.component;
  const { l1Url, batcherAddress } = wish;
  const sample = await takeSample(
    {
      ...(l1Url ? { l1: { rpc: l1Url } } : {}),
      ...(batcherAddress ? { batcher: { address: batcherAddress } } : {}),
      pods: [],
    },
    signal,
  );
  const moment = { startedAt, now: deps.now(), takesOver: false, sample };
  const verdict = l1Reachable([sample], gateContext(wish, input.step, moment));
  if (verdict.outcome === 'fail')
    throw new OperatorError({ type: verdict.reason, message: verdict.message, fix: verdict.fix });
  const { batcher } = sample;
  const unknown = batcher?.ok
    ? undefined
    : batcher
      ? `its account can not be read: ${batcher.error}`
      : 'its address is unknown';
  const missing = verdict.outcome === 'wait' ? verdict.message : unknown;
  if (missing !== undefined)
    throw context.notYet(`${name} goes on until L1 can be seen: ${missing}`, 'see that L1 answers');
}
