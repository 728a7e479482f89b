/**
 * Stored renders that nothing needs any more. Every plan stores one for each component that it changes, whether it is
 * approved or not. Kept are the verified ones and those before, by which drift is told and Secrets are known.
 */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Look } from './look-once.ts';
import { surplusRenders } from './state/render-store.ts';

/** Only after a look that nothing is to follow: a plan that runs, or one that somebody is asked about, loads its own. */
export async function pruneRenders(
  { kube, reached }: Pick<ActivityDependencies, 'kube' | 'reached'>,
  at: { namespace: string; name: string },
  { wish, live }: Pick<Look, 'wish' | 'live'>,
  attempt: Attempt,
): Promise<void> {
  const { components = [] } = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const needed = components.flatMap(({ render, previousRender }) => [render, previousRender]);
  const digests = needed.filter((digest) => digest !== undefined);
  for (const { apiVersion, kind, metadata } of surplusRenders([...live.objects.values()], at.name, digests)) {
    await reached('look/prune/before');
    attempt.requireCurrent();
    await kube.delete(
      { apiVersion, kind, namespace: at.namespace, name: metadata.name },
      // Not the same render, stored anew by a look that came after this one.
      { ...(metadata.uid ? { preconditions: { uid: metadata.uid } } : {}), signal: attempt.signal },
    );
  }
}
