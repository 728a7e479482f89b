/** At most one of a role: the oldest stays untouched, every later one is refused with what to set. */
import type { OpBatcher } from '../api/op-batcher.ts';
import type { OpNode } from '../api/op-node.ts';
import type { Problem } from '../contract/failures.ts';

export function refuseDuplicates({
  nodes,
  batchers,
}: {
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
}): Problem[] {
  const [sequencer, ...moreSequencers] = nodes.filter(({ spec }) => spec.role === 'Sequencer');
  const [batcher, ...moreBatchers] = batchers;
  return [
    ...moreSequencers.map(
      ({ metadata }): Problem => ({
        type: 'DuplicateRole',
        message: `OpNode "${metadata.name}" is a second sequencer: "${sequencer?.metadata.name}" is there already, and a network with several sequencers needs spec.sequencer.preferred, which is not supported yet`,
        fix: `delete OpNode "${metadata.name}", or create it with role: Replica`,
        object: `OpNode/${metadata.name}`,
      }),
    ),
    ...moreBatchers.map(
      ({ metadata }): Problem => ({
        type: 'DuplicateRole',
        message: `OpBatcher "${metadata.name}" is a second batcher: "${batcher?.metadata.name}" is there already, and two with one key pay for every batch twice`,
        fix: `delete one of the two`,
        object: `OpBatcher/${metadata.name}`,
      }),
    ),
  ];
}

/** Problems of one component that is left out; all others stop every rollout of the network but repairs and teardown. */
export function blocksRollouts({ type, object }: Problem): boolean {
  if (type === 'DuplicateRole') return false;
  return !(type === 'NotSupportedYet' && (object?.startsWith('OpProposer/') || object?.startsWith('OpChallenger/')));
}
