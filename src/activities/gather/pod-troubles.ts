/** What is wrong with pods, with the events that tell it: they are read only where something is wrong. */
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { EventObject, PodObject, StatefulSetObject } from '../../status/pods/pod-objects.ts';
import { type PodProblem, podProblems } from '../../status/pods/pod-problems.ts';
import { isReady, type Pod } from './chain-targets.ts';
import type { LiveObjects } from './live.ts';

interface Reading {
  readonly kube: KubeClient;
  readonly namespace: string;
  readonly now: number;
  readonly signal: AbortSignal;
}

/** One pod of a StatefulSet, or the StatefulSet that does not get one. */
export async function explainPod(
  set: KubeObject,
  pod: KubeObject | undefined,
  { kube, namespace, now, signal }: Reading,
): Promise<PodProblem | undefined> {
  const [kind, name] = pod ? ['Pod', pod.metadata.name] : ['StatefulSet', set.metadata.name];
  const { items } = await kube.list(
    { apiVersion: 'v1', kind: 'Event', namespace },
    { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`, signal },
  );
  const options = {
    statefulSets: [set as unknown as StatefulSetObject],
    events: items as unknown as EventObject[],
    now: new Date(now),
  };
  return podProblems(pod ? [pod as unknown as PodObject] : [], options)[0];
}

/** More of them say nothing new, and each costs a request. */
const MOST_EXPLAINED = 10;

/** All pods of a network that are not ready, and those that its StatefulSets do not get. */
export async function podTroubles(live: LiveObjects, reading: Reading): Promise<PodProblem[]> {
  const broken = [...live.objects.values()]
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) => podsOf(set, live).map((pod) => ({ set, pod })))
    .filter(({ pod }) => !pod || !isReady(pod as Pod))
    .slice(0, MOST_EXPLAINED);
  const found = await Promise.all(broken.map(({ set, pod }) => explainPod(set, pod, reading)));
  return found.flatMap((problem) => problem ?? []);
}

/** By ordinal; undefined for one that is not there. */
function podsOf(set: KubeObject, live: LiveObjects): (KubeObject | undefined)[] {
  const { replicas = 1 } = (set['spec'] ?? {}) as { replicas?: number };
  return Array.from({ length: replicas }, (_, ordinal) =>
    live.pods.find(({ metadata }) => metadata.name === `${set.metadata.name}-${ordinal}`),
  );
}
