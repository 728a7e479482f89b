/** The wish, rendered: one stored render for each component, and what the planner needs to know of each. Pure. */

import type { Release } from '../catalogue/releases.ts';
import { OperatorError } from '../contract/failures.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import type { KubeObject } from '../kube/index.ts';
import { besideActive, componentRole } from '../plan/component-role.ts';
import type { DesiredComponent } from '../plan/desired.ts';
import { renderDigest } from '../render/digest.ts';
import { peersData, renderNetwork } from '../render/index.ts';
import type { RenderInput } from '../render/input.ts';
import type { ChainFiles } from './gather/chain-files.ts';
import { podsOf } from './gather/identities.ts';
import type { Wish } from './gather/wish.ts';
import { installationToken } from './state/install-key.ts';
import { type StoredRender, storedRenderDigest } from './state/render-store.ts';

export interface Desire {
  readonly components: readonly DesiredComponent[];
  readonly renders: readonly StoredRender[];
  readonly input: RenderInput;
}

/** A wish that can be rendered: nothing in it is missing or unreadable. */
export type CompleteWish = Wish & { readonly network: NonNullable<Wish['network']>; readonly files: ChainFiles };

export function isComplete(wish: Wish): wish is CompleteWish {
  return wish.network !== undefined && wish.files !== undefined;
}

/** @param activeSequencer OpNode that sequences, or is to; every other sequencer stands by */
export function desireOf(wish: CompleteWish, release: Release, activeSequencer: string | undefined): Desire {
  const input = renderInput(wish, release);
  const networkComponent: ComponentRef = { kind: 'OptimismNetwork', name: wish.network.metadata.name };
  const rendered = renderNetwork(input);
  const extra = networkExtras(wish, input);
  const objectsOf = (component: ComponentRef) =>
    (rendered.find((item) => componentKey(item.component) === componentKey(component))?.objects ??
      []) as unknown as readonly KubeObject[];
  const others = rendered
    .filter(({ component }) => component.kind !== 'OptimismNetwork')
    .map(({ component }) => component);
  const installation = installationToken(wish.installKey);
  const settings = renderedSettings(wish.network.spec);
  const renders = [networkComponent, ...others].map((component): StoredRender => {
    const isNetwork = component.kind === 'OptimismNetwork';
    return {
      component,
      objects: isNetwork ? [...wish.files.objects, ...objectsOf(component)] : objectsOf(component),
      ...(isNetwork ? { ...extra, installation } : { copies: [], identities: [], peers: {}, sequencers: [] }),
      keys: isNetwork ? [] : keysOf(wish, component),
      inputs: renderDigest([
        isNetwork
          ? [settings, extra]
          : [settings, specOf(wish, component), extra.copies, wish.files.facts, release.name],
      ]),
    };
  });
  return { input, renders, components: renders.map((render) => desiredComponent(wish, render, activeSequencer)) };
}

/**
 * The network's settings without its policies, from which nothing is rendered: who pauses a rollout or lets a gate be
 * skipped has not wished for another one.
 */
function renderedSettings(spec: CompleteWish['network']['spec']): object {
  const { approval, rollout, paused, deletionPolicy, audit, probeInterval, owner, ...settings } = spec;
  return settings;
}

/** What belongs to the chain as a whole and is no plain object: copies of keys, generated identities, peers. */
function networkExtras(
  wish: CompleteWish,
  input: RenderInput,
): Pick<StoredRender, 'copies' | 'identities' | 'peers' | 'sequencers'> {
  const identities = [...wish.identities.values()];
  return {
    copies: [...wish.references.copies(), ...identities.flatMap(({ copies }) => copies)],
    identities: identities.flatMap(({ generated }) => generated),
    peers: { ...peersData(input) },
    sequencers: wish.nodes
      .filter(({ spec }) => spec.role === 'Sequencer')
      .map(({ metadata }) => metadata.name)
      .sort(),
  };
}

function renderInput(wish: CompleteWish, release: Release): RenderInput {
  const copyOf = (kind: 'Secret' | 'ConfigMap') => (name: string, key: string) => {
    const found = wish.references.find(kind, name, key);
    if (found) return found.copy;
    throw new OperatorError({
      type: 'ReferenceNotFound',
      message: `${kind} "${name}" with key "${key}" was not read`,
      fix: 'report this: the reference is in a field that is not searched',
    });
  };
  return {
    network: wish.network,
    nodes: wish.nodes,
    batchers: wish.batchers,
    proposers: [],
    challengers: [],
    chain: wish.files.facts,
    release,
    secret: copyOf('Secret'),
    configMap: copyOf('ConfigMap'),
    identity: (node) => {
      const found = wish.identities.get(node);
      if (found) return found.identity;
      throw new OperatorError({ type: 'InvalidSpec', message: `OpNode "${node}" has no identity`, fix: 'report this' });
    },
  };
}

function specOf(wish: Wish, component: ComponentRef): unknown {
  const all = component.kind === 'OpNode' ? wish.nodes : wish.batchers;
  return all.find(({ metadata }) => metadata.name === component.name)?.spec;
}

/** Tokens of the keys that a component acts with: a change of one is a rotation. Endpoints are not among them. */
function keysOf(wish: Wish, component: ComponentRef): string[] {
  const object = componentKey(component);
  const secrets = wish.references.resolved
    .filter(
      ({ use }) => use.object === object && /\.(signer|jwtSecretRef|keySecretRef)\b/.test(use.field) && !use.uncopied,
    )
    .map(({ use, copy }) => `Secret ${copy.name}, ${use.field}`);
  const batcher =
    component.kind === 'OpBatcher' ? wish.batchers.find(({ metadata }) => metadata.name === component.name) : undefined;
  const node =
    component.kind === 'OpNode' ? wish.nodes.find(({ metadata }) => metadata.name === component.name) : undefined;
  const remote = batcher?.spec.signer.remote ?? node?.spec.sequencer?.signer.remote;
  return [...secrets, ...(remote ? [`remote signer address ${remote.address.toLowerCase()}`] : [])].sort();
}

function desiredComponent(wish: Wish, render: StoredRender, activeSequencer: string | undefined): DesiredComponent {
  const { component } = render;
  const node = wish.nodes.find(({ metadata }) => component.kind === 'OpNode' && metadata.name === component.name);
  return {
    component,
    role: besideActive(componentRole(node ?? component), component.name, activeSequencer) ?? 'network',
    render: storedRenderDigest(render),
    inputs: render.inputs,
    replicas: node ? podsOf(node) : 1,
    images: imagesOf(render),
    keys: render.keys,
  };
}

interface PodSpec {
  readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
}

/** Image of each container of a render's pods. */
export function imagesOf(render: Pick<StoredRender, 'objects'>): Record<string, string> {
  const specs = render.objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .map((object) => (object['spec'] as { template?: { spec?: PodSpec } }).template?.spec);
  return Object.fromEntries(
    specs.flatMap((spec) =>
      [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name, image }) => [name, image ?? '']),
    ),
  );
}
