import type { Endpoint } from '../api/endpoint.ts';
import { fromSecret, setting } from './environment.ts';
import type { Copies } from './input.ts';
import type { EnvVar } from './manifest.ts';

/** The variable that holds an endpoint: its URL, or a reference to the owned copy of the Secret that holds it. */
export function endpointSetting(name: string, endpoint: Endpoint, copies: Copies): EnvVar[] {
  const { url, secretKeyRef } = endpoint;
  if (secretKeyRef === undefined) return setting(name, url);
  return [fromSecret(name, copies.secret(secretKeyRef.name, secretKeyRef.key))];
}

/**
 * One variable with several endpoints, separated by commas. Those in Secrets come by way of a helper variable, so that
 * no URL of theirs stands in the pod template.
 */
export function endpointListSetting(
  name: string,
  endpoints: readonly Endpoint[] | undefined,
  copies: Copies,
): EnvVar[] {
  if (endpoints === undefined || endpoints.length === 0) return [];
  const helpers: EnvVar[] = [];
  const parts = endpoints.map((endpoint, index) => {
    if (endpoint.url !== undefined) return endpoint.url;
    const helper = `ENDPOINT_${index}_OF_${name}`;
    helpers.push(...endpointSetting(helper, endpoint, copies));
    return `$(${helper})`;
  });
  return [...helpers, ...setting(name, parts.join(','))];
}
