/** Step `removeFinalizers`: nothing of the object is left, so it may go. */

import { LostRace, MAX_CHUNK_BYTES, ownChunks } from '../../audit/chunks.ts';
import { changeFinalizer } from './finalizers.ts';
import type { StepContext } from './step-context.ts';

export async function removeFinalizers(context: StepContext): Promise<string> {
  const { deps, input, at, signal } = context;
  const { kind, name } = input.step.component;
  // A network that is deleted and created anew within moments must not lose the finalizer of its second life.
  if (kind === 'OptimismNetwork' && !(await keepAuditOwned(context))) return `${kind} ${name} is gone`;
  const target = { kind, namespace: at.namespace, name, ...(kind === 'OptimismNetwork' ? { uid: input.uid } : {}) };
  await context.act('finalizer', () => changeFinalizer(deps.kube, target, false, signal));
  return `${kind} ${name} may go`;
}

/**
 * With `--cascade=orphan` Kubernetes takes the owner off everything, and then its finalizer `orphan` off the network.
 * After that the audit chain gets its owner again: it goes with the network, with what is still written until then.
 * @returns false when the network is gone already, whatever has its name now
 */
async function keepAuditOwned(context: StepContext): Promise<boolean> {
  const { deps, input, at, signal } = context;
  const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', ...at };
  const network = await deps.kube.get(ref, { signal });
  if (network?.metadata.uid !== input.uid) return false;
  if (network.metadata.finalizers?.includes('orphan'))
    throw context.notYet(
      'waiting until Kubernetes has taken the owner off what was to be orphaned',
      'see that the garbage collector of the kube-controller-manager runs',
      1,
    );
  const place = {
    kube: deps.kube,
    namespace: at.namespace,
    network: at.name,
    uid: input.uid,
    maxChunkBytes: MAX_CHUNK_BYTES,
  };
  try {
    await context.act('audit', () => ownChunks(place, signal));
    return true;
  } catch (error) {
    if (error instanceof LostRace) throw context.notYet('the audit chain is being written', 'nothing to do', 1);
    throw error;
  }
}
