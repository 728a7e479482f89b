import type { Sample, SyncStatus } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { advances, condition, unanswered } from './finding.ts';
import type { HealthLimits } from './limits.ts';

/** Whether replicas have the head that there is. Absent where there are none. */
export function following(
  samples: readonly Sample[],
  last: Sample,
  best: SyncStatus | undefined,
  limits: HealthLimits,
): ConditionInput[] {
  const replicas = last.nodes.filter(({ role }) => role === 'Replica');
  if (replicas.length === 0) return [];
  const silent = replicas.filter(({ sync }) => !sync.ok);
  const behind = replicas.flatMap((replica) => {
    if (!replica.sync.ok || !best) return [];
    const head = replica.sync.value.unsafeL2;
    const lag = best.unsafeL2.number - head.number;
    const stale = last.at / 1000 - head.timestamp > limits.maxSafeLagSeconds && !advances(samples, replica.pod);
    // Without a sequencer of ours nobody tells what the best head is: then the age counts.
    return lag > limits.maxReplicaLagBlocks || (!limits.sequencing && stale)
      ? [`${replica.pod} (block ${head.number}, ${lag} behind)`]
      : [];
  });
  const signer = last.contracts?.ok ? last.contracts.value.unsafeBlockSigner : undefined;
  if (behind.length > 0 && signer && limits.signerAddress && signer !== limits.signerAddress) {
    return [
      condition(
        'Following',
        'False',
        'SignerMismatch',
        `Behind: ${behind.join(', ')}. The unsafe block signer of this chain is ${signer}, and the sequencer signs as ${limits.signerAddress}: its blocks are refused, and replicas move only by batches`,
        'set sequencer.signer to the key of that address, or let the owner of the SystemConfig set the signer back (setUnsafeBlockSigner)',
      ),
    ];
  }
  if (behind.length > 0) {
    return [
      condition(
        'Following',
        'False',
        'ReplicaBehind',
        `Behind: ${behind.join(', ')}`,
        'wait while they advance; else look at their peers and at L1',
      ),
    ];
  }
  if (silent.length > 0) return [condition('Following', 'Unknown', 'ReplicaUnreachable', unanswered(silent))];
  return [condition('Following', 'True', 'InSync', `${replicas.length} of ${replicas.length} replicas follow`)];
}
