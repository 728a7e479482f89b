/** Asks the real API server what it thinks of an object, without keeping it. */
import { randomBytes } from 'node:crypto';
import { kinds } from '../../src/api/group.ts';
import { KubeApiError } from '../../src/kube/errors.ts';
import { createKubeClient, type KubeClient, type KubeObject } from '../../src/kube/index.ts';
import type { RawObject } from './sample-objects.ts';

export interface Verdict {
  readonly accepted: boolean;
  /** The object with defaults, when it was accepted. */
  readonly object?: KubeObject;
  /** Field and words of each refusal, e.g. `spec.l1.rpc: Invalid value: …`. */
  readonly causes: readonly string[];
}

export interface ApiServer {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Dry-run of `kubectl create`. */
  judge(object: RawObject): Promise<Verdict>;
  /** Really creates it. */
  create(object: RawObject): Promise<KubeObject>;
  /** Dry-run of an update of an object that exists. */
  judgeUpdate(object: RawObject, subresource?: 'status'): Promise<Verdict>;
  close(): Promise<void>;
}

/** A namespace of its own on the shared API server. */
export async function connectApiServer(kubeconfigPath: string): Promise<ApiServer> {
  const client = createKubeClient({ kubeconfigPath });
  const namespace = `api-${randomBytes(4).toString('hex')}`;
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });

  const pathOf = (object: RawObject) =>
    `/apis/optimism.io/v1alpha1/namespaces/${namespace}/${kinds[object.kind].plural}`;
  const placed = (object: RawObject): KubeObject => ({ ...object, metadata: { ...object.metadata, namespace } });
  // Not the client's own `create`: objects of a test may be anything, and unknown fields are to be dropped in silence.
  const send = async (method: 'POST' | 'PATCH', path: string, body: unknown): Promise<Verdict> => {
    try {
      const query = { dryRun: 'All', fieldValidation: 'Ignore', fieldManager: 'test' };
      const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const { text } = await client.raw(method, path, { query, body, contentType });
      return { accepted: true, object: JSON.parse(text), causes: [] };
    } catch (error) {
      if (!(error instanceof KubeApiError) || ![400, 422].includes(error.status)) throw error;
      const causes = error.causes.map(({ field, message }) => `${field}: ${message}`);
      return { accepted: false, causes: causes.length > 0 ? causes : [error.message] };
    }
  };

  return {
    client,
    namespace,
    judge: (object) => send('POST', pathOf(object), placed(object)),
    create: (object) => client.create(placed(object)),
    judgeUpdate: async (object, subresource) => {
      const suffix = subresource === undefined ? '' : `/${subresource}`;
      const { spec, status } = object;
      return send(
        'PATCH',
        `${pathOf(object)}/${object.metadata.name}${suffix}`,
        subresource === 'status' ? { status } : { spec },
      );
    },
    close: async () => {
      await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await client.close();
    },
  };
}
