import { ANNOTATIONS } from '../../api/names.ts';
import type { KubeObject } from '../../kube/index.ts';

/** Says where an object comes from. On the object only, never in a pod template: that would restart pods. */
export function annotated(object: KubeObject, revision: string, digest: string): KubeObject {
  const annotations = {
    ...object.metadata.annotations,
    [ANNOTATIONS.appliedRevision]: revision,
    [ANNOTATIONS.renderDigest]: digest,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
