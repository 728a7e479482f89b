/**
 * Step `awaitOnChain`: the contracts on L1 are in a state that their owners bring about. Nothing is sent. What is missing
 * is in `status.pendingOnChain` for as long as it is waited for.
 */
import { isDeepStrictEqual } from 'node:util';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { OperatorError } from '../../contract/failures.ts';
import { type MissingOnChain, missingOnChain, missingWords, pendingOnChain } from '../../plan/on-chain.ts';
import { isComplete } from '../desire.ts';
import { checkChain } from '../gather/check-chain.ts';
import { requireWish } from '../gather/require-wish.ts';
import { changeStatus } from '../state/change-status.ts';
import type { StepContext } from './step-context.ts';

/** It may take a week: L1 is left in peace, and the chain has no proposals only for so much longer than it must. */
const POLL_SECONDS = 20;
/** What another look has read since then is taken. */
const FRESH_MS = 15_000;

export async function awaitOnChain(context: StepContext): Promise<string> {
  const { deps, input, signal } = context;
  const upgrade = input.step.onChain;
  if (!upgrade)
    throw new OperatorError({
      type: 'NotSupportedYet',
      message: `step ${input.step.id} does not say what it waits for: the plan was made by another version of the operator`,
      fix: 'abort the plan: the next look makes one that fits',
    });
  const wish = await requireWish(context);
  const seen = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const options = { installed: false, now: deps.now(), signal, seen: seen.contracts, freshMs: FRESH_MS };
  const { discovery, problems } = isComplete(wish) ? await checkChain(wish, options) : { problems: wish.problems };
  if (!discovery) {
    const [problem] = problems;
    const why = problem?.message ?? 'spec.l1.rpc is not known';
    throw context.notYet(`the contracts on L1 can not be read: ${why}`, problem?.fix ?? 'see that L1 answers', 5);
  }
  const missing = missingOnChain(upgrade, discovery);
  await show(context, missing, seen);
  if (missing.length === 0)
    return `L1 respects games of type ${upgrade.gameType}, and has an implementation of them (block ${discovery.blockNumber})`;
  const { message, fix } = missingWords(missing);
  throw new OperatorError(
    { type: 'AwaitingOnChainChange', message: `${message} (L1 block ${discovery.blockNumber})`, fix },
    { retryAfterSeconds: POLL_SECONDS },
  );
}

/** When the plan ends otherwise, its report takes it away. */
async function show(
  context: StepContext,
  missing: readonly MissingOnChain[],
  seen: OptimismNetworkStatus,
): Promise<void> {
  const { deps, input, at, attempt } = context;
  const pending = pendingOnChain(missing);
  if (isDeepStrictEqual(seen.pendingOnChain ?? [], pending)) return;
  await context.act('pending', () =>
    changeStatus<OptimismNetworkStatus>(
      deps.kube,
      { kind: 'OptimismNetwork', ...at, uid: input.uid },
      ({ pendingOnChain: _, ...status }) => ({
        ...status,
        ...(pending.length > 0 ? { pendingOnChain: pending } : {}),
      }),
      attempt,
    ),
  );
}
