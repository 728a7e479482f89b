/** Sequencers that cannot publish, followers that get no blocks, Services that lead nowhere. */
import type { RenderInput } from '../input.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

export function sequencersHaveSigners({ nodes }: RenderInput): SettingProblem[] {
  return nodes
    .filter(
      ({ spec }) =>
        spec.role === 'Sequencer' &&
        (spec.sequencer?.signer.secretKeyRef ?? spec.sequencer?.signer.remote) === undefined,
    )
    .map(({ metadata }) =>
      problem(
        'error',
        'InvalidSpec',
        `OpNode/${metadata.name}`,
        'spec.sequencer.signer names no key: op-node would start and no peer would accept its blocks',
        'set spec.sequencer.signer, for example {secretKeyRef: {name: acme-keys, key: unsafe-block-signer}}',
      ),
    );
}

export function followersGetBlocks({ nodes }: RenderInput): SettingProblem[] {
  const mute = nodes.filter(({ spec }) => spec.role === 'Sequencer' && !spec.consensus.p2p.enabled);
  return [
    ...mute
      .filter(() => nodes.length > 1)
      .map(({ metadata }) =>
        problem(
          'warning',
          'InvalidSpec',
          `OpNode/${metadata.name}`,
          'the sequencer has no p2p: other nodes follow only what is on L1, and a standby can never take over without a gap',
          'leave consensus.p2p.enabled out',
        ),
      ),
    ...nodes
      .filter(
        ({ spec }) =>
          spec.consensus.reqRespSync === false &&
          spec.consensus.syncMode === 'consensus-layer' &&
          spec.consensus.p2p.enabled,
      )
      .map(({ metadata }) =>
        problem(
          'warning',
          'InvalidSpec',
          `OpNode/${metadata.name}`,
          'consensus.reqRespSync: false, and the execution client has no peers: one missed block holds the node until the next batch',
          'leave consensus.reqRespSync out',
        ),
      ),
    ...nodes
      .filter(({ spec }) => spec.consensus.syncMode === 'execution-layer' && !spec.consensus.p2p.enabled)
      .map(({ metadata }) =>
        problem(
          'warning',
          'InvalidSpec',
          `OpNode/${metadata.name}`,
          'consensus.syncMode: execution-layer, and op-node has no p2p: the execution client syncs to a block that op-node has from a peer, and without one it never begins',
          'leave consensus.p2p.enabled out, or consensus.syncMode',
        ),
      ),
  ];
}

/** By the registry the batches of the chain are not on L1, where there are commitments to them only. */
export function commitmentsCanBeResolved({ nodes, chain }: RenderInput): SettingProblem[] {
  if (!chain.altDA) return [];
  return nodes
    .filter(({ spec }) => !spec.consensus.env?.some(({ name }) => name === 'OP_NODE_ALTDA_ENABLED'))
    .map(({ metadata }) =>
      problem(
        'warning',
        'InvalidSpec',
        `OpNode/${metadata.name}`,
        `the batches of ${chain.registryName} are on another data availability layer than L1, and op-node is not told where: it derives nothing`,
        'set OP_NODE_ALTDA_ENABLED and OP_NODE_ALTDA_DA_SERVER in consensus.env',
      ),
    );
}

export function sequencerServiceIsReachable({ nodes }: RenderInput): SettingProblem[] {
  return nodes
    .filter(({ spec }) => spec.role === 'Sequencer' && spec.service.type !== 'ClusterIP')
    .filter(({ spec }) => spec.networkPolicy.enabled && spec.networkPolicy.allowRpcFrom === undefined)
    .map(({ metadata, spec }) =>
      problem(
        'warning',
        'InvalidSpec',
        `OpNode/${metadata.name}`,
        `service.type: ${spec.service.type} of a sequencer leads to a port that only pods of the network may use, because it also serves miner and debug`,
        'let users read from replicas, or say who may in networkPolicy.allowRpcFrom',
      ),
    );
}
