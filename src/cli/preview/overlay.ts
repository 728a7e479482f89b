/** The cluster as it would be with some objects put over it, for who only reads. */
import {
  isKubeStatus,
  type KubeClient,
  type KubeObject,
  type ResourceRef,
  type ResourceType,
} from '../../kube/index.ts';

export interface OverlayOptions {
  /** Objects as they would be; each stands for the one of its name. */
  readonly objects: readonly KubeObject[];
  /** What stands in for a Secret that may not be read. */
  readonly unreadable: (secret: ResourceRef) => KubeObject;
}

/**
 * A client that reads and writes nothing. Lists by labels are the cluster's own: they are asked for what the operator
 * has made.
 */
export function overlay(kube: KubeClient, { objects, unreadable }: OverlayOptions): KubeClient {
  const isOf = (type: ResourceType) => (object: KubeObject) =>
    object.apiVersion === type.apiVersion &&
    object.kind === type.kind &&
    (type.namespace === undefined || object.metadata.namespace === type.namespace);
  const refuse = async (): Promise<never> => {
    throw new Error('a preview writes nothing');
  };
  return {
    server: kube.server,
    async get<T extends KubeObject>(ref: ResourceRef, control: Parameters<KubeClient['get']>[1]) {
      const laid = objects.filter(isOf(ref)).find(({ metadata }) => metadata.name === ref.name);
      if (laid) return laid as T;
      try {
        return await kube.get<T>(ref, control);
      } catch (error) {
        if (!isKubeStatus(error, 403)) throw error;
        if (ref.kind === 'Secret') return unreadable(ref) as T;
        // Only whether it ends is asked of it.
        if (ref.kind === 'Namespace') return undefined;
        throw error;
      }
    },
    async list<T extends KubeObject>(type: ResourceType, control: Parameters<KubeClient['list']>[1] = {}) {
      const found = await kube.list<T>(type, control);
      if (control.labelSelector !== undefined) return found;
      const laid = objects.filter(isOf(type)) as T[];
      const isLaid = ({ metadata }: T) =>
        laid.some((item) => item.metadata.name === metadata.name && item.metadata.namespace === metadata.namespace);
      return { ...found, items: [...found.items.filter((item) => !isLaid(item)), ...laid] };
    },
    create: refuse,
    replace: refuse,
    delete: refuse,
    apply: refuse,
    mergePatch: refuse,
    jsonPatch: refuse,
    watch: refuse,
    raw: refuse,
    close: async () => undefined,
  };
}
