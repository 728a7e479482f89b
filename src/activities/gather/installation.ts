/** The installation's key, as far as a look at a network may use it. */
import { randomBytes } from 'node:crypto';
import { ANNOTATIONS } from '../../api/names.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { OperatorError, type Problem } from '../../contract/failures.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { peersConfigMapName } from '../../render/names.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { readOrCreateInstallKey, requireInstallKey } from '../state/install-key.ts';
import { findRender } from '../state/render-store.ts';
import { type InstallTokens, installTokens } from './install-tokens.ts';

export interface Installation {
  readonly tokens: InstallTokens;
  /** Present: nothing may be rolled out, since the key is not the network's. */
  readonly problem?: Problem;
}

type Deps = Pick<ActivityDependencies, 'kube' | 'redactor' | 'operatorNamespace'>;

/** What its peers ConfigMap was stored from: a status may have been lost, or its install may only have begun. */
async function storedDigest(
  kube: KubeClient,
  at: { namespace: string; name: string },
  { metadata: { uid } }: KubeObject,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = peersConfigMapName(at.name);
  const peers = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: at.namespace, name }, { signal });
  const isOwn = peers?.metadata.ownerReferences?.some((owner) => owner.uid === uid);
  return isOwn ? peers?.metadata.annotations?.[ANNOTATIONS.renderDigest] : undefined;
}

/** A key is made for a network of which nothing is rolled out, and for no other: its own one has to come back. */
export async function gatherInstallation(
  { kube, redactor, operatorNamespace }: Deps,
  at: { namespace: string; name: string },
  network: KubeObject,
  signal: AbortSignal,
): Promise<Installation> {
  const { components = [] } = (network['status'] ?? {}) as OptimismNetworkStatus;
  const of = (key: Buffer) => {
    redactor.remember(key.toString('base64'));
    return installTokens(key, at);
  };
  const isListed = components.some(({ render }) => render !== undefined);
  try {
    const digest = isListed
      ? components.find(({ kind }) => kind === 'OptimismNetwork')?.render
      : await storedDigest(kube, at, network, signal);
    if (!isListed && digest === undefined)
      return { tokens: of(await readOrCreateInstallKey(kube, operatorNamespace, signal)) };
    const token = (await findRender(kube, at, digest, signal))?.installation;
    return { tokens: of(await requireInstallKey(kube, operatorNamespace, token, signal)) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    // What is rolled out is still watched, repaired and taken down. That needs values but no tokens, so any key will do,
    // and one that nobody knows lets no token of a Secret out.
    return { tokens: of(randomBytes(32)), problem: error.toProblem() };
  }
}
