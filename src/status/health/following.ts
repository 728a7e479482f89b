import type { NodeSample, Sample, SyncStatus } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { behindForeignChain } from '../follows.ts';
import { condition, unanswered } from './finding.ts';
import type { HealthLimits } from './limits.ts';

/** Whether replicas have the head that there is. Absent where there are none. */
export function following(last: Sample, best: SyncStatus | undefined, limits: HealthLimits): ConditionInput[] {
  const replicas = last.nodes.filter(({ role }) => role === 'Replica');
  if (replicas.length === 0) return [];
  const silent = replicas.filter(({ sync }) => !sync.ok);
  const behind = replicas.flatMap((replica) => {
    const why = behindBest(replica, best, limits) ?? behindChain(replica, last, limits);
    return why === undefined ? [] : [`${replica.pod} (${why})`];
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
    const orTheirs = limits.foreign ? ', and whether their chain makes blocks at all' : '';
    return [
      condition(
        'Following',
        'False',
        'ReplicaBehind',
        `Behind: ${behind.join(', ')}`,
        `wait while they advance; else look at their peers and at L1${orTheirs}`,
      ),
    ];
  }
  if (silent.length > 0) return [condition('Following', 'Unknown', 'ReplicaUnreachable', unanswered(silent))];
  return [condition('Following', 'True', 'InSync', `${replicas.length} of ${replicas.length} replicas follow`)];
}

function behindBest({ sync }: NodeSample, best: SyncStatus | undefined, limits: HealthLimits): string | undefined {
  if (!sync.ok || !best) return undefined;
  const lag = best.unsafeL2.number - sync.value.unsafeL2.number;
  return lag > limits.maxReplicaLagBlocks ? `block ${sync.value.unsafeL2.number}, ${lag} behind` : undefined;
}

function behindChain(replica: NodeSample, last: Sample, { foreign }: HealthLimits): string | undefined {
  const limits = foreign?.[replica.node];
  return limits && behindForeignChain(replica, last, limits);
}
