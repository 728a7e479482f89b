/**
 * Secrets of ours that nothing names any more: copies of keys, and generated identities. Secrets are never listed, so
 * what may go is told by renders. Kept is whatever a pod can still ask for, at its next start too.
 */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { KubeObject } from '../../kube/index.ts';
import { findRender, type StoredRender, secretsOf } from '../state/render-store.ts';
import type { StepContext } from './step-context.ts';

export interface RenderHistory {
  /** The network's verified render and the one before, which name the Secrets. */
  readonly last: StoredRender | undefined;
  readonly before: StoredRender | undefined;
  /** Verified and former renders of the components, which mount them. */
  readonly mounting: readonly StoredRender[];
}

/**
 * After a change to `next`: what the network's renders so far have named, and neither it nor any component does. A
 * component that is gone mounts nothing, so its keys go with the change that follows. Pure.
 */
export function surplusAfterChange(next: StoredRender, { last, before, mounting }: RenderHistory): string[] {
  const kept = secretsOf(next);
  const former = new Set([...secretsOf(last), ...secretsOf(before)]);
  return [...former].filter((name) => !kept.includes(name) && !mounting.some((render) => mounts(render, name)));
}

function mounts({ objects }: StoredRender, secret: string): boolean {
  return JSON.stringify(objects).includes(`"${secret}"`);
}

export async function renderHistory({ deps, at, signal }: StepContext): Promise<RenderHistory> {
  const network = await deps.kube.get<KubeObject & { status?: OptimismNetworkStatus }>(
    { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', ...at },
    { signal },
  );
  const components = network?.status?.components ?? [];
  const find = (digest: string | undefined) => findRender(deps.kube, at, digest, signal);
  const own = components.find(({ kind }) => kind === 'OptimismNetwork');
  const others = components.filter(({ kind }) => kind !== 'OptimismNetwork');
  const [last, before, ...mounting] = await Promise.all([
    find(own?.render),
    find(own?.previousRender),
    ...others.flatMap(({ render, previousRender }) => [find(render), find(previousRender)]),
  ]);
  return { last, before, mounting: mounting.filter((render) => render !== undefined) };
}

export async function deleteSecrets({ deps, at, signal, act }: StepContext, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await act('delete', () =>
      deps.kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace: at.namespace, name }, { signal }),
    );
  }
}
