/** The installation's key as far as it can be used by who may not read it. */
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { gatherInstallation, type Installation } from '../../activities/gather/installation.ts';
import { findInstallKey, INSTALL_KEY_SECRET } from '../../activities/state/install-key.ts';
import type { OwnedCopy, StoredRender } from '../../activities/state/render-store.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';
import { previewTokens } from './unseen.ts';

type At = { readonly namespace: string; readonly name: string };

/** `cluster` reads, and `kube` stands in for what it may not read and writes nothing. */
type Deps = Pick<ActivityDependencies, 'redactor' | 'operatorNamespace' | 'kube'> & {
  readonly cluster: KubeClient;
  readonly signal: AbortSignal;
};

interface Known {
  readonly network: KubeObject;
  /** The network's own render. */
  readonly rolledOut: StoredRender | undefined;
  /** Secrets that may not be read. */
  readonly unseen: ReadonlySet<string>;
}

/** @returns with a note when the key can not be read */
export async function installationFromHere(
  deps: Deps,
  at: At,
  { network, rolledOut, unseen }: Known,
): Promise<{ installation: Installation; note?: string }> {
  const { cluster, operatorNamespace, signal } = deps;
  const why = await whyNoKey(cluster, operatorNamespace, signal);
  const own = why === undefined ? await gatherInstallation(deps, at, network, signal) : undefined;
  const contents = own ? new Map<OwnedCopy, Buffer>() : await copiesOf(cluster, at, rolledOut, signal);
  const tokens = previewTokens({
    own: own?.tokens,
    rolledOut,
    isUnseen: (secret) => unseen.has(secret),
    contentOf: (copy) => contents.get(copy),
  });
  return {
    installation: { ...own, tokens },
    ...(why === undefined
      ? {}
      : {
          note: `Secret ${INSTALL_KEY_SECRET} ${why}: names that hold a hash of something new are not known, and the plan will have another hash`,
        }),
  };
}

/** @returns undefined when the key can be read */
async function whyNoKey(kube: KubeClient, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await findInstallKey(kube, namespace, signal))
      ? undefined
      : `is not in namespace ${namespace} (--operator-namespace)`;
  } catch (error) {
    if (isKubeStatus(error, 403)) return `in namespace ${namespace} can not be read with your rights`;
    throw error;
  }
}

/** What the operator's copies hold, as far as they can be read. */
async function copiesOf(
  kube: KubeClient,
  { namespace }: At,
  rolledOut: StoredRender | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<OwnedCopy, Buffer>> {
  const found = await Promise.all(
    (rolledOut?.copies ?? []).map(async (copy) => {
      try {
        const ref = { apiVersion: 'v1', kind: copy.kind, namespace, name: copy.to.name };
        const secret = await kube.get<KubeObject & { data?: Record<string, string> }>(ref, { signal });
        const content = secret?.data?.[copy.to.key];
        return content === undefined ? [] : [[copy, Buffer.from(content, 'base64')] as const];
      } catch (error) {
        if (isKubeStatus(error, 403)) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}
