/** Whether a sequencer goes on with what somebody else has begun, whose last blocks have to be known first. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';

interface Existing {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string | undefined };
}

/**
 * Not by the kind of the plan: a change may bring the first sequencer of a network, and a repair another one. One whose
 * OpNode is deleted has left its last blocks to the others, or brought them to L1, before it went.
 * @param name of its OpNode
 * @param existing all objects of the network
 */
export function takesOver(
  name: string,
  { components = [], sequencer }: Pick<OptimismNetworkStatus, 'components' | 'sequencer'>,
  existing: readonly Existing[],
): boolean {
  const isRolledOut = components.some(
    (item) => item.kind === 'OpNode' && item.name === name && item.render !== undefined,
  );
  if (!isRolledOut) return true;
  const last = sequencer?.active;
  const stays = existing.some(
    (item) => item.kind === 'OpNode' && item.metadata.name === last && item.metadata.deletionTimestamp === undefined,
  );
  return last !== name && stays;
}
