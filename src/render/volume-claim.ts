import type { Storage } from '../api/quantities.ts';
import type { RenderInput } from './input.ts';
import { objectLabels } from './labels.ts';
import type { StatefulSetSpec } from './manifest.ts';
import type { Subject } from './metadata.ts';

/** The template of a component's volume. Labelled, because teardown finds volumes by label: they have no owner. */
export function volumeClaim(
  name: string,
  { size, className }: Storage,
  { network }: RenderInput,
  subject: Subject,
): NonNullable<StatefulSetSpec['volumeClaimTemplates']>[number] {
  const storageClassName = className ?? network.spec.defaults.storageClassName;
  return {
    metadata: { name, labels: objectLabels(subject.network, subject.component, subject.part) },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: size } },
    },
  };
}
