/** The ConfigMap with the whole plan that is proposed or executed: one per network, the next plan replaces it. */
import { API_VERSION, FIELD_MANAGER, LABELS } from '../../api/names.ts';
import type { Plan } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { PLAN_KEY, planConfigMapName, planDocument } from '../../status/plan-document.ts';
import type { Attempt } from '../deadline.ts';
import { STORES_LABEL } from './render-store.ts';

export interface PlanStore {
  readonly kube: KubeClient;
  readonly network: { readonly namespace: string; readonly name: string };
  readonly uid: string;
}

/**
 * Writes the plan unless it is there already.
 * @param plan without anything that is secret
 * @returns name of the ConfigMap; undefined when somebody else's object has the name: it is left as it is
 */
export async function storePlan(
  { kube, network, uid }: PlanStore,
  plan: Plan,
  attempt: Attempt,
): Promise<string | undefined> {
  const { signal } = attempt;
  const name = planConfigMapName(network.name);
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: network.namespace, name };
  const found = await kube.get<KubeObject & { data?: Record<string, string> }>(ref, { signal });
  if (found && found.metadata.labels?.[STORES_LABEL] !== 'plan') return undefined;
  const ours = found?.metadata.ownerReferences?.some((owner) => owner.uid === uid);
  if (ours && found?.data?.['hash'] === plan.hash) return name;
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
      data: { hash: plan.hash, [PLAN_KEY]: planDocument(plan) },
    },
    { fieldManager: FIELD_MANAGER, force: true, signal },
  );
  return name;
}
