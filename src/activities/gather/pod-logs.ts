/**
 * The last log lines of a pod's containers, to find known words in them (status/pods/log-explanations.ts). Read only
 * while somebody waits for the pod, and never shown.
 */
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { Explanation } from '../../status/pods/explanation.ts';
import { explainLogLines } from '../../status/pods/log-explanations.ts';
import type { ContainerStatus, PodObject } from '../../status/pods/pod-objects.ts';

const TAIL_LINES = 30;
const LIMIT_BYTES = 64 * 1024;
/** What a program that runs has said before that may be over. */
const RECENT_SECONDS = 30;

export type LastLines = (pod: string, container: string) => readonly string[];

/**
 * @param sinceSeconds nothing older; of what ended everything counts
 * @returns no lines for a container that has not run, or whose log can't be read: that is what is missing then, and no
 *   reason to fail
 */
export async function lastLinesOf(
  kube: KubeClient,
  pod: KubeObject,
  { sinceSeconds, signal }: { readonly sinceSeconds?: number; readonly signal: AbortSignal },
): Promise<LastLines> {
  const containers = containersOf(pod);
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/log`;
  const read = async (container: string): Promise<readonly string[]> => {
    const query = { container, tailLines: TAIL_LINES, limitBytes: LIMIT_BYTES, sinceSeconds };
    try {
      return (await kube.raw('GET', path, { query, signal })).text.split('\n');
    } catch {
      signal.throwIfAborted();
      return [];
    }
  };
  // Of one that waits to be started again the kubelet gives the log of the run before.
  const started = containers.filter(({ state, restartCount }) => !state?.waiting || restartCount > 0);
  const logs = new Map(await Promise.all(started.map(async ({ name }) => [name, await read(name)] as const)));
  return (_, container) => logs.get(container) ?? [];
}

/** What programs that run have told in the last moments, if it is anything that is known. */
export async function saidLately(
  kube: KubeClient,
  pods: readonly KubeObject[],
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  for (const pod of pods) {
    const lines = await lastLinesOf(kube, pod, { sinceSeconds: RECENT_SECONDS, signal });
    for (const { name } of containersOf(pod)) {
      const explanation = explainLogLines(lines(pod.metadata.name, name));
      if (explanation) return explanation;
    }
  }
  return undefined;
}

function containersOf(pod: KubeObject): readonly ContainerStatus[] {
  const { status } = pod as unknown as PodObject;
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
