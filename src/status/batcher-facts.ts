/** What is seen of a batcher, on L1 and of its pod, as the status of its OpBatcher. Pure. */
import type { OpBatcherStatus } from '../api/op-batcher.ts';
import type { Sample } from '../chain/samples.ts';
import { timestamp } from './conditions.ts';
import type { Facts } from './facts.ts';

/** A repair of a batcher that was away for some minutes only asks less (plan/batcher-absence.ts). */
const READY_EVERY_MS = 3 * 60_000;

export interface BatcherFactsInput {
  /** Name of its pod, if there is one. */
  readonly pod: string | undefined;
  readonly isReady: boolean;
  readonly sample: Pick<Sample, 'batcher' | 'servicePods'>;
  readonly before: OpBatcherStatus;
  readonly now: Date;
}

/** What L1 or the pod do not answer now stays as it was; a pod that is gone has no version. */
export function batcherFacts({ pod, isReady, sample, before, now }: BatcherFactsInput): Facts<OpBatcherStatus> {
  const account = sample.batcher?.ok ? sample.batcher.value : undefined;
  const version = sample.servicePods?.find((item) => item.pod === pod)?.version;
  const unsaidMs = now.getTime() - (Date.parse(before.readyAt ?? '') || 0);
  const last = account?.lastInboxTransaction;
  return {
    fields: {
      pod,
      readyAt: isReady && unsaidMs >= READY_EVERY_MS ? timestamp(now) : before.readyAt,
      version: pod === undefined ? undefined : version?.ok ? version.value : before.version,
      ...(account
        ? {
            address: account.address,
            balance: account.balanceWei,
            pending: Math.max(0, account.noncePending - account.nonceLatest),
          }
        : {}),
      ...(last
        ? {
            lastInboxTransaction: {
              hash: last.hash,
              block: last.blockNumber,
              at: timestamp(new Date(last.timestamp * 1000)),
            },
          }
        : {}),
    },
    signs: ({ address, version: shown, pod: of }) => ({ address, shown, of }),
  };
}
