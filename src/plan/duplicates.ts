/** At most one of a role: the oldest stays untouched, every later one is refused with what to set. */
import type { OpBatcher } from '../api/op-batcher.ts';
import type { OpNode } from '../api/op-node.ts';
import type { OpProposer } from '../api/op-proposer.ts';
import type { Problem } from '../contract/failures.ts';

export function refuseDuplicates({
  nodes,
  batchers,
  proposers,
}: {
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
  readonly proposers: readonly OpProposer[];
}): Problem[] {
  const [sequencer, ...moreSequencers] = nodes.filter(({ spec }) => spec.role === 'Sequencer');
  const [batcher, ...moreBatchers] = batchers;
  const [proposer, ...moreProposers] = proposers;
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
    ...moreProposers.map(
      ({ metadata }): Problem => ({
        type: 'DuplicateRole',
        message: `OpProposer "${metadata.name}" is a second proposer: "${proposer?.metadata.name}" is there already, and two pay the bonds of every proposal twice`,
        fix: `delete one of the two`,
        object: `OpProposer/${metadata.name}`,
      }),
    ),
  ];
}

/**
 * Two programs that send with one key take each other's nonces. Several challengers may run beside each other, as the
 * former one does until its games are decided, but not with one key.
 * @param senders addresses of proposer and challengers, by `<Kind>/<name>`
 */
export function refuseSharedKeys(
  batcherAddress: string | undefined,
  batcher: string | undefined,
  senders: ReadonlyMap<string, string>,
): Problem[] {
  const owners = new Map<string, string>();
  if (batcherAddress !== undefined && batcher !== undefined) owners.set(batcherAddress, `OpBatcher/${batcher}`);
  return [...senders].flatMap(([object, address]): Problem[] => {
    const owner = owners.get(address);
    owners.set(address, owner ?? object);
    if (owner === undefined) return [];
    return [
      {
        type: 'InvalidSpec',
        message: `${object} signs with ${address}, as ${owner} does: they would take each other's nonces`,
        fix: 'give each a key of its own',
        object,
      },
    ];
  });
}

/** Problems of one component that is left out; all others stop every rollout of the network but repairs and teardown. */
export function blocksRollouts({ type }: Problem): boolean {
  return type !== 'DuplicateRole';
}
