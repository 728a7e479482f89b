/** What is seen of a challenger, on L1 and in its metrics, as the status of its OpChallenger. Pure. */
import type { OpChallengerStatus } from '../api/op-challenger.ts';
import type { Sample } from '../chain/samples.ts';
import type { Facts } from './facts.ts';

export interface ChallengerFactsInput {
  /** Name of the OpChallenger. */
  readonly challenger: string;
  /** Name of its pod, if there is one. */
  readonly pod: string | undefined;
  readonly sample: Pick<Sample, 'challengers'>;
  readonly before: OpChallengerStatus;
}

/** What L1 or the pod do not answer now stays as it was; a pod that is gone has no version. */
export function challengerFacts(input: ChallengerFactsInput): Facts<OpChallengerStatus> {
  const { challenger, pod, sample, before } = input;
  const seen = sample.challengers?.find((item) => item.challenger === challenger);
  const account = seen?.account?.ok ? seen.account.value : undefined;
  const metrics = seen?.metrics?.ok ? seen.metrics.value : undefined;
  return {
    fields: {
      pod,
      version: pod === undefined ? undefined : (metrics?.version ?? before.version),
      ...(account ? { address: account.address, balance: account.balanceWei } : {}),
      ...(metrics
        ? {
            trackedGames: metrics.trackedGames,
            claimFailures: metrics.claimFailures,
            l1Head: metrics.highestActedL1Block,
          }
        : {}),
    },
    signs: ({ address, version, pod: of, claimFailures }) => ({ address, version, of, claimFailures }),
  };
}
