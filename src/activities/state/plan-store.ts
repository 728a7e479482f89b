/** The ConfigMap with the whole plan that is proposed or executed: one per network, the next plan replaces it. */
import { API_VERSION, FIELD_MANAGER, LABELS } from '../../api/names.ts';
import type { Plan, PlanDocument } from '../../contract/plan.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';
import { documentDigest, PLAN_KEY, planConfigMapName, planDocument } from '../../status/plan-document.ts';
import type { Attempt } from '../deadline.ts';
import { toOperatorError } from '../interceptor.ts';
import { STORES_LABEL } from './render-store.ts';

export interface PlanStore {
  readonly kube: KubeClient;
  readonly network: { readonly namespace: string; readonly name: string };
  readonly uid: string;
}

/**
 * Writes the plan unless exactly this is there already.
 * @param plan without anything that is secret
 * @returns undefined when somebody else's object has the name, which is left as it is, or the namespace ends
 */
export async function storePlan(store: PlanStore, plan: Plan, attempt: Attempt): Promise<PlanDocument | undefined> {
  try {
    return await write(store, plan, attempt);
  } catch (error) {
    // A namespace that ends takes nothing new.
    if (toOperatorError(error).type === 'NamespaceTerminating' || isKubeStatus(error, 404)) return undefined;
    throw error;
  }
}

async function write(
  { kube, network, uid }: PlanStore,
  plan: Plan,
  attempt: Attempt,
): Promise<PlanDocument | undefined> {
  const { signal } = attempt;
  const text = planDocument(plan);
  const name = planConfigMapName(network.name);
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: network.namespace, name };
  const found = await kube.get<KubeObject & { data?: Record<string, string> }>(ref, { signal });
  if (found && found.metadata.labels?.[STORES_LABEL] !== 'plan') return undefined;
  const ours = found?.metadata.ownerReferences?.some((owner) => owner.uid === uid);
  const document = { name, digest: documentDigest(text) };
  if (ours && found?.data?.['hash'] === plan.hash && found.data[PLAN_KEY] === text) return document;
  attempt.requireCurrent();
  await kube.apply(
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        namespace: network.namespace,
        labels: {
          [LABELS.network]: network.name,
          'app.kubernetes.io/managed-by': 'op-stack-operator',
          [STORES_LABEL]: 'plan',
        },
        ownerReferences: [{ apiVersion: API_VERSION, kind: 'OptimismNetwork', name: network.name, uid }],
      },
      data: { hash: plan.hash, [PLAN_KEY]: text },
    },
    { fieldManager: FIELD_MANAGER, force: true, signal },
  );
  return document;
}
