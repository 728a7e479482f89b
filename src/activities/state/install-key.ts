/**
 * The installation's own key. Change tokens are HMACs under it, and generated identities (engine JWT, p2p keys) are
 * derived from it: the same wish gives the same Secrets, however often and wherever it is computed.
 */
import { randomBytes } from 'node:crypto';
import { OperatorError } from '../../contract/failures.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';

const INSTALL_KEY_SECRET = 'op-stack-operator-install-key';
const KEY = 'key';

type Secret = KubeObject & { data?: Record<string, string> };

/** Reads the key, or creates it when this is the first start of the installation. */
export async function readInstallKey(kube: KubeClient, namespace: string, signal?: AbortSignal): Promise<Buffer> {
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name: INSTALL_KEY_SECRET };
  const existing = await kube.get<Secret>(ref, { signal });
  if (existing) return decode(existing, namespace);
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

function decode(secret: Secret, namespace: string): Buffer {
  const key = Buffer.from(secret.data?.[KEY] ?? '', 'base64');
  if (key.length === 32) return key;
  throw new OperatorError({
    type: 'InvalidSpec',
    message: `Secret ${INSTALL_KEY_SECRET} in namespace ${namespace} does not hold a 32-byte ${KEY}`,
    fix: 'restore it from a backup; with another key every network would get new peer ids and JWT secrets',
  });
}
