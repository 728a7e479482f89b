/** What the planner is given for rendered networks, without a cluster. */
import { componentRole } from '../../../src/plan/component-role.ts';
import type { DesiredComponent, ObservedComponent, PlanningInput } from '../../../src/plan/desired.ts';
import { stepLimits } from '../../../src/plan/step-limits.ts';
import { diffObjects, type RenderInput, renderDigest, renderNetwork } from '../../../src/render/index.ts';

/** @param former what runs; absent: nothing does */
export function planningInput(input: RenderInput, former?: RenderInput): PlanningInput {
  const renders = renderNetwork(input);
  const before = former ? renderNetwork(former) : undefined;
  const desired = renders.map(({ component, digest }): DesiredComponent => {
    const node = input.nodes.find(({ metadata }) => component.kind === 'OpNode' && metadata.name === component.name);
    return {
      component,
      role: componentRole(node ?? component) ?? 'network',
      render: digest,
      inputs: digest,
      replicas: 1,
      images: { main: input.release.name },
      keys: [],
    };
  });
  const observed = renders.map(({ component, objects }, index): ObservedComponent => {
    const old = before?.[index];
    const changes = diffObjects(old?.objects ?? [], objects).map((change) => ({ ...change, component }));
    const verified = old && {
      ...{ render: old.digest, inputs: old.digest, replicas: 1, keys: [] },
      images: { main: former?.release.name ?? '' },
    };
    return { component, changes, drift: [], strayPods: [], ...(verified ? { verified } : {}) };
  });
  return {
    network: input.network.metadata.name,
    revision: renderDigest(desired),
    wish: renderDigest(desired),
    deleting: false,
    namespaceTerminating: false,
    meanwhile: false,
    repairsHeld: false,
    desired,
    observed,
    leaving: [],
    warnings: [],
    limits: stepLimits(input.network.spec.rollout, {
      blockTimeSeconds: input.chain.blockTimeSeconds,
      maxChannelDuration: 0,
      l1BlockTimeSeconds: 12,
    }),
  };
}
