/**
 * Rendering: from what is wished to Kubernetes objects. Pure: no I/O, no clock, no randomness, and no version of the
 * operator in a pod template, so that the same wish is the same digest for ever.
 */
import type { ComponentRef } from '../contract/plan.ts';
import { renderables } from './components.ts';
import { renderDigest } from './digest.ts';
import type { RenderInput } from './input.ts';
import type { KubeObject } from './manifest.ts';

export { checkOverrides } from './check-overrides.ts';
export { checkSettings } from './check-settings.ts';
export { diffObjects } from './diff.ts';
export { renderDigest } from './digest.ts';
export type { ChainFacts, ContractFacts, RenderInput } from './input.ts';
export { driftedFields, matchesLive } from './live.ts';
export type { KubeObject } from './manifest.ts';
export { peersConfigMapName, sequencersConfigMapName } from './names.ts';
export { peersData } from './peers.ts';
export { withPartition } from './stateful-set.ts';

export interface ComponentRender {
  readonly component: ComponentRef;
  readonly objects: readonly KubeObject[];
  /** {@link renderDigest} of the objects. */
  readonly digest: string;
}

/**
 * The network's own objects, then those of every component, in the order of the input. Never fails: what is wrong with
 * the wish is found by checkOverrides and checkSettings, and nothing may be applied while they report an error.
 */
export function renderNetwork(input: RenderInput): ComponentRender[] {
  return renderables(input).map(({ component, render }) => {
    const objects = render(input);
    return { component, objects, digest: renderDigest(objects) };
  });
}
