/** Checks of one container, each `(view) → finding or nothing`. The first that finds something says what is wrong. */
import type { FailureType } from '../../contract/failures.ts';
import type { Explanation } from './explanation.ts';
import type { ContainerSpec, ContainerStatus } from './pod-objects.ts';

/** One container with everything that is known about it. */
export interface ContainerView {
  readonly pod: string;
  readonly namespace: string;
  readonly status: ContainerStatus;
  readonly spec: ContainerSpec | undefined;
  /** `container` or `init container`. */
  readonly role: string;
  /** Texts of the pod's events, by reason; empty where events were not read. */
  readonly events: readonly { readonly reason: string; readonly text: string }[];
  /** What its last log lines say, where they were read and are known. */
  readonly explanation: Explanation | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Finding {
  readonly reason: string;
  readonly type: FailureType;
  readonly message: string;
  readonly fix: string;
}

type Check = (view: ContainerView) => Finding | undefined;

/** How long a restart that is over is still worth a sentence. */
const RECENT_RESTART_MS = 10 * 60 * 1000;

const checks: readonly Check[] = [
  // Before the program starts: what it needs is missing or refused.
  configurationMissing,
  rootUserRefused,
  imageMissing,
  commandMissing,
  // It started and ended.
  outOfMemory,
  killedByLivenessProbe,
  endsWithoutError,
  crashes,
  // It runs, but not as it should.
  notStarted,
  notReady,
  restartedLately,
];

export function checkContainer(view: ContainerView): Finding | undefined {
  for (const check of checks) {
    const finding = check(view);
    if (finding) return finding;
  }
  return undefined;
}

function configurationMissing(view: ContainerView): Finding | undefined {
  const { reason, message = '' } = waiting(view);
  if (reason !== 'CreateContainerConfigError') return undefined;
  const object = /(secret|configmap) "([^"]+)" not found/.exec(message);
  if (object) return missingObject(view, object[1] ?? '', object[2] ?? '');
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (?:[^/\s]+\/)?(\S+)/.exec(message);
  return key ? missingKey(view, key[2] ?? '', key[3] ?? '', key[1] ?? '') : undefined;
}

function rootUserRefused(view: ContainerView): Finding | undefined {
  if (!waiting(view).message?.includes('runAsNonRoot')) return undefined;
  return {
    reason: 'RootUserRefused',
    type: 'InvalidSpec',
    message: `${subject(view)} may not start: its image runs as root, and the pod asks for another user`,
    fix: 'set securityContext.runAsUser in the pod overrides, for example 10001, or use an image with a USER',
  };
}

function imageMissing(view: ContainerView): Finding | undefined {
  const { reason = '', message = '' } = waiting(view);
  if (!['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'].includes(reason)) return undefined;
  const image = view.spec?.image ?? 'its image';
  const [why, fix] = imageCause(reason, message);
  return { reason, type: 'NodeUnavailable', message: `${subject(view)} can't get image ${image}: ${why}`, fix };
}

function imageCause(reason: string, message: string): [why: string, fix: string] {
  if (reason === 'InvalidImageName') return ['that is no image name', 'correct image.repository and image.tag'];
  if (reason === 'ErrImageNeverPull') {
    return ['it is not on the node, and the pull policy is Never', 'load it on the node, or let it be pulled'];
  }
  if (/no such host|i\/o timeout|connection refused|connection reset|no route to host|TLS handshake/i.test(message)) {
    return [
      'its registry does not answer',
      "check DNS and network of the cluster's nodes, or use a mirror (images, image)",
    ];
  }
  if (/unauthorized|denied|forbidden|authentication required|\b40[13]\b/i.test(message)) {
    return ['its registry refuses us', 'set imagePullSecrets, or correct them'];
  }
  if (/not found|manifest unknown|\b404\b/i.test(message)) {
    return ['its registry does not have it', 'correct the tag or digest (release, images, image)'];
  }
  return ['the pull fails', 'see kubectl describe pod; correct image, release or imagePullSecrets'];
}

