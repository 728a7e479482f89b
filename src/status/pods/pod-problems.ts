/**
 * Pods that are not as they should be, as sentences with a way out. Pure. Every state that was recorded from real pods
 * (test/status/fixtures) has its sentence.
 */
import { LABELS } from '../../api/names.ts';
import type { Problem } from '../../contract/failures.ts';
import { confirmFencedCommand } from '../operator-commands.ts';
import { type ContainerView, checkContainer, type Finding, missingKey, missingObject } from './container-problems.ts';
import { explainLogLines } from './log-explanations.ts';
import type { ContainerStatus, EventObject, PodObject, StatefulSetObject } from './pod-objects.ts';

export interface PodProblem extends Problem {
  /** One word in CamelCase: a condition reason. */
  readonly reason: string;
  /** `Pod/<name>` or `StatefulSet/<name>`. */
  readonly object: string;
}

export interface PodProblemOptions {
  /** StatefulSets of the pods: for pods that can't be created or are not replaced. */
  readonly statefulSets?: readonly StatefulSetObject[];
  /** Events of both; some reasons are nowhere else. */
  readonly events?: readonly EventObject[];
  /** Last log lines by pod and container (the former run's, when it does not run now). */
  readonly lastLines?: (pod: string, container: string) => readonly string[];
  readonly now: Date;
}

/** At most one problem for each pod and StatefulSet: the one that has to be mended first. */
export function podProblems(pods: readonly PodObject[], options: PodProblemOptions): PodProblem[] {
  const { statefulSets = [], events = [] } = options;
  return [
    ...statefulSets.flatMap((set) => asProblem('StatefulSet', set.metadata.name, refusedPods(set, events))),
    ...pods.flatMap((pod) => {
      const finding = checkPod(pod, options);
      const stuck = finding && stuckRollout(pod, statefulSets);
      return asProblem('Pod', pod.metadata.name, stuck ?? finding);
    }),
  ];
}

function asProblem(kind: string, name: string, finding: Finding | undefined): PodProblem[] {
  return finding ? [{ ...finding, object: `${kind}/${name}` }] : [];
}

function checkPod(pod: PodObject, options: PodProblemOptions): Finding | undefined {
  const events = eventsOf(options.events ?? [], 'Pod', pod.metadata.name);
  const views = containerViews(pod, events, options);
  if (pod.metadata.deletionTimestamp) return terminating(pod, pod.metadata.deletionTimestamp, views, options.now);
  return (
    unscheduled(pod) ??
    failed(pod) ??
    failedMount(pod, events) ??
    firstFinding(views) ??
    beingCreated(pod, views, events)
  );
}

function firstFinding(views: readonly ContainerView[]): Finding | undefined {
  for (const view of views) {
    const finding = checkContainer(view);
    if (finding) return finding;
  }
  return undefined;
}

