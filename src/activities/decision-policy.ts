/**
 * Whether the API server vouches for whoever has written a decision. It does while the admission policy is in force
 * (src/api/admission), which nothing but the policy itself proves: it has to refuse a forged decision, in a dry run.
 *
 * An annotation from before the policy may carry any name, and stays where it is. So the status keeps since when the
 * policy is in force, and gets that only while it has taken every annotation that is there: whichever turns up later was
 * written under the policy.
 */
import { randomUUID } from 'node:crypto';
import { API_VERSION, DECISION_ANNOTATIONS, DECISION_POLICY, FIELD_MANAGER } from '../api/names.ts';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { LookResult } from '../contract/activities.ts';
import { KubeApiError, type KubeClient, type KubeObject, refusalOfPolicy } from '../kube/index.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { untakenDecisions } from './gather/decisions.ts';
import { changeStatus, type StatusAttempt, type StatusTarget } from './state/change-status.ts';

/** What of a look this is about. */
interface Seen {
  readonly result: Pick<LookResult, 'approval'>;
  readonly wish: { readonly resources: { readonly network: KubeObject } };
}

/**
 * Asks for the policy when a decision is new, or is waited for and the status does not know the policy yet; and keeps
 * the answer in the status.
 * @returns key of the decision whose writer is who it says. Of several that are new at once it can not be told whose the
 * one name beside them is.
 */
export async function vouchedDecision(
  { kube, now }: Pick<ActivityDependencies, 'kube' | 'now'>,
  { result, wish }: Seen,
  attempt: StatusAttempt,
): Promise<string | undefined> {
  const { network } = wish.resources;
  const { namespace = '', name, uid = '' } = network.metadata;
  const target = { kind: 'OptimismNetwork', namespace, name, uid } as const;
  const { decisions } = (network['status'] ?? {}) as OptimismNetworkStatus;
  const isKnown = decisions?.policySince !== undefined;
  const untaken = untakenDecisions(network);
  const [first] = untaken;
  if (!first && (isKnown || !result.approval.required)) return undefined;
  const inForce = await isPolicyInForce(kube, target, attempt.signal);
  if (inForce === undefined) return undefined;
  if (inForce !== isKnown) await keep(inForce);
  const hasName = network.metadata.annotations?.[DECISION_ANNOTATIONS.approver] !== undefined;
  return inForce && isKnown && untaken.length === 1 && hasName ? first?.key : undefined;

  async function keep(inForce: boolean): Promise<void> {
    await changeStatus<OptimismNetworkStatus>(
      kube,
      target,
      (status, object) => {
        if (inForce && untakenDecisions(object).length > 0) return undefined;
        const { policySince = new Date(now()).toISOString(), ...rest } = status.decisions ?? {};
        return { ...status, decisions: inForce ? { ...rest, policySince } : rest };
      },
      attempt,
    );
  }
}

/** @returns undefined when something else than the policy has refused: nothing is known then */
async function isPolicyInForce(
  kube: KubeClient,
  { kind, namespace, name }: StatusTarget,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { approve, approver } = DECISION_ANNOTATIONS;
  const forged = { [approve]: randomUUID(), [approver]: `nobody-${randomUUID()}` };
  try {
    const network = { apiVersion: API_VERSION, kind, namespace, name };
    const body = { metadata: { annotations: forged } };
    await kube.mergePatch(network, body, { dryRun: true, fieldManager: FIELD_MANAGER, signal });
    return false;
  } catch (error) {
    if (refusalOfPolicy(error, DECISION_POLICY) !== undefined) return true;
    if (error instanceof KubeApiError) return undefined;
    throw error;
  }
}
