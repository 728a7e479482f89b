/** Security settings that every pod of ours has, seen to run under `pod-security: restricted` (pods-observed.md 2.1). */
import type { PodOverrides } from '../api/pod-overrides.ts';
import type { Container, PodTemplate } from './manifest.ts';

/** Images without a user in them fail under `runAsNonRoot`, so the id is always given. */
const USER = 10001;

export const containerSecurity: NonNullable<Container['securityContext']> = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Of a pod: ours, with the ids that the user chose over them. No choice makes it root. */
export function podSecurity(
  ids: PodOverrides['securityContext'],
): NonNullable<NonNullable<PodTemplate['spec']>['securityContext']> {
  return {
    runAsNonRoot: true,
    runAsUser: ids?.runAsUser ?? USER,
    runAsGroup: ids?.runAsGroup ?? USER,
    fsGroup: ids?.fsGroup ?? USER,
    fsGroupChangePolicy: ids?.fsGroupChangePolicy ?? 'OnRootMismatch',
    ...(ids?.supplementalGroups === undefined ? {} : { supplementalGroups: ids.supplementalGroups }),
    seccompProfile: { type: 'RuntimeDefault' },
  };
}
