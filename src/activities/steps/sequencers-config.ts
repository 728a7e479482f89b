/** The ConfigMap that says who sequences after a restart: `"false"` (not stopped) for the one that may. */
import { FIELD_MANAGER } from '../../api/names.ts';
import type { KubeObject } from '../../kube/index.ts';
import { sequencersConfigMapName } from '../../render/names.ts';
import type { StepContext } from './step-context.ts';

type Sequencers = KubeObject & { data?: Record<string, string> };

/** Whether a node that restarts comes back stopped by its key. */
export async function isForbidden(context: StepContext, node: string): Promise<boolean> {
  return (await read(context))?.data?.[node] === 'true';
}

/** Sets one key. Nothing where the ConfigMap is gone: a pod can not start without it. */
export async function allow(context: StepContext, node: string, may: boolean): Promise<void> {
  const current = await read(context);
  const value = may ? 'false' : 'true';
  if (current && current.data?.[node] !== value) await write(context, current, { [node]: value });
}

/** Also those that have no pod at the moment, or are vouched for: whatever comes back later comes back stopped. */
export async function forbidOthers(context: StepContext, node: string): Promise<void> {
  const current = await read(context);
  const others = Object.entries(current?.data ?? {}).filter(([name, value]) => name !== node && value !== 'true');
  if (current && others.length > 0)
    await write(context, current, Object.fromEntries(others.map(([name]) => [name, 'true'])));
}

function ref({ name, namespace }: StepContext['at']) {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: sequencersConfigMapName(name) };
}

function read({ deps, at, signal }: StepContext): Promise<Sequencers | undefined> {
  return deps.kube.get<Sequencers>(ref(at), { signal });
}

async function write(context: StepContext, current: Sequencers, data: Record<string, string>): Promise<void> {
  const { deps, at, signal } = context;
  // Only as it was read: a request that arrives late must not undo a later decision.
  const { resourceVersion } = current.metadata;
  await context.act('allow', () =>
    deps.kube.mergePatch(ref(at), { metadata: { resourceVersion }, data }, { fieldManager: FIELD_MANAGER, signal }),
  );
}
