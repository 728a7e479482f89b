/**
 * At most one of a role: the one that is there stays untouched, every later one is refused with what to set. Several
 * sequencers are an active one and those that stand by, as soon as the network says which one it prefers.
 */
import type { OpBatcher } from '../api/op-batcher.ts';
import type { OpNode } from '../api/op-node.ts';
import type { OpProposer } from '../api/op-proposer.ts';
import type { Problem } from '../contract/failures.ts';

export interface Roles {
  /** The oldest first. */
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
  readonly proposers: readonly OpProposer[];
  /** `spec.sequencer.preferred`. */
  readonly preferred?: string | undefined;
  /** Names of the OpNodes that are rolled out. */
  readonly rolledOut?: readonly string[];
}

export function refuseDuplicates(roles: Roles): Problem[] {
  const [batcher, ...moreBatchers] = roles.batchers;
  const [proposer, ...moreProposers] = roles.proposers;
  return [
    ...refuseSequencers(roles),
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

/** What is rolled out stays also when the preference is taken back: who of them is active is known by then. */
function refuseSequencers({ nodes, preferred, rolledOut = [] }: Roles): Problem[] {
  if (preferred !== undefined) return [];
  const sequencers = nodes.filter(({ spec }) => spec.role === 'Sequencer');
  const running = sequencers.filter(({ metadata }) => rolledOut.includes(metadata.name));
  const kept = running.length > 0 ? running : sequencers.slice(0, 1);
  const [first] = kept.map(({ metadata }) => metadata.name);
  return sequencers
    .filter((node) => !kept.includes(node))
    .map(
      ({ metadata: { name } }): Problem => ({
        type: 'DuplicateRole',
        message: `OpNode "${name}" is a second sequencer: "${first}" is there already, and of several a network has to say which one shall be active`,
        fix: `set spec.sequencer.preferred of the OptimismNetwork to "${first}", and "${name}" stands by; or delete OpNode "${name}", or create it with role: Replica`,
        object: `OpNode/${name}`,
      }),
    );
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