function commandMissing(view: ContainerView): Finding | undefined {
  const ended = view.status.state?.terminated ?? view.status.lastState?.terminated;
  const message = ended?.message ?? waiting(view).message ?? '';
  const command =
    /exec: \\?"([^"\\]+)\\?": (executable file not found|stat [^:]*: no such file|permission denied)/.exec(message);
  if (!command) return undefined;
  return {
    reason: 'CommandNotFound',
    type: 'InvalidSpec',
    message: `${subject(view)} can't start: its image ${view.spec?.image ?? ''} has no program ${command[1]}`,
    fix: 'use the image of this component (release, images, image), or correct the command',
  };
}

function outOfMemory(view: ContainerView): Finding | undefined {
  const { state, lastState } = view.status;
  if (isFine(view) || ![state?.terminated?.reason, lastState?.terminated?.reason].includes('OOMKilled'))
    return undefined;
  const limit = view.spec?.resources?.limits?.['memory'];
  return {
    reason: 'OOMKilled',
    type: 'NodeUnavailable',
    message: `${subject(view)} was killed ${times(view)} because it needs more memory than ${limit ? `its limit of ${limit}` : 'there is'}`,
    fix: 'raise resources.limits.memory of the component',
  };
}

function killedByLivenessProbe(view: ContainerView): Finding | undefined {
  const killed = view.events.some(
    ({ reason, text }) => reason === 'Killing' && text.includes(`${view.status.name} failed liveness probe`),
  );
  if (!killed || isFine(view)) return undefined;
  const answer = probeAnswer(view, 'Liveness');
  return {
    reason: 'LivenessProbeFailed',
    type: 'NodeUnavailable',
    message: `${subject(view)} was stopped ${times(view)} because its liveness probe failed${answer}`,
    fix: `look at what it does: ${logs(view, true)}`,
  };
}

/** Exit code 0 is a failure here: these programs have no reason to end. */
function endsWithoutError(view: ContainerView): Finding | undefined {
  const ended = lastEnd(view);
  if (ended?.exitCode !== 0 || view.role !== 'container') return undefined;
  const batcher = view.status.name.includes('batcher');
  return {
    reason: 'EndsWithoutError',
    type: 'NodeUnavailable',
    message:
      `${subject(view)} ended ${times(view)} with exit code 0` +
      (batcher ? '; op-batcher does that when its execution client does not serve the miner API' : ''),
    fix: batcher
      ? 'add miner to execution.apis of the OpNode that it uses'
      : `see its last log lines: ${logs(view, true)}`,
  };
}

function crashes(view: ContainerView): Finding | undefined {
  const ended = lastEnd(view);
  if (!ended || ended.exitCode === 0) return undefined;
  const { explanation } = view;
  return {
    reason: explanation?.reason ?? 'CrashLoopBackOff',
    type: 'NodeUnavailable',
    message: `${subject(view)} ended ${times(view)} with exit code ${ended.exitCode}${explanation ? ` because it ${explanation.why}` : ''}`,
    fix: explanation?.fix ?? `the reason is in its last log line: ${logs(view, true)}`,
  };
}

function notStarted(view: ContainerView): Finding | undefined {
  const { status, explanation } = view;
  if (!status.state?.running || status.started !== false || status.ready) return undefined;
  const before = status.restartCount > 0 ? ` It has ended ${times(view)} before.` : '';
  const node = status.name === 'op-node' ? ' op-node does so once L1 and its execution client have answered.' : '';
  return {
    reason: explanation?.reason ?? 'NotStarted',
    type: 'NotReadyYet',
    message: `${subject(view)} runs but has not opened its port yet${explanation ? ` because it ${explanation.why}` : probeAnswer(view, 'Startup')}.${node}${before}`,
    fix: explanation?.fix ?? `wait; if it stays so, see ${logs(view, false)}`,
  };
}

