/** The wish, rendered: one stored render for each component, and what the planner needs to know of each. Pure. */

import { release as builtInRelease, type Release } from '../catalogue/releases.ts';
import { OperatorError } from '../contract/failures.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import { wishMark } from '../contract/wish-mark.ts';
import type { KubeObject } from '../kube/index.ts';
import { besideActive, componentRole } from '../plan/component-role.ts';
import type { DesiredComponent } from '../plan/desired.ts';
import { renderDigest } from '../render/digest.ts';
import { afterUpgrade, challengedGameTypes, proposedGameType } from '../render/game-types.ts';
import { peersData, renderNetwork } from '../render/index.ts';
import type { ChainFacts, RenderInput } from '../render/input.ts';
import { challengedNode, referencedNodes } from '../render/node-refs.ts';
import type { ChainFiles } from './gather/chain-files.ts';
import { podsOf } from './gather/identities.ts';
import type { ReferenceUse } from './gather/references.ts';
import { type StoredFile, storedFile } from './gather/stored-files.ts';
import type { Wish } from './gather/wish.ts';
import { type StoredRender, storedRenderDigest } from './state/render-store.ts';

export interface Desire {
  readonly components: readonly DesiredComponent[];
  readonly renders: readonly StoredRender[];
  readonly input: RenderInput;
  /** Hash of what people wish of all components; without what L1 decides. */
  readonly wish: string;
  /** See contract/wish-mark.ts. */
  readonly written: string;
}

/** What the wish is rendered with, besides itself. */
export interface DesireFacts {
  readonly release: Release;
  readonly games: Pick<RenderInput, 'contracts' | 'playedGameTypes'>;
  /** OpNode that sequences, or is to; every other sequencer stands by. */
  readonly activeSequencer: string | undefined;
}

/** A wish that can be rendered: nothing in it is missing or unreadable. */
export type CompleteWish = Wish & { readonly network: NonNullable<Wish['network']>; readonly files: ChainFiles };

export function isComplete(wish: Wish): wish is CompleteWish {
  return wish.network !== undefined && wish.files !== undefined;
}

export function desireOf(wish: CompleteWish, { release, games, activeSequencer }: DesireFacts): Desire {
  const variables = filesOfVariables(wish);
  const input = renderInput(wish, release, games, variables);
  const networkComponent: ComponentRef = { kind: 'OptimismNetwork', name: wish.network.metadata.name };
  const rendered = renderNetwork(input);
  const extra = networkExtras(wish, input);
  const objectsOf = (component: ComponentRef) =>
    (rendered.find((item) => componentKey(item.component) === componentKey(component))?.objects ??
      []) as unknown as readonly KubeObject[];
  const others = rendered
    .filter(({ component }) => component.kind !== 'OptimismNetwork')
    .map(({ component }) => component);
  const { installation } = wish.tokens;
  const settings = renderedSettings(wish.network.spec);
  const written = whatIsWritten(wish);
  const named = wish.network.spec.release === undefined ? undefined : wishedRelease(release);
  const specs = objectsOfComponents(wish).map(({ kind, metadata, spec }) => [kind, metadata.name, spec]);
  const renders = [networkComponent, ...others].map((component): StoredRender => {
    const isNetwork = component.kind === 'OptimismNetwork';
    return {
      component,
      objects: isNetwork
        ? [...wish.files.objects, ...[...variables.values()].map(({ object }) => object), ...objectsOf(component)]
        : objectsOf(component),
      ...(isNetwork ? { ...extra, installation } : { copies: [], identities: [], peers: {}, sequencers: [] }),
      keys: isNetwork ? [] : keysOf(wish, component),
      inputs: wishMark(
        renderDigest([
          isNetwork
            ? [settings, wish.nodes.map(({ metadata, spec }) => [metadata.name, spec]), contentOf(wish)]
            : [
                settings,
                specOf(wish, component),
                nodesReadBy(wish, component),
                contentOf(wish, component),
                wishedFacts(wish.files.facts),
                named,
                gamesOf(input, component),
              ],
        ]).slice(0, 32),
        written,
      ),
    };
  });
  return {
    input,
    renders,
    components: renders.map((render) => desiredComponent(wish, render, activeSequencer)),
    wish: renderDigest([settings, inOrder(specs), inOrder(contentOf(wish)), wishedFacts(wish.files.facts), named]),
    written,
  };
}

