/** Our finalizer on the five kinds: set before anything is created, taken off when nothing is left. */
import { API_VERSION, FINALIZER, type KindName } from '../../api/names.ts';
import { isKubeStatus, type KubeClient, type KubeObject } from '../../kube/index.ts';

const ATTEMPTS = 5;

/**
 * Sets or removes the finalizer.
 * @param target with a uid: only of that object, not of a later one with its name
 * @returns false when the object is gone
 */
export async function changeFinalizer(
  kube: KubeClient,
  target: { kind: KindName; namespace: string; name: string; uid?: string },
  wanted: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid, ...named } = target;
  const ref = { apiVersion: API_VERSION, ...named };
  for (let attempt = 1; ; attempt++) {
    const object = await kube.get<KubeObject>(ref, { signal });
    if (!object || (uid !== undefined && object.metadata.uid !== uid)) return false;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(FINALIZER) === wanted) return true;
    // An object that is already going takes no new finalizer.
    if (wanted && object.metadata.deletionTimestamp) return false;
    const next = wanted ? [...finalizers, FINALIZER] : finalizers.filter((name) => name !== FINALIZER);
    try {
      await kube.mergePatch(
        ref,
        { metadata: { finalizers: next, resourceVersion: object.metadata.resourceVersion } },
        { fieldManager: 'op-stack-operator', signal },
      );
      return true;
    } catch (error) {
      if (isKubeStatus(error, 404)) return false;
      if (!isKubeStatus(error, 409) || attempt === ATTEMPTS) throw error;
    }
  }
}
