/** What the objects of files would be if they were applied: the API server says it, with its defaults, rules and policies. */
import { GROUP } from '../../api/names.ts';
import { isKubeStatus, KubeApiError, type KubeClient, type KubeObject, UnknownKindError } from '../../kube/index.ts';
import type { Manifest } from '../manifest-files.ts';
import { asApplied } from './client-side-apply.ts';

/** An object that the server does not take. */
export interface Refused {
  readonly at: string;
  /** `<Kind>/<name>` */
  readonly object: string;
  /** The server's words. */
  readonly message: string;
}

export interface Tried {
  readonly objects: readonly KubeObject[];
  readonly refused: readonly Refused[];
  /** Objects of kinds that no plan depends on. */
  readonly others: number;
}

/** Secrets and ConfigMaps may be referred to. */
const DATA_KINDS = ['Secret', 'ConfigMap'];

/** @param namespace of objects that name none */
export async function tryApply(kube: KubeClient, manifests: readonly Manifest[], namespace: string): Promise<Tried> {
  const objects: KubeObject[] = [];
  const refused: Refused[] = [];
  let others = 0;
  for (const { at, object } of manifests) {
    const wanted = withNamespace(object, namespace);
    if (!wanted) {
      refused.push({ at, object: '', message: 'apiVersion, kind and metadata.name are required' });
    } else if (!wanted.apiVersion.startsWith(`${GROUP}/`) && !isData(wanted)) {
      others += 1;
    } else {
      try {
        objects.push(await tryOne(kube, wanted));
      } catch (error) {
        if (!(error instanceof KubeApiError || error instanceof UnknownKindError)) throw error;
        refused.push({ at, object: `${wanted.kind}/${wanted.metadata.name}`, message: error.message });
      }
    }
  }
  return { objects, refused, others };
}

async function tryOne(kube: KubeClient, wanted: KubeObject): Promise<KubeObject> {
  try {
    return await asApplied(kube, wanted);
  } catch (error) {
    // Who may not write it may still ask what it would lead to.
    if (isData(wanted) && isKubeStatus(error, 403)) return withPlainData(wanted);
    throw error;
  }
}

function isData({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === 'v1' && DATA_KINDS.includes(kind);
}

/** As the API server keeps a Secret: without `stringData`. */
function withPlainData({ stringData, ...object }: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const texts = Object.entries((stringData ?? {}) as Record<string, string>);
  const encoded = texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')] as const);
  return { ...object, data: { ...(object['data'] as object | undefined), ...Object.fromEntries(encoded) } };
}

function withNamespace(object: Readonly<Record<string, unknown>>, namespace: string): KubeObject | undefined {
  const { apiVersion, kind, metadata } = object as Partial<KubeObject>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof metadata?.name !== 'string')
    return undefined;
  return { ...object, apiVersion, kind, metadata: { namespace, ...metadata } };
}
