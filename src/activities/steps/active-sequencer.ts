/** The Service that leads to the active sequencer: replicas send there what users have sent to them. */
import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, FIELD_MANAGER } from '../../api/names.ts';
import type { KubeObject } from '../../kube/index.ts';
import { activeSequencerSelector, activeSequencerSpec } from '../../render/active-sequencer.ts';
import { objectLabels } from '../../render/labels.ts';
import { matchesLive } from '../../render/live.ts';
import type { KubeObject as Manifest } from '../../render/manifest.ts';
import { activeSequencerServiceName, sequencersConfigMapName } from '../../render/names.ts';
import { requireOurs } from '../ownership.ts';
import type { StepContext } from './step-context.ts';

/** Nothing when it leads there already. @param node OpNode of the sequencer */
export async function leadTo(context: StepContext, node: string): Promise<void> {
  const { deps, input, at, signal } = context;
  const network = { kind: 'OptimismNetwork', name: at.name } as const;
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: activeSequencerServiceName(at.name),
      namespace: at.namespace,
      labels: objectLabels(at.name, network, 'chain'),
      ownerReferences: [{ apiVersion: API_VERSION, kind: network.kind, name: at.name, uid: input.uid }],
    },
    spec: activeSequencerSpec(at.name, node),
  };
  const { apiVersion, kind, metadata } = service;
  const live = await deps.kube.get<KubeObject>(
    { apiVersion, kind, namespace: at.namespace, name: metadata.name },
    { signal },
  );
  if (live && matchesLive(service as unknown as Manifest, live)) return;
  await requireOurs({ kube: deps.kube, at, signal }, service, network);
  // Only as it was read: a request that arrives late must not undo a later decision.
  const { resourceVersion } = live?.metadata ?? {};
  const next = resourceVersion === undefined ? service : { ...service, metadata: { ...metadata, resourceVersion } };
  await context.act('service', () => deps.kube.apply(next, { fieldManager: FIELD_MANAGER, force: true, signal }));
}

type Sequencers = KubeObject & { readonly data?: Record<string, string> };
type Service = KubeObject & { readonly spec?: { readonly selector?: Record<string, string> } };

/** Whose key says that it sequences; while none does, the one that the Service leads to. undefined: neither. */
export async function activeSequencerOf(
  { deps, at, signal }: StepContext,
  sequencers: readonly string[],
): Promise<string | undefined> {
  const read = <T extends KubeObject>(kind: string, name: string) =>
    deps.kube.get<T>({ apiVersion: 'v1', kind, namespace: at.namespace, name }, { signal });
  const keys = (await read<Sequencers>('ConfigMap', sequencersConfigMapName(at.name)))?.data ?? {};
  const allowed = sequencers.find((node) => keys[node] === 'false');
  if (allowed) return allowed;
  const selector = (await read<Service>('Service', activeSequencerServiceName(at.name)))?.spec?.selector;
  return sequencers.find((node) => isDeepStrictEqual(selector, activeSequencerSelector(at.name, node)));
}
