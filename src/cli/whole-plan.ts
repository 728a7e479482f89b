/** The whole plan of a network, from the ConfigMap that its status names. */
import type { Plan } from '../contract/plan.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { PLAN_KEY, planConfigMapName, readPlanDocument } from '../status/plan-document.ts';
import type { NetworkObject } from './networks.ts';
import type { WholePlan } from './plan-view.ts';

/** @returns undefined when the network has no plan */
export async function readWholePlan(
  kube: KubeClient,
  { metadata, status }: NetworkObject,
): Promise<WholePlan | undefined> {
  const shown = status?.plan;
  if (!shown) return undefined;
  const { namespace = 'default' } = metadata;
  const name = shown.configMap ?? planConfigMapName(metadata.name);
  const found = await kube.get<KubeObject & { data?: Record<string, string> }>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace,
    name,
  });
  if (!found) return { missing: `What changes is not known: ConfigMap ${name} is missing. This is what status has:` };
  const plan = readPlanDocument(found.data?.[PLAN_KEY], shown.hash);
  return plan
    ? { plan }
    : { missing: `What changes is not known: ConfigMap ${name} holds another plan. This is what status has:` };
}

/** For programs: `status.plan`, and of the whole plan what that has no room for. */
export function planForPrograms({ status }: NetworkObject, whole: WholePlan | undefined): object | null {
  const shown = status?.plan;
  if (!shown) return null;
  if (!whole || 'missing' in whole) return shown;
  const { changes, reasons, warnings, gapExpectedSeconds, renders, steps }: Plan = whole.plan;
  return {
    ...shown,
    ...(reasons ? { reasons } : {}),
    warnings,
    gapExpectedSeconds,
    steps: steps.map((step) => ({ ...step, ...shown.steps?.find(({ id }) => id === step.id) })),
    changes,
    renders,
  };
}
