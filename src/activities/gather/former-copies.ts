/** Our key copies by the last verified render of a network: what is gone on with when the user's Secrets are gone. */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { findRender, type OwnedCopy } from '../state/render-store.ts';

export async function formerCopiesOf(
  kube: KubeClient,
  at: { namespace: string; name: string },
  network: KubeObject,
  signal: AbortSignal,
): Promise<readonly OwnedCopy[]> {
  const status = network['status'] as OptimismNetworkStatus | undefined;
  const digest = status?.components?.find(({ kind }) => kind === 'OptimismNetwork')?.render;
  return (await findRender(kube, at, digest, signal))?.copies ?? [];
}
