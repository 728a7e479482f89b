/** Writes the watcher's conditions by server-side apply, under a field manager of its own. */
import { isKubeStatus, type KubeClient } from '../kube/index.ts';
import type { OwnObject, StoredCondition } from './watched-objects.ts';

const WATCHER_FIELD_MANAGER = 'op-stack-watcher';

/**
 * Makes `conditions` the ones that the watcher has on this object: others that it had are given up, and vanish unless
 * somebody else has them too. An object that is gone, or has a successor of its name, is left alone.
 */
export async function writeConditions(
  kube: KubeClient,
  object: OwnObject,
  conditions: readonly StoredCondition[],
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace, uid } = metadata;
  try {
    await kube.apply(
      {
        apiVersion,
        kind,
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(uid === undefined ? {} : { uid }),
        },
        // An empty status is no way to give up: the server makes null of it and refuses that (seen on 1.34).
        ...(conditions.length === 0 ? {} : { status: { conditions } }),
      },
      { fieldManager: WATCHER_FIELD_MANAGER, force: true, subresource: 'status', signal },
    );
  } catch (error) {
    if (!isKubeStatus(error, 404, 409)) throw error;
  }
}
