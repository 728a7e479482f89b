import type { ComponentKind, ComponentRef } from '../contract/plan.ts';
import { batcherObjects } from './batcher.ts';
import { challengerObjects } from './challenger.ts';
import type { RenderInput } from './input.ts';
import type { KubeObject } from './manifest.ts';
import { networkObjects } from './network.ts';
import { nodeObjects } from './node.ts';
import { proposerObjects } from './proposer.ts';

export interface Renderable {
  readonly component: ComponentRef;
  render(input: RenderInput): KubeObject[];
}

/** How the components of each kind are rendered. Proposer and challengers only when L1 has said what they are about. */
const RENDERERS: Record<ComponentKind, (input: RenderInput) => Renderable[]> = {
  OptimismNetwork: ({ network }) => [renderable('OptimismNetwork', network, networkObjects)],
  OpNode: ({ nodes }) => nodes.map((node) => renderable('OpNode', node, (input) => nodeObjects(node, input))),
  OpBatcher: ({ batchers }) =>
    batchers.map((batcher) => renderable('OpBatcher', batcher, (input) => batcherObjects(batcher, input))),
  OpProposer: ({ proposers, contracts }) =>
    contracts === undefined
      ? []
      : proposers.map((proposer) =>
          renderable('OpProposer', proposer, (input) => proposerObjects(proposer, input, contracts)),
        ),
  OpChallenger: ({ challengers, contracts }) =>
    contracts === undefined
      ? []
      : challengers.map((challenger) =>
          renderable('OpChallenger', challenger, (input) => challengerObjects(challenger, input, contracts)),
        ),
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
