/** Whether an OptimismNetwork has been created anew under its name: what is there now is not an old step's to touch. */
import { OperatorError } from '../../contract/failures.ts';
import type { KubeClient } from '../../kube/index.ts';

/** A network that is gone has no successor: what it has left is still cleaned up. @throws OperatorError NetworkDeleted */
export async function requireNoSuccessor(
  kube: KubeClient,
  at: { readonly namespace: string; readonly name: string },
  uid: string,
  signal: AbortSignal,
): Promise<void> {
  const network = await kube.get({ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', ...at }, { signal });
  if (!network || network.metadata.uid === uid) return;
  throw new OperatorError({
    type: 'NetworkDeleted',
    message: `OptimismNetwork "${at.name}" is another one of the same name now`,
    fix: 'nothing to do: the next look decides',
  });
}
