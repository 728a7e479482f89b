/** What stops a container from being created, before its program gets a chance. */
import { basename } from 'node:path';
import type { V1Container } from '@kubernetes/client-node';
import type { Program } from '../program.ts';
import type { Pod } from './pod-object.ts';

/** A reason for `CreateContainerConfigError`, in the kubelet's words. */
export function configProblem(pod: Pod, container: V1Container): string | undefined {
  return userProblem(pod, container) ?? unsupported(pod, container);
}

/** Message of `StartError` when the image has no such program. */
export function commandProblem(program: Program, container: V1Container): string | undefined {
  const command = container.command?.[0];
  if (command === undefined || !program.commands || program.commands.includes(basename(command))) return undefined;
  const reason = command.includes('/') ? 'no such file or directory' : 'executable file not found in $PATH';
  return (
    'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
    `unable to start container process: exec: "${command}": ${reason}: unknown`
  );
}

/** The images run as root unless the pod says otherwise. */
function userProblem({ metadata, spec }: Pod, container: V1Container): string | undefined {
  const { runAsNonRoot, runAsUser } = { ...spec.securityContext, ...container.securityContext };
  if (!runAsNonRoot || (runAsUser ?? 0) !== 0) return undefined;
  const reason =
    runAsUser === undefined
      ? 'container has runAsNonRoot and image will run as root'
      : "container's runAsUser breaks non-root policy";
  return `${reason} (pod: "${metadata.name}_${metadata.namespace}(${metadata.uid})", container: ${container.name})`;
}

/** Refused rather than ignored: a test must not pass because something was left out. */
function unsupported({ spec }: Pod, container: V1Container): string | undefined {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  const probes = [livenessProbe, readinessProbe, startupProbe].filter((probe) => probe !== undefined);
  if (probes.some((probe) => !probe.httpGet && !probe.tcpSocket)) return 'the pod runner has no exec or grpc probes';
  if (lifecycle?.postStart) return 'the pod runner has no postStart hooks';
  if (lifecycle?.preStop && !lifecycle.preStop.sleep) return 'the pod runner has no preStop hooks but sleep';
  if (spec.hostNetwork) return 'the pod runner has no host network';
  if (spec.readinessGates?.length) return 'the pod runner has no readiness gates';
  return undefined;
}