/**
 * The network's settings without its policies, from which nothing is rendered: who pauses a rollout, lets a gate be
 * skipped or prefers another sequencer has not wished for another render. Nor has who adds a release to a catalogue.
 */
function renderedSettings(spec: CompleteWish['network']['spec']): object {
  const { approval, rollout, sequencer, paused, deletionPolicy, audit, probeInterval, owner, catalogue, ...settings } =
    spec;
  // What follows from an upgrade of the contracts is in the games of each component.
  const { upgrade, ...contracts } = settings.contracts;
  return { ...settings, contracts };
}

/** One that is built in is what its name says for ever. One of the user's own is what they have written into it. */
function wishedRelease(release: Release): unknown {
  const { name, images, initImage } = release;
  return builtInRelease(name) === release ? name : [name, images, initImage];
}

/** The facts about the chain that the user has given. Those of the registry come with the operator. */
function wishedFacts(facts: ChainFacts): object {
  return facts.custom ? facts : { registryName: facts.registryName, config: facts.config };
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

/** Ends the fields of what environment variables are taken from. */
const VARIABLE = '.configMapKeyRef';

/** Keys of ConfigMaps that environment variables are taken from, by `name/key`, as immutable ConfigMaps of ours. */
function filesOfVariables({ network, references }: CompleteWish): Map<string, StoredFile> {
  return new Map(
    references.resolved
      .filter(({ use }) => use.field.endsWith(VARIABLE))
      .map(({ use, value }) => [`${use.name}/${use.key}`, storedFile(network, use.name.slice(0, 40), use.key, value)]),
  );
}

function renderInput(
  wish: CompleteWish,
  release: Release,
  games: DesireFacts['games'],
  variables: ReadonlyMap<string, StoredFile>,
): RenderInput {
  const read = <Copy>(kind: 'Secret' | 'ConfigMap', name: string, key: string, copy: Copy | undefined): Copy => {
    if (copy) return copy;
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
    proposers: wish.proposers,
    challengers: wish.challengers,
    ...games,
    ...(games.contracts ? { contracts: afterUpgrade(games.contracts, wish.network.spec.contracts.upgrade) } : {}),
    chain: wish.files.facts,
    release,
    secret: (name, key) => read('Secret', name, key, wish.references.find('Secret', name, key)?.copy),
    configMap: (name, key) => read('ConfigMap', name, key, variables.get(`${name}/${key}`)?.ref),
    identity: (node) => {
      const found = wish.identities.get(node);
      if (found) return found.identity;
      throw new OperatorError({ type: 'InvalidSpec', message: `OpNode "${node}" has no identity`, fix: 'report this' });
    },
  };
}

function objectsOfComponents({ nodes, batchers, proposers, challengers }: Wish) {
  return [...nodes, ...batchers, ...proposers, ...challengers];
}

function specOf(wish: Wish, component: ComponentRef): unknown {
  return objectsOfComponents(wish).find(
    ({ kind, metadata }) => kind === component.kind && metadata.name === component.name,
  )?.spec;
}

/** Nodes that a component has settings from: whose coming and going is a wish of it. */
function nodesReadBy({ nodes, batchers, proposers, challengers }: Wish, { kind, name }: ComponentRef): unknown {
  if (kind === 'OpNode') return nodes.some(({ spec }) => spec.role === 'Sequencer');
  const isIt = ({ metadata }: { readonly metadata: { readonly name: string } }) => metadata.name === name;
  const challenger = kind === 'OpChallenger' ? challengers.find(isIt) : undefined;
  if (challenger) return challengedNode(challenger.spec.nodeRefs, nodes);
  const sender = [...(kind === 'OpBatcher' ? batchers : []), ...(kind === 'OpProposer' ? proposers : [])].find(isIt);
  return sender && referencedNodes(sender.spec.nodeRefs, nodes);
}

/** Tokens of what comes from Secrets and ConfigMaps: to all, or to a component, also by its network's spec. */
function contentOf({ network, references }: CompleteWish, component?: ComponentRef): string[][] {
  const readers = component && [componentKey(component), `OptimismNetwork/${network.metadata.name}`];
  return references.resolved
    .filter(({ use }) => (readers?.includes(use.object) ?? true) && !use.uncopied && isRendered(use))
    .map(({ use, token }) => [use.object, use.field, token]);
}

/** Chain files are among the facts, and who adds a release to a catalogue has not wished for another render. */
function isRendered({ kind, field }: ReferenceUse): boolean {
  return kind === 'Secret' || field.endsWith(VARIABLE);
}

function whatIsWritten({ resources: { network, components }, references }: Wish): string {
  const objects = [network, ...components].map(({ kind, metadata }) => [
    kind,
    metadata.name,
    metadata.uid,
    metadata.generation,
  ]);
  const contents = references.resolved.map(({ use, token }) => [use.kind, use.name, use.key, token]);
  return renderDigest(inOrder([...objects, ...contents])).slice(0, 32);
}

/** Whatever order they were listed in. */
function inOrder(items: readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(item)).sort();
}

