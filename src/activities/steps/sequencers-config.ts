/**
 * The ConfigMap that says who sequences after a restart: `"false"` (not stopped) for the one that may. It also says which
 * attempt has written it last: a key is written only as it was read, and by no attempt that a later one has taken over
 * from. What such a one still has under way comes too late.
 */
import { ANNOTATIONS, FIELD_MANAGER } from '../../api/names.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import { sequencersConfigMapName } from '../../render/names.ts';
import { formatSeen, parseSeen, requireNotTakenOver } from '../executor-lease.ts';
import type { StepContext } from './step-context.ts';

/** As it was read, or written. */
export type Keys = KubeObject & { data?: Record<string, string> };

const MAY = 'false';
const STOPPED = 'true';

/** Whether a node that restarts comes back stopped by its key. */
export async function isForbidden(context: StepContext, node: string): Promise<boolean> {
  return (await read(context))?.data?.[node] === STOPPED;
}

/** A node that restarts comes back stopped. Nothing where the ConfigMap is gone: a pod can not start without it. */
export async function forbid(context: StepContext, node: string): Promise<void> {
  await change(context, await read(context), { [node]: STOPPED });
}

/** Also those that have no pod at the moment, or are vouched for: whatever comes back later comes back stopped. */
export async function forbidOthers(context: StepContext, node: string): Promise<void> {
  const current = await read(context);
  await change(context, current, stoppedBut(current, node));
}

/** This one goes on after a restart, and nobody else does. */
export async function allowOnly(context: StepContext, node: string): Promise<void> {
  const current = await read(context);
  await change(context, current, { ...stoppedBut(current, node), [node]: MAY });
}

/**
 * Nobody sequences after a restart. Written also where it says so already: from then on no other attempt writes over it.
 * @param nodes that have a key from now on, if they have none
 * @returns undefined: it is gone
 */
export async function forbidAll(context: StepContext, nodes: readonly string[]): Promise<Keys | undefined> {
  const current = await read(context);
  if (!current) return undefined;
  const names = [...Object.keys(current.data ?? {}), ...nodes];
  return write(context, current, Object.fromEntries(names.map((name) => [name, STOPPED])));
}

/** @param keys as this attempt has written them: nobody has touched them since, or nothing is written */
export async function setKey(
  context: StepContext,
  keys: Keys | undefined,
  node: string,
  may: boolean,
): Promise<Keys | undefined> {
  return change(context, keys, { [node]: may ? MAY : STOPPED });
}

/**
 * Asked at the last moment before a start: whoever was held up after it had written the key may not start any more.
 * @throws OperatorError NotExecutor when somebody has written since
 */
export async function requireUnchanged(context: StepContext, keys: Keys | undefined): Promise<void> {
  if (!keys || (await read(context))?.metadata.resourceVersion === keys.metadata.resourceVersion) return;
  throw new OperatorError({
    type: 'NotExecutor',
    message: 'somebody else has changed who may sequence since this attempt has',
    fix: 'nothing to do: it is tried again',
  });
}

function stoppedBut(current: Keys | undefined, node: string): Record<string, string> {
  const others = Object.keys(current?.data ?? {}).filter((name) => name !== node);
  return Object.fromEntries(others.map((name) => [name, STOPPED]));
}

async function change(
  context: StepContext,
  current: Keys | undefined,
  data: Record<string, string>,
): Promise<Keys | undefined> {
  if (!current || Object.entries(data).every(([name, value]) => current.data?.[name] === value)) return current;
  return write(context, current, data);
}

function ref({ name, namespace }: StepContext['at']) {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: sequencersConfigMapName(name) };
}

function read({ deps, at, signal }: StepContext): Promise<Keys | undefined> {
  return deps.kube.get<Keys>(ref(at), { signal });
}

async function write(context: StepContext, current: Keys, data: Record<string, string>): Promise<Keys> {
  const { deps, at, holder, signal } = context;
  const now = deps.now();
  requireNotTakenOver(holder, parseSeen(current.metadata.annotations?.[ANNOTATIONS.writtenBy]), now);
  const annotations = { [ANNOTATIONS.writtenBy]: formatSeen({ holder, at: now }) };
  const { resourceVersion } = current.metadata;
  return context.act('allow', () =>
    deps.kube.mergePatch<Keys>(
      ref(at),
      { metadata: { resourceVersion, annotations }, data },
      { fieldManager: FIELD_MANAGER, signal },
    ),
  );
}
