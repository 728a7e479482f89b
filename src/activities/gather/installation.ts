/** The installation's key, as far as a look at a network may use it. */
import { randomBytes } from 'node:crypto';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { OperatorError, type Problem } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { readOrCreateInstallKey, requireInstallKey } from '../state/install-key.ts';
import { findRender } from '../state/render-store.ts';

export interface Installation {
  readonly key: Buffer;
  /** Present: nothing may be rolled out, since the key is not the network's. */
  readonly problem?: Problem;
}

type Deps = Pick<ActivityDependencies, 'kube' | 'operatorNamespace'>;

/** A key is made for a network of which nothing is rolled out, and for no other: its own one has to come back. */
export async function gatherInstallation(
  { kube, operatorNamespace }: Deps,
  at: { namespace: string; name: string },
  network: KubeObject,
  signal: AbortSignal,
): Promise<Installation> {
  const { components = [] } = (network['status'] ?? {}) as OptimismNetworkStatus;
  const isRolledOut = components.some(({ render }) => render !== undefined);
  try {
    if (!isRolledOut) return { key: await readOrCreateInstallKey(kube, operatorNamespace, signal) };
    const digest = components.find(({ kind }) => kind === 'OptimismNetwork')?.render;
    const token = (await findRender(kube, at, digest, signal))?.installation;
    return { key: await requireInstallKey(kube, operatorNamespace, token, signal) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // What is rolled out is still watched, repaired and taken down. That needs values but no tokens, so any key will do,
    // and one that nobody knows lets no token of a Secret out.
    return { key: randomBytes(32), problem: error.toProblem() };
  }
}
