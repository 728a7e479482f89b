/** What steps write for the whole chain and no render lists as an object: key copies, identities, peers, sequencers. */
import type { ObjectChange } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { peersConfigMapName, sequencersConfigMapName } from '../../render/names.ts';
import type { StoredRender } from '../state/render-store.ts';

type DataObject = KubeObject & { data?: Record<string, string> };

/** Differences from the verified render of the network. Contents of Secrets are not compared: copies are immutable. */
export async function sharedDrift(
  kube: KubeClient,
  at: { namespace: string; name: string },
  render: StoredRender,
  signal: AbortSignal,
): Promise<ObjectChange[]> {
  const read = (kind: string, name: string) =>
    kube.get<DataObject>({ apiVersion: 'v1', kind, namespace: at.namespace, name }, { signal });
  const copied = [...new Set(render.copies.map(({ to }) => to.name))].map((name) => ({
    name,
    keys: render.copies.filter(({ to }) => to.name === name).map(({ to }) => to.key),
  }));
  const secrets = [
    ...copied,
    ...render.identities.map(({ secret, keys }) => ({ name: secret, keys: Object.keys(keys) })),
  ];
  const fromSecrets = await Promise.all(
    secrets.map(async ({ name, keys }) => missingKeys(render, `Secret/${name}`, await read('Secret', name), keys)),
  );
  const sequencersName = sequencersConfigMapName(at.name);
  const peersName = peersConfigMapName(at.name);
  const [sequencers, peers] = await Promise.all([read('ConfigMap', sequencersName), read('ConfigMap', peersName)]);
  return [
    ...fromSecrets.flat(),
    ...missingKeys(render, `ConfigMap/${sequencersName}`, sequencers, render.sequencers),
    ...missingKeys(render, `ConfigMap/${peersName}`, peers, Object.keys(render.peers)),
    ...(peers
      ? Object.entries(render.peers).filter(
          ([node, value]) => peers.data?.[node] !== undefined && peers.data[node] !== value,
        )
      : []
    ).map(([node]) => change(render, `ConfigMap/${peersName}`, 'change', [`data.${node}`])),
  ];
}

function missingKeys(
  render: StoredRender,
  object: string,
  found: DataObject | undefined,
  keys: readonly string[],
): ObjectChange[] {
  if (!found) return keys.length === 0 ? [] : [change(render, object, 'create', [])];
  const missing = keys.filter((key) => found.data?.[key] === undefined);
  return missing.length === 0
    ? []
    : [
        change(
          render,
          object,
          'change',
          missing.map((key) => `data.${key}`),
        ),
      ];
}

function change(
  { component }: StoredRender,
  object: string,
  action: ObjectChange['action'],
  paths: readonly string[],
): ObjectChange {
  return { component, object, action, fields: paths.map((path) => ({ path })), restartsPods: false };
}
