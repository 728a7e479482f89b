/** What is seen of a proposer, on L1 and of its pod, as the status of its OpProposer. Pure. */
import type { OpProposerStatus } from '../api/op-proposer.ts';
import type { Sample } from '../chain/samples.ts';
import { timestamp } from './conditions.ts';
import type { Facts } from './facts.ts';

export interface ProposerFactsInput {
  /** Name of its pod, if there is one. */
  readonly pod: string | undefined;
  readonly sample: Pick<Sample, 'proposer' | 'servicePods'>;
  readonly intervalSeconds: number;
  readonly before: OpProposerStatus;
}

/** What L1 or the pod do not answer now stays as it was; a pod that is gone has no version. */
export function proposerFacts({ pod, sample, intervalSeconds, before }: ProposerFactsInput): Facts<OpProposerStatus> {
  const account = sample.proposer?.ok ? sample.proposer.value : undefined;
  const version = sample.servicePods?.find((item) => item.pod === pod)?.version;
  const last = account?.lastProposal;
  const seconds = (at: number) => timestamp(new Date(at * 1000));
  return {
    fields: {
      pod,
      version: pod === undefined ? undefined : version?.ok ? version.value : before.version,
      ...(account ? { address: account.address, balance: account.balanceWei } : {}),
      ...(last
        ? {
            lastGame: {
              ...(last.address === undefined ? {} : { address: last.address }),
              ...(last.gameType === undefined ? {} : { gameType: last.gameType }),
              l2Block: last.l2Block,
              at: seconds(last.timestamp),
            },
            nextDue: seconds(last.timestamp + intervalSeconds),
          }
        : {}),
    },
    signs: ({ address, version: shown, pod: of, lastGame }) => ({ address, shown, of, game: lastGame?.address }),
  };
}