function containerViews(pod: PodObject, events: ContainerView['events'], options: PodProblemOptions): ContainerView[] {
  const { spec, status, metadata } = pod;
  const view = (container: ContainerStatus, role: string): ContainerView => ({
    pod: metadata.name,
    namespace: metadata.namespace ?? 'default',
    status: container,
    spec: [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(({ name }) => name === container.name),
    role,
    events,
    explanation: explainLogLines(options.lastLines?.(metadata.name, container.name) ?? []),
    now: options.now.getTime(),
  });
  return [
    // A native sidecar is among the init containers and stays: it counts like a container.
    ...(status?.initContainerStatuses ?? []).map((container) =>
      view(container, isSidecar(pod, container) ? 'container' : 'init container'),
    ),
    ...(status?.containerStatuses ?? []).map((container) => view(container, 'container')),
  ];
}

function isSidecar({ spec }: PodObject, { name }: ContainerStatus): boolean {
  const container = spec?.initContainers?.find((init) => init.name === name);
  return container !== undefined && 'restartPolicy' in container && container.restartPolicy === 'Always';
}

function unscheduled({ metadata, status }: PodObject): Finding | undefined {
  const condition = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False') return undefined;
  const { message = '' } = condition;
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(message)?.[1];
  if (claim) {
    return {
      reason: 'ClaimNotFound',
      type: 'ReferenceNotFound',
      message: `Pod ${metadata.name} can't be placed: PersistentVolumeClaim ${claim} does not exist`,
      fix: `create PersistentVolumeClaim ${claim}, or delete the pod so that its StatefulSet makes both anew`,
    };
  }
  const resources = [...message.matchAll(/Insufficient ([\w/-]+(?:\.[\w/-]+)*)/g)].map(([, name]) => name);
  const why =
    resources.length > 0 ? `no node has enough ${[...new Set(resources)].join(' and ')} left` : 'no node fits';
  return {
    reason: 'Unschedulable',
    type: 'NodeUnavailable',
    message: `Pod ${metadata.name} can't be placed: ${why}`,
    fix:
      resources.length > 0
        ? 'add a node or free capacity, or lower resources.requests of the component'
        : 'see kubectl describe pod; correct nodeSelector, tolerations, affinity or the storage class, or add a node',
  };
}

/** Evicted, or its node was shut down: the pod object stays as a corpse until its controller replaces it. */
function failed({ metadata, status }: PodObject): Finding | undefined {
  if (status?.phase !== 'Failed') return undefined;
  const reason = status.reason ?? 'Failed';
  return {
    reason,
    type: 'NodeUnavailable',
    message: `Pod ${metadata.name} has failed (${reason}) and waits to be replaced`,
    fix: 'wait; if it stays so, see kubectl describe pod, and whether its node is short of memory or disk',
  };
}

function failedMount({ metadata, spec, status }: PodObject, events: ContainerView['events']): Finding | undefined {
  const creating = status?.containerStatuses?.some(({ state }) => state?.waiting?.reason === 'ContainerCreating');
  const initialising = status?.initContainerStatuses?.some(({ state }) => state?.waiting?.reason === 'PodInitializing');
  const text = events.findLast(({ reason }) => reason === 'FailedMount')?.text;
  if (text === undefined || !(creating || initialising)) return undefined;
  const pod = metadata.name;
  const object = /(secret|configmap) "([^"]+)" not found/.exec(text);
  if (object) return missingObject({ pod }, object[1] ?? '', object[2] ?? '');
  const key = /(secret|configmap) references non-existent (?:secret|config) key: (\S+)/.exec(text);
  const volume = /for volume "([^"]+)"/.exec(text)?.[1] ?? '';
  const source = spec?.volumes?.find(({ name }) => name === volume);
  const named = source?.configMap?.name ?? source?.secret?.secretName ?? `of volume ${volume}`;
  if (key) return missingKey({ pod }, key[1] === 'secret' ? 'Secret' : 'ConfigMap', named, key[2] ?? '');
  return {
    reason: 'FailedMount',
    type: 'NodeUnavailable',
    message: `Pod ${pod} can't start: volume ${volume} can't be mounted`,
    fix: 'see kubectl describe pod; most often the volume is still attached to another node, or its storage is away',
  };
}

function beingCreated(
  { metadata, status }: PodObject,
  views: readonly ContainerView[],
  events: ContainerView['events'],
): Finding | undefined {
  const settled = status?.phase === 'Running' || status?.phase === 'Succeeded';
  if (settled && views.every(({ status: container }) => !container.state?.waiting)) return undefined;
  const image = imageOnItsWay(events);
  return {
    reason: 'BeingCreated',
    type: 'NotReadyYet',
    message: `Pod ${metadata.name} ${image ? `waits for image ${image}, which is being pulled` : 'is being set up'}`,
    fix: 'wait; if it stays so for minutes, see kubectl describe pod',
  };
}

