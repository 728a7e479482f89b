/** Kubernetes' object metadata, as far as we read it. */
import { z } from 'zod';
import { withRules } from './rule.ts';

/**
 * StatefulSets, Services and pods are named after the object; 63 characters is their limit (`-<revision hash>` of a
 * StatefulSet's pods included), and a Service's name begins with a letter.
 */
const MAX_NAME_LENGTH = 40;
const NAME = '^[a-z]([-a-z0-9]*[a-z0-9])?$';

const stringMap = z.record(z.string(), z.string());

const objectMeta = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
  finalizers: z.array(z.string()).optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
});

/** The whole object of a kind. */
export function wholeObject<K extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  kind: K,
  spec: Spec,
  status: Status,
  description: string,
) {
  return withRules(
    z.object({
      apiVersion: z.literal('optimism.io/v1alpha1'),
      kind: z.literal(kind),
      metadata: objectMeta,
      spec,
      status: status.optional(),
    }),
    [
      {
        cel: `self.metadata.name.matches('${NAME}') && self.metadata.name.size() <= ${MAX_NAME_LENGTH}`,
        holds: ({ metadata }) => new RegExp(NAME).test(metadata.name) && metadata.name.length <= MAX_NAME_LENGTH,
        message: `metadata.name must have at most ${MAX_NAME_LENGTH} lower case letters, digits and -, and begin with a letter, because Services and pods are named after it`,
        fix: `for example acme-sequencer`,
        field: 'metadata',
      },
    ],
  ).meta({ description });
}