/** What L1 decides of a component's settings: nobody has to edit a spec for a chain to respect another game. */
function gamesOf(input: RenderInput, { kind, name }: ComponentRef): unknown {
  const { contracts, proposers, challengers, playedGameTypes } = input;
  const proposer = kind === 'OpProposer' ? proposers.find(({ metadata }) => metadata.name === name) : undefined;
  const challenger = kind === 'OpChallenger' ? challengers.find(({ metadata }) => metadata.name === name) : undefined;
  if (!contracts || (!proposer && !challenger)) return undefined;
  const { disputeGameFactory, l2OutputOracle } = contracts;
  return [
    disputeGameFactory,
    l2OutputOracle,
    proposer && proposedGameType(proposer.spec, contracts),
    challenger && challengedGameTypes(challenger.spec, contracts, playedGameTypes?.(name)),
  ];
}

/** Tokens of the keys that a component acts with: a change of one is a rotation. Endpoints are not among them. */
function keysOf(wish: Wish, component: ComponentRef): string[] {
  const object = componentKey(component);
  const secrets = wish.references.resolved
    .filter(
      ({ use }) => use.object === object && /\.(signer|jwtSecretRef|keySecretRef)\b/.test(use.field) && !use.uncopied,
    )
    .map(({ use, copy }) => `Secret ${copy.name}, ${use.field}`);
  const found = objectsOfComponents(wish).find(
    ({ kind, metadata }) => kind === component.kind && metadata.name === component.name,
  );
  const signer = found?.kind === 'OpNode' ? found.spec.sequencer?.signer : found?.spec.signer;
  const remote = signer?.remote;
  const path = found?.kind === 'OpNode' ? undefined : found?.spec.signer.hdPath;
  return [
    ...secrets,
    ...(remote ? [`remote signer address ${remote.address.toLowerCase()}`] : []),
    // With another path the same phrase is another key.
    ...(path ? [`derivation path ${path}`] : []),
  ].sort();
}

function desiredComponent(wish: Wish, render: StoredRender, activeSequencer: string | undefined): DesiredComponent {
  const { component } = render;
  const node = wish.nodes.find(({ metadata }) => component.kind === 'OpNode' && metadata.name === component.name);
  return {
    component,
    role: besideActive(componentRole(node ?? component), component.name, activeSequencer) ?? 'network',
    render: storedRenderDigest(render),
    inputs: render.inputs,
    replicas: node ? podsOf(node) : isStopped(wish, component) ? 0 : 1,
    images: imagesOf(render),
    keys: render.keys,
  };
}

/** Whether a sender is to be scaled to nothing. */
function isStopped(wish: Wish, component: ComponentRef): boolean {
  return [...wish.batchers, ...wish.proposers, ...wish.challengers].some(
    ({ kind, metadata, spec }) => kind === component.kind && metadata.name === component.name && spec.stopped,
  );
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
