/** Whether batches come in time, and whether the nodes can read them. */
import type { OpBatcher } from '../../api/op-batcher.ts';
import type { RenderInput } from '../input.ts';
import { KNOWN_L1 } from '../known-l1.ts';
import { referencedNodes } from '../node-refs.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

/** op-batcher's default, L1 blocks. */
const SUB_SAFETY_MARGIN = 10;

export function channelsFitTheWindow({ batchers, chain }: RenderInput): SettingProblem[] {
  const window = chain.seqWindowSize;
  return batchers.flatMap(({ metadata, spec }) => {
    const object = `OpBatcher/${metadata.name}`;
    const { maxChannelDuration } = spec;
    const needed = maxChannelDuration + (spec.subSafetyMargin ?? SUB_SAFETY_MARGIN);
    const sum = `maxChannelDuration + subSafetyMargin is ${needed} L1 blocks, and the sequencing window ${window}`;
    if (needed >= window) {
      return [
        problem(
          'error',
          'InvalidSpec',
          object,
          `${sum}: batches would come too late, and the chain would reorganise`,
          `set maxChannelDuration below ${Math.max(1, window - (spec.subSafetyMargin ?? SUB_SAFETY_MARGIN))}, better below ${Math.floor(window / 2)}`,
        ),
      ];
    }
    if (maxChannelDuration === 0) {
      return [
        problem(
          'warning',
          'InvalidSpec',
          object,
          `maxChannelDuration: 0 lets a quiet chain wait almost the whole sequencing window (${window} L1 blocks) for its batch`,
          'set maxChannelDuration, for example 150',
        ),
      ];
    }
    if (needed * 2 > window) {
      return [
        problem(
          'warning',
          'InvalidSpec',
          object,
          `${sum}: less than half of it is left when a batch is late`,
          `set maxChannelDuration below ${Math.floor(window / 2)}`,
        ),
      ];
    }
    return [];
  });
}

export function batcherNodesServeIt({ batchers, nodes }: RenderInput): SettingProblem[] {
  const byName = new Map(nodes.map((node) => [node.metadata.name, node.spec]));
  return batchers.flatMap((batcher) => {
    const object = `OpBatcher/${batcher.metadata.name}`;
    const names = referencedNodes(batcher.spec.nodeRefs, nodes);
    return names.flatMap((name) => {
      const spec = byName.get(name);
      if (spec === undefined || spec.role === 'Sequencer') return [];
      const noMiner = throttles(batcher) && !spec.execution.apis?.includes('miner');
      const noAdmin = names.length > 1 && spec.consensus.rpc?.enableAdmin !== true;
      return [
        ...(noMiner
          ? [
              problem(
                'error',
                'InvalidSpec',
                object,
                `the batcher limits blocks through the miner API of every node it reads, and exits without it; OpNode ${name} has none`,
                `add miner to execution.apis of OpNode ${name}, read from the sequencer instead, or set throttle.unsafeDABytesLowerThreshold: 0`,
              ),
            ]
          : []),
        ...(noAdmin
          ? [
              problem(
                'error',
                'InvalidSpec',
                object,
                `with several nodes the batcher asks each whether it sequences; OpNode ${name} does not answer`,
                `set consensus.rpc.enableAdmin: true on OpNode ${name}, or read from sequencers only`,
              ),
            ]
          : []),
      ];
    });
  });
}

export function dataIsReadable({ network, nodes, batchers, chain }: RenderInput): SettingProblem[] {
  return batchers.flatMap(({ metadata, spec }) => {
    const object = `OpBatcher/${metadata.name}`;
    const blobs = spec.dataAvailability !== 'Calldata';
    const blind = nodes.filter(
      (node) => !node.spec.consensus.env?.some(({ name }) => name === 'OP_NODE_ALTDA_ENABLED'),
    );
    return [
      ...(blobs && network.spec.l1.beacon === undefined
        ? [
            problem(
              'error',
              'InvalidSpec',
              object,
              `dataAvailability: ${spec.dataAvailability} writes blobs, and the network has no beacon API to read them: derivation would stop at the first`,
              'set spec.l1.beacon of the OptimismNetwork, or dataAvailability: Calldata',
            ),
          ]
        : []),
      ...(blobs && !KNOWN_L1.includes(chain.l1ChainId) && spec.txManager?.cellProofTime === undefined
        ? [
            problem(
              'warning',
              'InvalidSpec',
              object,
              `op-batcher does not know when L1 chain ${chain.l1ChainId} asks for cell proofs of blobs`,
              "set txManager.cellProofTime to the time of that L1's Osaka fork",
            ),
          ]
        : []),
      ...(spec.altDA !== undefined && blind.length > 0
        ? [
            problem(
              'error',
              'InvalidSpec',
              object,
              `batches go to another data availability layer that ${blind.map((node) => `OpNode ${node.metadata.name}`).join(', ')} cannot read`,
              'set OP_NODE_ALTDA_ENABLED and OP_NODE_ALTDA_DA_SERVER in consensus.env of every OpNode',
            ),
          ]
        : []),
    ];
  });
}

function throttles({ spec }: OpBatcher): boolean {
  return spec.throttle?.unsafeDABytesLowerThreshold !== 0;
}
