/**
 * At most one of a role: the one that is there stays untouched, every later one is refused with what to set. Several
 * sequencers are an active one and those that stand by, as soon as the network says which one it prefers.
 */
import type { OpBatcher } from '../api/op-batcher.ts';
import type { OpNode } from '../api/op-node.ts';
import type { Problem } from '../contract/failures.ts';

export interface Roles {
  /** The oldest first. */
  readonly nodes: readonly OpNode[];
  readonly batchers: readonly OpBatcher[];
  /** `spec.sequencer.preferred`. */
  readonly preferred?: string | undefined;
  /** Names of the OpNodes that are rolled out. */
  readonly rolledOut?: readonly string[];
}

export function refuseDuplicates(roles: Roles): Problem[] {
  const [batcher, ...moreBatchers] = roles.batchers;
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

/** Problems of one component that is left out; all others stop every rollout of the network but repairs and teardown. */
export function blocksRollouts({ type, object }: Problem): boolean {
  if (type === 'DuplicateRole') return false;
  return !(type === 'NotSupportedYet' && (object?.startsWith('OpProposer/') || object?.startsWith('OpChallenger/')));
}
