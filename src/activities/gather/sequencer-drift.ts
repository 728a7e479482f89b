/**
 * Whether a sequencer that is rolled out sequences, and still will after its container has restarted. Only a "no" of
 * op-node itself counts: a pod that is not ready, or does not answer, is left to its own gates.
 */
import { sequencerActive } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import type { ComponentRef, ObjectChange } from '../../contract/plan.ts';
import type { KubeObject } from '../../kube/index.ts';
import { sequencersConfigMapName } from '../../render/names.ts';
import { isReady, nodePods, opNodeUrl, type Pod } from './chain-targets.ts';
import { type LiveObjects, podsOfComponent } from './live.ts';
import type { Wish } from './wish.ts';

const RPC_TIMEOUT_MS = 3000;

export async function sequencerDrift(
  component: ComponentRef,
  wish: Pick<Wish, 'resources'>,
  live: LiveObjects,
  signal: AbortSignal,
): Promise<ObjectChange[]> {
  const network = wish.resources.network.metadata.name;
  return [...mayNotResume(component, network, live), ...(await hasStopped(component, live, signal))];
}

/** Its key says whether it sequences after a restart: anything but `"false"` is "stopped". */
function mayNotResume(component: ComponentRef, network: string, live: LiveObjects): ObjectChange[] {
  const object = `ConfigMap/${sequencersConfigMapName(network)}`;
  const configMap = live.objects.get(object) as (KubeObject & { data?: Record<string, string> }) | undefined;
  const value = configMap?.data?.[component.name];
  if (value === 'false') return [];
  const field = { path: `data.${component.name}`, ...(value === undefined ? {} : { from: value }), to: 'false' };
  return [{ component, object, action: 'change', fields: [field], restartsPods: false }];
}

async function hasStopped(component: ComponentRef, live: LiveObjects, signal: AbortSignal): Promise<ObjectChange[]> {
  const ready = podsOfComponent(live, component).filter(
    (pod) => isReady(pod as Pod) && !pod.metadata.deletionTimestamp,
  );
  const targets = nodePods(live).filter(({ pod }) => ready.some(({ metadata }) => metadata.name === pod));
  const found = await Promise.all(
    targets.map(async (target): Promise<ObjectChange[]> => {
      const url = opNodeUrl(target);
      if (!url) return [];
      const answer = await reading(sequencerActive(url, { timeoutMs: RPC_TIMEOUT_MS, signal }));
      if (sequencerState(answer) !== 'stopped') return [];
      const field = { path: 'admin_sequencerActive', from: 'false', to: 'true' };
      return [{ component, object: `Pod/${target.pod}`, action: 'change', fields: [field], restartsPods: false }];
    }),
  );
  return found.flat();
}
