import type { ComponentKind, ComponentRef } from '../contract/plan.ts';
import { batcherObjects } from './batcher.ts';
import type { RenderInput } from './input.ts';
import type { KubeObject } from './manifest.ts';
import { networkObjects } from './network.ts';
import { nodeObjects } from './node.ts';

export interface Renderable {
  readonly component: ComponentRef;
  render(input: RenderInput): KubeObject[];
}

/** How the components of each kind are rendered. A kind that is missing here is not supported yet, and refused. */
const RENDERERS: Partial<Record<ComponentKind, (input: RenderInput) => Renderable[]>> = {
  OptimismNetwork: ({ network }) => [renderable('OptimismNetwork', network, networkObjects)],
  OpNode: ({ nodes }) => nodes.map((node) => renderable('OpNode', node, (input) => nodeObjects(node, input))),
  OpBatcher: ({ batchers }) =>
    batchers.map((batcher) => renderable('OpBatcher', batcher, (input) => batcherObjects(batcher, input))),
};

function renderable(kind: ComponentKind, object: Named, render: Renderable['render']): Renderable {
  return { component: { kind, name: object.metadata.name }, render };
}

interface Named {
  readonly metadata: { readonly name: string };
}

/** Everything that is rendered for a network: itself, then its components in the order of the input. */
export function renderables(input: RenderInput): Renderable[] {
  return Object.values(RENDERERS).flatMap((renderersOf) => renderersOf(input));
}

/** Components that nothing can render yet. */
export function unsupportedComponents({ proposers, challengers }: RenderInput): ComponentRef[] {
  const all: [ComponentKind, readonly Named[]][] = [
    ['OpProposer', proposers],
    ['OpChallenger', challengers],
  ];
  return all
    .filter(([kind]) => RENDERERS[kind] === undefined)
    .flatMap(([kind, objects]) => objects.map(({ metadata }) => ({ kind, name: metadata.name })));
}
