/**
 * What may be changed about pods: a named subset of the PodSpec, in Kubernetes' own words. The rest of the pod is the
 * operator's, because its safety depends on it.
 */
import { z } from 'zod';
import { annotations, labels } from './maps.ts';
import { resourceName, text } from './text-fields.ts';

const selectorRequirement = z.object({
  key: z.string().max(317).describe('Label key.'),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']).describe('How the values are compared.'),
  values: z
    .array(z.string().max(63).describe('A value.'))
    .max(32)
    .optional()
    .describe('Values; none for Exists and DoesNotExist.'),
});

/** Kubernetes' label selector. */
export const labelSelector = z.object({
  matchLabels: labels('Labels that must be equal.').optional(),
  matchExpressions: z
    .array(selectorRequirement.describe('A requirement.'))
    .max(16)
    .optional()
    .describe('Requirements that must all hold.'),
});

const nodeSelectorTerm = z.object({
  matchExpressions: z
    .array(selectorRequirement.describe('A requirement.'))
    .max(16)
    .optional()
    .describe('Requirements on node labels.'),
  matchFields: z
    .array(selectorRequirement.describe('A requirement.'))
    .max(4)
    .optional()
    .describe('Requirements on node fields, e.g. metadata.name.'),
});

const podAffinityTerm = z.object({
  labelSelector: labelSelector.optional().describe('Which pods.'),
  namespaces: z
    .array(text('A namespace.', 63))
    .max(16)
    .optional()
    .describe('Namespaces of the pods; absent: this one.'),
  namespaceSelector: labelSelector.optional().describe('Namespaces of the pods, by label.'),
  topologyKey: z
    .string()
    .max(317)
    .describe('Node label that says what "together" means, e.g. topology.kubernetes.io/zone.'),
});

const weight = z.int().min(1).max(100).describe('Weight, 1 to 100.');
const preferredPods = z
  .array(z.object({ weight, podAffinityTerm: podAffinityTerm.describe('The term.') }).describe('A preference.'))
  .max(16)
  .optional()
  .describe('Preferences.');
const requiredPods = z.array(podAffinityTerm.describe('A term.')).max(16).optional().describe('Terms that must hold.');
const podTerms = () =>
  z.object({
    requiredDuringSchedulingIgnoredDuringExecution: requiredPods,
    preferredDuringSchedulingIgnoredDuringExecution: preferredPods,
  });

const affinity = z.object({
  nodeAffinity: z
    .object({
      requiredDuringSchedulingIgnoredDuringExecution: z
        .object({
          nodeSelectorTerms: z
            .array(nodeSelectorTerm.describe('A term.'))
            .min(1)
            .max(16)
            .describe('Terms of which one must hold.'),
        })
        .optional()
        .describe('Nodes that are allowed.'),
      preferredDuringSchedulingIgnoredDuringExecution: z
        .array(z.object({ weight, preference: nodeSelectorTerm.describe('The term.') }).describe('A preference.'))
        .max(16)
        .optional()
        .describe('Nodes that are preferred.'),
    })
    .optional()
    .describe('Rules about nodes.'),
  podAffinity: podTerms().optional().describe('Pods to be near to.'),
  podAntiAffinity: podTerms().optional().describe('Pods to keep away from.'),
});

const toleration = z.object({
  key: z.string().max(317).optional().describe('Taint key; absent: all.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('How the value is compared; absent: Equal.'),
  value: z.string().max(63).optional().describe('Taint value.'),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional().describe('Taint effect; absent: all.'),
  tolerationSeconds: z
    .int()
    .min(0)
    .max(31_536_000)
    .optional()
    .describe('With NoExecute: seconds until eviction; absent: never.'),
});

const topologySpread = z.object({
  maxSkew: z.int().min(1).max(100).describe('Largest allowed difference between two domains.'),
  topologyKey: z.string().max(317).describe('Node label that makes a domain, e.g. topology.kubernetes.io/zone.'),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']).describe('What to do when it cannot be kept.'),
});

const userId = (description: string) => z.int().min(1).max(2_147_483_647).optional().describe(description);

/** Pod security settings; the restricted rest (no root, no capabilities, read-only root) is fixed. */
export const podSecurity = z.object({
  runAsUser: userId('User id of all containers; absent: 10001. Never root.'),
  runAsGroup: userId('Group id of all containers; absent: 10001.'),
  fsGroup: userId('Group that owns the volumes; absent: 10001.'),
  fsGroupChangePolicy: z
    .enum(['OnRootMismatch', 'Always'])
    .optional()
    .describe('When ownership of a volume is changed; absent: OnRootMismatch.'),
  supplementalGroups: z
    .array(z.int().min(1).max(2_147_483_647).describe('A group id.'))
    .max(16)
    .optional()
    .describe('Further groups.'),
});

/** Where pods run: shared by `defaults` of a network and `pod` of a component. */
export const placement = {
  nodeSelector: labels('Labels that nodes must have.').optional(),
  tolerations: z.array(toleration.describe('A toleration.')).max(16).optional().describe('Taints that are tolerated.'),
  affinity: affinity.optional().describe('Rules about nodes and other pods.'),
  topologySpreadConstraints: z
    .array(topologySpread.describe('A constraint.'))
    .max(8)
    .optional()
    .describe("How the component's pods are spread. Absent: replicas are spread over nodes where possible."),
  priorityClassName: resourceName('Priority class of the pods.', 'chain-critical').optional(),
  imagePullSecrets: z
    .array(
      z
        .object({ name: resourceName('Name of a Secret of type kubernetes.io/dockerconfigjson.', 'registry') })
        .describe('A Secret.'),
    )
    .max(8)
    .optional()
    .describe('Secrets for pulling images.'),
};

/** `pod` of a component. */
export const podOverrides = z.object({
  labels: labels(
    'Further labels of the pods. Those of the operator (optimism.io/*, app.kubernetes.io/*) win.',
  ).optional(),
  annotations: annotations('Further annotations of the pods.').optional(),
  ...placement,
  securityContext: podSecurity.optional().describe('User and group ids.'),
  schedulerName: resourceName('Scheduler; absent: the default one.', 'default-scheduler').optional(),
  runtimeClassName: resourceName('Runtime class; absent: the default one.', 'gvisor').optional(),
  terminationGracePeriodSeconds: z
    .int()
    .min(30)
    .max(3600)
    .optional()
    .describe(
      'Seconds between SIGTERM and SIGKILL; absent: 60. The batcher needs up to one receipt interval to end cleanly.',
    ),
});

export type PodOverrides = z.output<typeof podOverrides>;
