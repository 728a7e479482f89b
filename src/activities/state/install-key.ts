/**
 * The installation's own key. Change tokens are HMACs under it, and generated identities (engine JWT, p2p keys) are
 * derived from it: the same wish gives the same Secrets, however often and wherever it is computed. Another key would be
 * other identities for every network, so each one remembers, by a token, which key it was rolled out with.
 */
import { randomBytes } from 'node:crypto';
import { changeToken } from '../../chain/keys.ts';
import { OperatorError } from '../../contract/failures.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';

export const INSTALL_KEY_SECRET = 'op-stack-operator-install-key';
const KEY = 'key';

type Secret = KubeObject & { data?: Record<string, string> };

/** What a stored render says of the key. It tells nothing about it. */
export function installationToken(installKey: Buffer): string {
  return changeToken(installKey, ['installation']);
}

/** @returns undefined when there is none. @throws OperatorError InvalidSpec when it is damaged */
export async function findInstallKey(
  kube: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  const secret = await kube.get<Secret>(refIn(namespace), { signal });
  return secret && decode(secret, namespace);
}

/** Reads the key, or creates it. Only for a network of which nothing is rolled out. */
export async function readOrCreateInstallKey(
  kube: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  const ref = refIn(namespace);
  const existing = await findInstallKey(kube, namespace, signal);
  if (existing) return existing;
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: INSTALL_KEY_SECRET, namespace, labels: { 'app.kubernetes.io/managed-by': 'op-stack-operator' } },
    type: 'Opaque',
    immutable: true,
    data: { [KEY]: randomBytes(32).toString('base64') },
  };
  try {
    return decode(await kube.create<Secret>(secret, { signal }), namespace);
  } catch (error) {
    // Another worker was faster: its key is the one.
    if (!isKubeStatus(error, 409)) throw error;
    const theirs = await kube.get<Secret>(ref, { signal });
    if (!theirs) throw error;
    return decode(theirs, namespace);
  }
}

/**
 * The key that a network was rolled out with.
 * @param token of that key; undefined: of a render from before there were tokens, which any key is good for
 * @throws OperatorError InvalidSpec when it is gone or is another one
 */
export async function requireInstallKey(
  kube: KubeClient,
  namespace: string,
  token: string | undefined,
  signal?: AbortSignal,
): Promise<Buffer> {
  const key = await findInstallKey(kube, namespace, signal);
  if (!key) throw notTheKey(namespace, 'is gone');
  const found = installationToken(key);
  if (token !== undefined && found !== token)
    throw notTheKey(namespace, `is another one (token ${found}, not ${token})`);
  return key;
}

function refIn(namespace: string) {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: INSTALL_KEY_SECRET };
}

function decode(secret: Secret, namespace: string): Buffer {
  const key = Buffer.from(secret.data?.[KEY] ?? '', 'base64');
  if (key.length === 32) return key;
  throw notTheKey(namespace, `does not hold a 32-byte ${KEY}`);
}

function notTheKey(namespace: string, why: string): OperatorError {
  return new OperatorError({
    type: 'InvalidSpec',
    message: `Secret ${INSTALL_KEY_SECRET} in namespace ${namespace}, from which JWT secrets and peer ids of what is rolled out are derived, ${why}; nothing is changed with another one`,
    fix: `restore Secret ${INSTALL_KEY_SECRET} in namespace ${namespace} from its backup (delete the one that is there first). Without a backup: set spec.deletionPolicy: Retain, delete the OptimismNetwork and create it again, which gives it new identities`,
  });
}
