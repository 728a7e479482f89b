/**
 * What was rolled out and verified, by the status and the stored renders. A render may be lost: somebody has deleted its
 * ConfigMap, or a restore has left it out.
 */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { type ComponentRef, componentKey, type ObjectChange } from '../../contract/plan.ts';
import { isSameWish } from '../../contract/wish-mark.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import type { ObservedComponent } from '../../plan/desired.ts';
import { isChangeable } from '../../render/diff.ts';
import { type Desire, imagesOf } from '../desire.ts';
import { findRender, type StoredRender } from '../state/render-store.ts';
import { driftOf, isObjectOf, type LiveObjects } from './live.ts';

export interface Verified {
  readonly component: ComponentRef;
  readonly digest: string;
  readonly render: StoredRender;
}

/** Rolled out, but nobody knows any more with what. */
export interface Lost {
  readonly component: ComponentRef;
  /** Absent: not even the status says it. */
  readonly digest?: string;
}

export interface RolledOut {
  readonly verified: readonly Verified[];
  readonly lost: readonly Lost[];
}

export async function gatherRolledOut(
  kube: KubeClient,
  at: { namespace: string; name: string },
  { components = [] }: OptimismNetworkStatus,
  live: LiveObjects,
  signal: AbortSignal,
): Promise<RolledOut> {
  const found = await Promise.all(
    components.map(async ({ kind, name, render: digest }) => {
      const component = { kind: kind as ComponentRef['kind'], name };
      return { component, digest, render: await findRender(kube, at, digest, signal, live.objects) };
    }),
  );
  const isOwn = ({ component }: Lost) => component.kind === 'OptimismNetwork';
  const rolledOut = found.flatMap(({ component, digest, render }) => (digest ? [{ component, digest, render }] : []));
  // The network is rolled out before any of its components.
  const own: ComponentRef = { kind: 'OptimismNetwork', name: at.name };
  const isOwnMissing = rolledOut.length > 0 && !rolledOut.some(isOwn);
  return {
    verified: rolledOut.flatMap(({ component, digest, render }) => (render ? [{ component, digest, render }] : [])),
    lost: [
      ...(isOwnMissing ? [{ component: own }] : []),
      ...rolledOut.flatMap(({ component, digest, render }) => (render ? [] : [{ component, digest }])),
    ],
  };
}

/**
 * Marks that verified renders are to get: what is wished now leads to the same, or is the same and was marked by an
 * operator before this one. Pure.
 */
export function renewedInputs(
  verified: readonly Verified[],
  desire: Desire | undefined,
): { readonly digest: string; readonly inputs: string }[] {
  return verified.flatMap(({ component, digest, render: { inputs: before } }) => {
    const wished = desire?.components.find((item) => componentKey(item.component) === componentKey(component));
    if (!wished || wished.inputs === before) return [];
    const isSame = wished.render === digest || isSameWish(before, wished.inputs);
    return isSame ? [{ digest, inputs: wished.inputs }] : [];
  });
}

/** A lost render that is wished as it was is known again: nothing has changed. Pure. */
export function withWishedRenders({ verified, lost }: RolledOut, desire: Desire | undefined): RolledOut {
  const found = lost.flatMap(({ component, digest }): Verified[] => {
    const index = desire?.components.findIndex((item) => componentKey(item.component) === componentKey(component));
    const render = desire?.renders[index ?? -1];
    return digest && render && desire?.components[index ?? -1]?.render === digest
      ? [{ component, digest, render }]
      : [];
  });
  const isFound = ({ component }: Lost) =>
    found.some((item) => componentKey(item.component) === componentKey(component));
  return { verified: [...verified, ...found], lost: lost.filter((item) => !isFound(item)) };
}

/**
 * What can be said of a component whose render is lost, by its live objects. Whose StatefulSet is gone as well has
 * nothing that could be moved: it is installed anew.
 * @param render the wished one
 */
export function observeLost(
  component: ComponentRef,
  render: StoredRender,
  live: LiveObjects,
): ObservedComponent | undefined {
  const sets = [...live.objects.values()].filter(
    (object) => object.kind === 'StatefulSet' && isObjectOf(object, component),
  );
  if (component.kind !== 'OptimismNetwork' && sets.length === 0) return undefined;
  return {
    component,
    lost: { images: imagesOf({ objects: sets }), otherKeys: render.keys.filter((key) => !sets.some(uses(key))) },
    changes: changesOfLost(component, render, live),
    drift: [],
    strayPods: [],
  };
}

/** Which fields differ can be told from the live objects; which of their pods were made from what can not. */
function changesOfLost(component: ComponentRef, render: StoredRender, live: LiveObjects): ObjectChange[] {
  const drift = driftOf(component, render, live).map((change): ObjectChange => {
    const [kind = ''] = change.object.split('/');
    const isFixed = change.action === 'change' && change.fields.some(({ path }) => !isChangeable(kind, path));
    return isFixed ? { ...change, action: 'recreate' } : change;
  });
  const sets = render.objects.filter(
    ({ kind, metadata }) => kind === 'StatefulSet' && live.objects.has(`StatefulSet/${metadata.name}`),
  );
  const unknown = sets.map(({ metadata }): ObjectChange => {
    const object = `StatefulSet/${metadata.name}`;
    const seen = drift.find((change) => change.object === object);
    const template = { path: 'spec.template', from: 'unknown, the former render is lost' };
    return {
      component,
      object,
      action: seen?.action ?? 'change',
      fields: [template, ...(seen?.fields ?? [])],
      restartsPods: true,
    };
  });
  return [...unknown, ...drift.filter(({ object }) => !unknown.some((change) => change.object === object))];
}

/**
 * Whether pods use a key of `StoredRender.keys`: copies end with a hash of their content, a remote signer is an address,
 * and what is derived from a phrase has a path.
 */
function uses(key: string): (set: KubeObject) => boolean {
  const hash = /^Secret [^,]*-([0-9a-f]{12}),/.exec(key)?.[1];
  const setting = /^(?:remote signer address|derivation path) (\S+)$/.exec(key)?.[1];
  const text = hash ? `-${hash}"` : `"${setting}"`;
  return (set) => JSON.stringify(set['spec']).toLowerCase().includes(text);
}