function notReady(view: ContainerView): Finding | undefined {
  const { status, explanation } = view;
  if (!status.state?.running || status.ready) return undefined;
  const answer = probeAnswer(view, 'Readiness');
  const unauthorised = answer.includes('401');
  return {
    reason: explanation?.reason ?? 'NotReady',
    type: 'NotReadyYet',
    message: `${subject(view)} runs but is not ready${explanation ? ` because it ${explanation.why}` : answer}`,
    fix:
      explanation?.fix ??
      (unauthorised
        ? 'probe a port that answers without authentication, not the engine port'
        : `wait; if it stays so, see ${logs(view, false)}`),
  };
}

function restartedLately(view: ContainerView): Finding | undefined {
  const { status, explanation, now } = view;
  const ended = status.lastState?.terminated;
  const at = Date.parse(ended?.finishedAt ?? '');
  if (!ended || !status.state?.running || !(now - at < RECENT_RESTART_MS)) return undefined;
  return {
    reason: explanation?.reason ?? 'Restarted',
    type: 'NotReadyYet',
    message: `${subject(view)} ended ${times(view)} with exit code ${ended.exitCode} and runs again${explanation ? `, but ${explanation.why}` : ''}`,
    fix: explanation?.fix ?? `see why it ended: ${logs(view, true)}`,
  };
}

export function missingObject(view: Pick<ContainerView, 'pod'>, kind: string, name: string): Finding {
  const shown = kind.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap';
  return {
    reason: `${shown}NotFound`,
    type: 'ReferenceNotFound',
    message: `Pod ${view.pod} can't start: ${shown} ${name} does not exist`,
    fix: `create ${shown} ${name}; the pod starts by itself then`,
  };
}

export function missingKey(view: Pick<ContainerView, 'pod'>, kind: string, name: string, key: string): Finding {
  return {
    reason: `${kind}KeyNotFound`,
    type: 'ReferenceNotFound',
    message: `Pod ${view.pod} can't start: ${kind} ${name} has no key ${key}`,
    fix: `add key ${key} to ${kind} ${name}; the pod starts by itself then`,
  };
}

/** The end that explains why it is not running now; nothing while it runs or has done its work. */
function lastEnd(view: ContainerView) {
  const { state, lastState } = view.status;
  if (isFine(view) || state?.running) return undefined;
  if (state?.terminated) return state.terminated;
  return state?.waiting?.reason === 'CrashLoopBackOff' ? lastState?.terminated : undefined;
}

/** Running and ready, or an init container that has done its work. */
function isFine({ status, role }: ContainerView): boolean {
  if (status.state?.running && status.ready) return true;
  return role === 'init container' && status.state?.terminated?.exitCode === 0;
}

function waiting({ status }: ContainerView): { readonly reason?: string; readonly message?: string } {
  return status.state?.waiting ?? {};
}

function subject({ pod, status, role }: ContainerView): string {
  return `${role === 'container' ? 'Container' : 'Init container'} ${status.name} of pod ${pod}`;
}

function times({ status }: ContainerView): string {
  const ends = status.restartCount + (status.state?.terminated ? 1 : 0);
  return ends <= 1 ? 'once' : `${ends} times`;
}

/** What the last failing probe of a kind got as an answer. */
function probeAnswer({ events }: ContainerView, probe: 'Startup' | 'Readiness' | 'Liveness'): string {
  const text = events.findLast(
    (event) => event.reason === 'Unhealthy' && event.text.startsWith(`${probe} probe failed`),
  )?.text;
  if (text === undefined) return '';
  const status = /statuscode: (\d{3})/.exec(text)?.[1];
  if (status) return `: the ${probe.toLowerCase()} probe got HTTP ${status}`;
  if (text.includes('connection refused')) return `: the ${probe.toLowerCase()} probe's connection is refused`;
  return /timeout|deadline exceeded/i.test(text) ? `: the ${probe.toLowerCase()} probe got no answer in time` : '';
}

function logs({ pod, namespace, status }: ContainerView, previous: boolean): string {
  return `kubectl logs -n ${namespace} ${pod} -c ${status.name}${previous ? ' --previous' : ''} --tail=20`;
}
