/** Decisions that people have written on the OptimismNetwork as annotations. */
import { createHash } from 'node:crypto';
import { DECISION_ANNOTATIONS, MAX_DECIDER_LENGTH } from '../../api/names.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { ReceivedDecision } from '../../contract/activities.ts';
import { DECISION_ACTIONS } from '../../contract/messages.ts';
import type { KubeObject } from '../../kube/index.ts';
import { rememberedOf } from '../../status/remembered.ts';

/**
 * An annotation stays where it is, so it is told from its repetition by its value: commands have a value of their own for
 * each time (the CLI writes the time). Who decides is not part of that: `approver` and `comment` are shared by all of
 * them, and belong to the one that is new. The writer is claimed: whether the API server vouches for it is not in the
 * object (src/activities/decision-policy.ts).
 */
export function decisionsOf(network: KubeObject): ReceivedDecision[] {
  const annotations = network.metadata.annotations ?? {};
  const by = annotations[DECISION_ANNOTATIONS.approver] ?? 'unknown';
  const comment = annotations[DECISION_ANNOTATIONS.comment];
  return DECISION_ACTIONS.flatMap((action) => {
    const value = annotations[DECISION_ANNOTATIONS[action]];
    if (!value) return [];
    const [subject = ''] = value.split(' ');
    return [
      {
        action,
        by: by.slice(0, MAX_DECIDER_LENGTH),
        via: 'Kubernetes' as const,
        verified: false,
        key: `${action}/${createHash('sha256').update(value).digest('hex').slice(0, 16)}`,
        ...(action === 'approve' || action === 'reject' ? { plan: subject } : {}),
        ...(action === 'skipGate' ? { gate: subject } : {}),
        ...(action === 'confirmFenced' ? { node: subject } : {}),
        ...(action === 'giveUpBlocks' && /^\d+$/.test(subject) ? { above: Number(subject) } : {}),
        ...(comment ? { reason: comment.slice(0, 1024) } : {}),
      },
    ];
  });
}

/** Those that the status has not taken yet. */
export function untakenDecisions(network: KubeObject): ReceivedDecision[] {
  const { taken } = rememberedOf((network['status'] ?? {}) as OptimismNetworkStatus);
  return decisionsOf(network).filter(({ key }) => !taken.includes(key));
}
