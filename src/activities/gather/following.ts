/** How nodes get the blocks of their chain, from what is wished. */
import type { OpNode } from '../../api/op-node.ts';
import { searchesPeers } from '../../render/op-node.ts';
import type { FollowLimits } from '../../status/follows.ts';
import type { Wish } from './wish.ts';

/**
 * Whether blocks come to a node by gossip: from a sequencer of the network, or from outside of it. Replicas that know
 * only each other have nobody who would send them any.
 */
export function gossips({ nodes, files }: Pick<Wish, 'nodes' | 'files'>, node: OpNode | undefined): boolean {
  if (node?.spec.consensus.p2p.enabled === false) return false;
  const knowsStrangers = (one: OpNode) =>
    (one.spec.consensus.p2p.staticPeers ?? []).length > 0 ||
    (files !== undefined && searchesPeers(one, { chain: files.facts }));
  const isSource = (one: OpNode) => one.spec.role === 'Sequencer' || knowsStrangers(one);
  return (node !== undefined && knowsStrangers(node)) || (nodes.length > 1 && nodes.some(isSource));
}

/** How the nodes of a network without a sequencer of ours follow, by OpNode; undefined where it has one. */
export function followLimits(wish: Wish): Readonly<Record<string, FollowLimits>> | undefined {
  const { network, nodes, files } = wish;
  if (!network || !files || nodes.some(({ spec }) => spec.role === 'Sequencer')) return undefined;
  const { nodeSync, derivation } = network.spec.rollout.gates;
  return Object.fromEntries(
    nodes.map((node) => [
      node.metadata.name,
      {
        gossips: gossips(wish, node),
        blockTimeSeconds: files.rollup.block_time,
        maxLagBlocks: nodeSync.maxLag,
        maxL1LagBlocks: derivation.maxL1Lag + (node.spec.consensus.l1Confirmations ?? 0),
      },
    ]),
  );
}