/** The kubelet shows a pull as "PodInitializing": only its events tell. */
function imageOnItsWay(events: ContainerView['events']): string | undefined {
  const pulling = events.flatMap(({ reason, text }) => (reason === 'Pulling' ? [...text.matchAll(/"([^"]+)"/g)] : []));
  const arrived = events.filter(({ reason }) => reason === 'Pulled');
  return pulling
    .map(([, image]) => image)
    .findLast((image) => !arrived.some(({ text }) => text.includes(`"${image}"`)));
}

function terminating(pod: PodObject, deletion: string, views: readonly ContainerView[], now: Date): Finding {
  const running = views.filter(({ status }) => status.state?.running).map(({ status }) => status.name);
  const waits = views.map(({ explanation }) => explanation?.why).find((why) => why !== undefined);
  const left =
    running.length > 0
      ? `: ${running.join(' and ')} still ${running.length === 1 ? 'runs' : 'run'}${waits ? ` (it ${waits})` : ''}`
      : '';
  // The API server sets deletionTimestamp to the end of the grace period.
  if (now.getTime() > Date.parse(deletion) + 30_000) {
    return {
      reason: 'StuckTerminating',
      type: 'NodeUnavailable',
      message: `Pod ${pod.metadata.name} should be gone since ${deletion}, but its node has not said so${left}`,
      fix: `check its machine; ${whenOff(pod)}`,
    };
  }
  return {
    reason: 'Terminating',
    type: 'NotReadyYet',
    message: `Pod ${pod.metadata.name} is being stopped, at the latest at ${deletion}${left}`,
    fix: 'wait',
  };
}

/** A machine that is off never says that a pod is gone: somebody has to, to Kubernetes. */
function whenOff({ metadata, spec }: PodObject): string {
  const machine = spec?.nodeName ?? '<node>';
  const told = `only when it is off for certain: kubectl delete node ${machine}, or kubectl taint node ${machine} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`;
  const { labels = {}, namespace = 'default' } = metadata;
  const network = labels[LABELS.network];
  const node = /^opnode\.(.+)$/.exec(labels[LABELS.component] ?? '')?.[1];
  if (!network || !node || labels['app.kubernetes.io/component'] !== 'sequencer') return told;
  return `${told}; to a plan that asks for it: ${confirmFencedCommand({ namespace, name: network }, node)}`;
}

/** Pods that the API server refuses are in an event of the StatefulSet only. */
function refusedPods({ metadata }: StatefulSetObject, events: readonly EventObject[]): Finding | undefined {
  const event = eventsOf(events, 'StatefulSet', metadata.name).findLast(({ reason }) => reason === 'FailedCreate');
  if (!event) return undefined;
  const security = /violates PodSecurity "([^"]+)": (.*)$/s.exec(event.text);
  if (security) {
    const fields = [...(security[2] ?? '').matchAll(/(?:^|\), )([A-Za-z][\w ]*?)(?: !=| \()/g)].map(
      ([, field]) => field,
    );
    return {
      reason: 'PodSecurityRefused',
      type: 'Forbidden',
      message: `Pods of StatefulSet ${metadata.name} are refused by pod security level ${security[1]}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}`,
      fix: 'take the settings that violate it out of the pod overrides, or relax the label pod-security.kubernetes.io/enforce of the namespace',
    };
  }
  const quota = /exceeded quota: ([\w.-]+)/.exec(event.text)?.[1];
  return {
    reason: quota ? 'QuotaExceeded' : 'PodRefused',
    type: 'Forbidden',
    message: `Pods of StatefulSet ${metadata.name} can't be created${quota ? `: ResourceQuota ${quota} is used up` : ''}`,
    fix: quota ? `raise ResourceQuota ${quota}, or lower resources.requests` : 'see kubectl describe statefulset',
  };
}

/** With OrderedReady a StatefulSet waits for a broken pod of an older template for ever. */
function stuckRollout(pod: PodObject, sets: readonly StatefulSetObject[]): Finding | undefined {
  const revision = pod.metadata.labels?.['controller-revision-hash'];
  const set = sets.find(({ metadata }) => pod.metadata.name.replace(/-\d+$/, '') === metadata.name);
  const wanted = set?.status?.updateRevision;
  if (!set || !revision || !wanted || revision === wanted || set.spec?.podManagementPolicy === 'Parallel')
    return undefined;
  return {
    reason: 'RolloutStuck',
    type: 'NodeUnavailable',
    message: `Pod ${pod.metadata.name} is broken and of an older template; StatefulSet ${set.metadata.name} waits for it instead of replacing it`,
    fix: `kubectl delete pod -n ${pod.metadata.namespace ?? 'default'} ${pod.metadata.name}`,
  };
}

function eventsOf(events: readonly EventObject[], kind: string, name: string): ContainerView['events'] {
  return events
    .filter(({ regarding, involvedObject }) => {
      const about = regarding ?? involvedObject;
      return about?.kind === kind && about.name === name;
    })
    .map(({ reason = '', message, note }) => ({ reason, text: message ?? note ?? '' }));
}
