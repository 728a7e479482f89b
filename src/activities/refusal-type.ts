/** What kind of failure it is that the API server refuses something for good. */
import type { NonRetryableFailureType } from '../contract/failures.ts';
import type { KubeApiError } from '../kube/index.ts';

/** Forbidden, or an edit that no API server takes of an object that exists, or a field that is wrong. */
export function refusalType({ status, message }: KubeApiError): NonRetryableFailureType {
  if (status === 403) return 'Forbidden';
  const isFixed = message.includes('field is immutable') || message.includes('updates to statefulset spec');
  return isFixed ? 'ImmutableField' : 'InvalidSpec';
}
