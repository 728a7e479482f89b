/** What the scheduler would say about a pod and our one node. */
import type { Claim } from './claims.ts';
import type { Pod } from './pod-object.ts';
import { parseQuantity } from './quantity.ts';

/** Plenty: only a request that no single pod should make does not fit. */
export const NODE_CAPACITY = { cpu: '48', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '10000' } as const;

export type Placement =
  | { readonly kind: 'fits' }
  /** Something will come that nobody has to be told of, e.g. the binding of a claim. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'unschedulable'; readonly message: string };

/** @param node its name, by which a pod may ask for another one */
export function place(pod: Pod, node: string, claim: (name: string) => Claim | undefined): Placement {
  const wanted = pod.spec.nodeSelector?.['kubernetes.io/hostname'];
  if (pod.spec.schedulingGates?.length || (wanted !== undefined && wanted !== node)) return { kind: 'wait' };
  const claims = (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  const missing = claims.find((name) => claim(name) === undefined);
  if (missing !== undefined) {
    const message = `0/1 nodes are available: persistentvolumeclaim "${missing}" not found. not found`;
    return { kind: 'unschedulable', message };
  }
  const tooMuch = (['cpu', 'memory'] as const).find(
    (resource) => requested(pod, resource) > parseQuantity(NODE_CAPACITY[resource]),
  );
  if (tooMuch) {
    const preemption = '0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    const message = `0/1 nodes are available: 1 Insufficient ${tooMuch}. no new claims to deallocate, preemption: ${preemption}`;
    return { kind: 'unschedulable', message };
  }
  return claims.every((name) => claim(name)?.status?.phase === 'Bound') ? { kind: 'fits' } : { kind: 'wait' };
}

/** Main containers and sidecars together. */
function requested({ spec }: Pod, resource: 'cpu' | 'memory'): number {
  const lasting = [
    ...spec.containers,
    ...(spec.initContainers ?? []).filter((init) => init.restartPolicy === 'Always'),
  ];
  return lasting.reduce((sum, { resources }) => sum + parseQuantity(resources?.requests?.[resource] ?? 0), 0);
}
