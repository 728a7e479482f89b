/** The whole plan of a network, from the ConfigMap that its status names. */
import type { Plan } from '../contract/plan.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import { PLAN_KEY, readPlanDocument } from '../status/plan-document.ts';
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
  const { configMap: name } = shown;
  if (name === undefined) return missing('status names no ConfigMap that holds it');
  const found = await kube.get<KubeObject & { data?: Record<string, string> }>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace,
    name,
  });
  if (!found) return missing(`ConfigMap ${name} is missing`);
  const read = readPlanDocument(found.data?.[PLAN_KEY], shown);
  if ('plan' in read) return read;
  return missing(
    read.not === 'of this plan'
      ? `ConfigMap ${name} holds another plan`
      : `somebody else has edited ConfigMap ${name}, or it has just been written anew; look again in a few seconds`,
  );
}

function missing(why: string): WholePlan {
  return { missing: `What changes is not known: ${why}. This is what status has:` };
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
