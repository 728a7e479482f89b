/** What keeps a component's pods from running, in words: from the pods, their events, and the last lines of their logs. */
import type { ComponentRef } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { EventObject, PodObject, StatefulSetObject } from '../../status/pods/pod-objects.ts';
import { type PodProblem, podProblems } from '../../status/pods/pod-problems.ts';
import type { PodsState } from '../../status/pods/pods-ready.ts';
import { isReady, type Pod } from './chain-targets.ts';
import { type LiveObjects, podsOfComponent } from './live.ts';
import { lastLinesOf } from './pod-logs.ts';

interface Asked {
  readonly kube: KubeClient;
  readonly namespace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Why one pod is not ready; without a pod, why its StatefulSet makes none. undefined: nothing is known to be wrong. */
export async function explainPod(
  { kube, namespace, now, signal }: Asked,
  set: KubeObject,
  pod: KubeObject | undefined,
): Promise<PodProblem | undefined> {
  const [kind, name] = pod ? ['Pod', pod.metadata.name] : ['StatefulSet', set.metadata.name];
  const { items } = await kube.list(
    { apiVersion: 'v1', kind: 'Event', namespace },
    { fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`, signal },
  );
  const options = {
    statefulSets: [set as unknown as StatefulSetObject],
    events: items as unknown as EventObject[],
    ...(pod ? { lastLines: await lastLinesOf(kube, pod, { signal }) } : {}),
    now: new Date(now),
  };
  return podProblems(pod ? [pod as unknown as PodObject] : [], options)[0];
}

/** @returns undefined for a component without a StatefulSet, or that is to have no pods. Costs a request only when a pod is not ready. */
export async function podsState(
  asked: Asked,
  live: LiveObjects,
  component: ComponentRef,
): Promise<PodsState | undefined> {
  const set = live.objects.get(`StatefulSet/${component.name}`);
  const wanted = (set?.['spec'] as { replicas?: number } | undefined)?.replicas ?? 0;
  if (!set || wanted === 0) return undefined;
  const pods = podsOfComponent(live, component);
  const names = Array.from({ length: wanted }, (_, ordinal) => `${component.name}-${ordinal}`);
  const ready = names.filter((name) => pods.some((pod) => pod.metadata.name === name && isReady(pod as Pod)));
  const missing = names.find((name) => !ready.includes(name));
  if (missing === undefined) return { wanted, ready: ready.length };
  const problem = await explainPod(
    asked,
    set,
    pods.find(({ metadata }) => metadata.name === missing),
  );
  return { wanted, ready: ready.length, missing, ...(problem ? { problem } : {}) };
}
