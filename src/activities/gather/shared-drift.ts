/** What steps write for the whole chain and no render lists as an object: key copies, identities, peers, sequencers. */
import type { Problem } from '../../contract/failures.ts';
import type { ObjectChange } from '../../contract/plan.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { activeSequencerSpec } from '../../render/active-sequencer.ts';
import { driftedFields } from '../../render/live.ts';
import type { KubeObject as Manifest } from '../../render/manifest.ts';
import { activeSequencerServiceName, peersConfigMapName, sequencersConfigMapName } from '../../render/names.ts';
import type { OwnedCopy, StoredRender } from '../state/render-store.ts';
import { editorsOf } from './editor.ts';
import type { LiveObjects } from './live.ts';
import type { Wish } from './wish.ts';

type DataObject = KubeObject & { data?: Record<string, string> };

export interface SharedDrift {
  readonly changes: readonly ObjectChange[];
  /** What is gone, and can not be put back. */
  readonly problems: readonly Problem[];
}

/**
 * Differences from the verified render of the network. Contents of Secrets are not compared: copies are immutable.
 * @param wish a copy that is gone is made again of the user's Secret, if that still is what it was
 * @param active OpNode that sequences, also after a restart; undefined: none, or one that is about to
 */
export async function sharedDrift(
  kube: KubeClient,
  at: { namespace: string; name: string },
  render: StoredRender,
  {
    wish,
    live,
    active,
    signal,
  }: {
    readonly wish: Pick<Wish, 'tokens' | 'references'>;
    readonly live: Pick<LiveObjects, 'objects'>;
    readonly active: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<SharedDrift> {
  const read = (kind: string, name: string) =>
    kube.get<DataObject>({ apiVersion: 'v1', kind, namespace: at.namespace, name }, { signal });
  const copied = [...new Set(render.copies.map(({ to }) => to.name))].map((name) => ({
    name,
    keys: render.copies.filter(({ to }) => to.name === name).map(({ to }) => to.key),
  }));
  const wanted = [
    ...copied,
    ...render.identities.map(({ secret, keys }) => ({ name: secret, keys: Object.keys(keys) })),
  ];
  const secrets = await Promise.all(
    wanted.map(async ({ name, keys }) => ({ name, keys, found: await read('Secret', name) })),
  );
  const isThere = (name: string) => secrets.some((secret) => secret.name === name && secret.found);
  const sequencersName = sequencersConfigMapName(at.name);
  const peersName = peersConfigMapName(at.name);
  const [sequencers, peers] = await Promise.all([read('ConfigMap', sequencersName), read('ConfigMap', peersName)]);
  const source = async ({ from }: OwnedCopy) => (await read('Secret', from.name))?.data?.[from.key];
  const gone = render.copies.filter(({ to }) => !isThere(to.name));
  const checked = await Promise.all(
    gone.map(async (copy) => ({ copy, why: whyNotAgain(wish, render, copy, await source(copy)) })),
  );
  const stuck = checked.filter(({ why }) => why !== undefined);
  const changes = [
    ...secrets.flatMap(({ name, found, keys }) =>
      stuck.some(({ copy }) => copy.to.name === name) ? [] : missingKeys(render, `Secret/${name}`, found, keys),
    ),
    ...missingKeys(render, `ConfigMap/${sequencersName}`, sequencers, render.sequencers),
    ...serviceDrift(render, live, at.name, active),
    ...missingKeys(render, `ConfigMap/${peersName}`, peers, Object.keys(render.peers)),
    ...otherPeers(render, `ConfigMap/${peersName}`, peers),
  ];
  const isSaid = ({ to }: OwnedCopy) => wish.references.lostCopies.some((lost) => lost.to.name === to.name);
  const unsaid = stuck.filter(({ copy }) => !isSaid(copy));
  return { changes, problems: unsaid.map(({ copy, why }) => lostCopy(copy, why ?? '')) };
}

/** A node that has another identity by now: each key of its own, so that each says who has written it. */
function otherPeers(render: StoredRender, object: string, found: DataObject | undefined): ObjectChange[] {
  if (!found) return [];
  return Object.entries(render.peers)
    .filter(([node, value]) => found.data?.[node] !== undefined && found.data[node] !== value)
    .map(([node]) => change(render, object, found, [`data.${node}`]));
}

/** While it is not settled who sequences, wherever the Service leads is good enough. */
function serviceDrift(
  render: StoredRender,
  { objects }: Pick<LiveObjects, 'objects'>,
  network: string,
  active: string | undefined,
): ObjectChange[] {
  if (render.sequencers.length === 0) return [];
  const object = `Service/${activeSequencerServiceName(network)}`;
  const found = objects.get(object);
  if (!found) return [creation(render, object)];
  if (active === undefined || !render.sequencers.includes(active)) return [];
  const wanted = { spec: activeSequencerSpec(network, active) } as unknown as Manifest;
  const fields = driftedFields(wanted, found);
  return fields.length > 0 ? [change(render, object, found, fields)] : [];
}

/**
 * Why a copy can not be made of the user's Secret again. With another installation key than the render's nothing can be
 * said of contents, and the step that would copy says so.
 */
function whyNotAgain(
  { tokens }: Pick<Wish, 'tokens'>,
  render: StoredRender,
  { from, token }: OwnedCopy,
  content: string | undefined,
): string | undefined {
  if (content === undefined) return 'does not exist';
  if (render.installation !== undefined && render.installation !== tokens.installation) return undefined;
  const value = Buffer.from(content, 'base64');
  const isSame = tokens.ofContent({ kind: 'Secret', ...from }, value) === token;
  return isSame ? undefined : 'has other content than what is rolled out';
}

function lostCopy({ from, to }: OwnedCopy, why: string): Problem {
  return {
    type: 'ReferenceNotFound',
    message: `Secret "${from.name}", key "${from.key}", ${why}, and the copy of it (Secret "${to.name}") is gone as well: pods that need it can not start`,
    fix: `put the former content back under "${from.key}" of Secret "${from.name}"; it is copied by itself`,
  };
}

function missingKeys(
  render: StoredRender,
  object: string,
  found: DataObject | undefined,
  keys: readonly string[],
): ObjectChange[] {
  if (!found) return keys.length === 0 ? [] : [creation(render, object)];
  const missing = keys.filter((key) => found.data?.[key] === undefined).map((key) => `data.${key}`);
  return missing.length === 0 ? [] : [change(render, object, found, missing)];
}

function creation({ component }: StoredRender, object: string): ObjectChange {
  return { component, object, action: 'create', fields: [], restartsPods: false };
}

function change(
  { component }: StoredRender,
  object: string,
  found: KubeObject,
  paths: readonly string[],
): ObjectChange {
  const editedBy = editorsOf(found, paths);
  return {
    component,
    object,
    action: 'change',
    fields: paths.map((path) => ({ path })),
    restartsPods: false,
    ...(editedBy.length > 0 ? { editedBy } : {}),
  };
}
