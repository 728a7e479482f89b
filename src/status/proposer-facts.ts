/** What is seen of a proposer, on L1 and of its pod, as the status of its OpProposer. Pure. */
import type { OpProposerStatus } from '../api/op-proposer.ts';
import type { Proposal, Sample } from '../chain/samples.ts';
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
  return {
    fields: {
      pod,
      version: pod === undefined ? undefined : version?.ok ? version.value : before.version,
      ...(account ? { address: account.address, balance: account.balanceWei } : {}),
      ...(account?.lastProposal ? proposed(account.lastProposal, account.intervalSeconds ?? intervalSeconds) : {}),
    },
    signs: ({ address, version: shown, pod: of, lastGame }) => ({ address, shown, of, game: lastGame?.address }),
  };
}

function proposed(
  { address, gameType, l2Block, timestamp: at }: Proposal,
  intervalSeconds: number,
): Pick<OpProposerStatus, 'lastGame' | 'nextDue'> {
  const seconds = (time: number) => timestamp(new Date(time * 1000));
  return {
    lastGame: {
      ...(address === undefined ? {} : { address }),
      ...(gameType === undefined ? {} : { gameType }),
      l2Block,
      at: seconds(at),
    },
    nextDue: seconds(at + intervalSeconds),
  };
}
