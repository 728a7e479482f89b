import type { KubeClient, KubeObject } from '../../../src/kube/index.ts';
import type { ConfigMap, Secret } from './environment.ts';
import type { Pod } from './pod-object.ts';
import type { ContentReader } from './volume-content.ts';

/** Reads what a pod refers to from the API server: anew each time, but for objects that say that they never change. */
export function createConfigReader(client: KubeClient, { metadata, spec }: Pod): ContentReader {
  const { namespace } = metadata;
  const immutable = new Map<string, KubeObject>();

  async function read<T extends KubeObject>(kind: string, name: string): Promise<T | undefined> {
    const known = immutable.get(`${kind} ${name}`);
    if (known) return known as T;
    const object = await client.get<T>({ apiVersion: 'v1', kind, namespace, name });
    if (object?.['immutable'] === true) immutable.set(`${kind} ${name}`, object);
    return object;
  }

  return {
    secret: (name) => read<Secret>('Secret', name),
    configMap: (name) => read<ConfigMap>('ConfigMap', name),
    async serviceAccountToken(audience, expirationSeconds) {
      const account = spec.serviceAccountName ?? 'default';
      const { text } = await client.raw('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`, {
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: { ...(audience === undefined ? {} : { audiences: [audience] }), expirationSeconds },
        },
      });
      return (JSON.parse(text) as { status: { token: string } }).status.token;
    },
  };
}
