/** L1 answers, before something is stopped that has to be seen on L1 afterwards. */
import { takeSample } from '../../chain/sample.ts';
import type { Sample } from '../../chain/samples.ts';
import { OperatorError } from '../../contract/failures.ts';
import { isRightL1, l1Reachable } from '../../plan/gates/l1-reachable.ts';
import { gateContext } from '../gather/gate-context.ts';
import type { Wish } from '../gather/wish.ts';
import type { StepContext } from './step-context.ts';

/**
 * L1 makes blocks, and knows the batcher's account. Without beacon node: who sends does not read from it. Where the spec
 * skips the gate, its blocks may be of any age.
 * @throws OperatorError NotReadyYet with what does not answer, or what is wrong with it
 */
export async function requireL1(context: StepContext, wish: Wish): Promise<void> {
  const { deps, input, signal, startedAt } = context;
  const { name } = input.step.component;
  const { network, l1Url, batcherAddress } = wish;
  const sample = await takeSample(
    {
      ...(l1Url ? { l1: { rpc: l1Url } } : {}),
      ...(batcherAddress ? { batcher: { address: batcherAddress } } : {}),
      pods: [],
    },
    signal,
  );
  const facts = gateContext(wish, input.step, { startedAt, now: deps.now(), takesOver: false, sample });
  const isSkipped = network?.spec.rollout.skipGates?.includes('l1-reachable') === true;
  const verdict = isSkipped ? isRightL1(sample, facts) : l1Reachable([sample], facts);
  if (verdict.outcome === 'fail')
    throw new OperatorError({ type: verdict.reason, message: verdict.message, fix: verdict.fix });
  const [missing, fix] = verdict.outcome === 'wait' ? [verdict.message, fixOfL1(sample)] : accountOf(sample, wish);
  if (missing !== undefined) throw context.notYet(`${name} goes on until L1 can be seen: ${missing}`, fix);
}

const SEE_L1 = 'see that L1 answers';

function fixOfL1({ l1 }: Sample): string {
  if (!l1?.ok) return SEE_L1;
  if (l1.value.syncing) return 'wait until the L1 node is synced, or name another one in spec.l1.rpc';
  return 'see that L1 makes blocks. Where they are that far apart: more in spec.rollout.gates.l1Reachable.maxHeadAge; to go on all the same: l1-reachable in spec.rollout.skipGates';
}

/** @returns why it is not seen, and what to do */
function accountOf({ batcher }: Sample, { batchers }: Wish): [missing: string | undefined, fix: string] {
  if (batcher) return [batcher.ok ? undefined : `its account can not be read: ${batcher.error}`, SEE_L1];
  const [signer] = batchers.map(({ spec }) => spec.signer.secretKeyRef ?? spec.signer.mnemonicSecretRef);
  const where = signer ? `Secret "${signer.name}" is there, with "${signer.key}"` : 'spec.signer names a key';
  return ['its address is unknown', `see that ${where}`];
}
