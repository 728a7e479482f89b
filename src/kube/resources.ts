/**
 * Which URL an object lives at. The kinds that the operator uses are a table; for any other kind the API server is
 * asked once and the answer kept.
 */
import type { ResourceType } from './objects.ts';

/** Plural name and scope of a kind. */
export interface ResourceInfo {
  readonly plural: string;
  readonly namespaced: boolean;
}

const namespaced = (plural: string): ResourceInfo => ({ plural, namespaced: true });
const clusterScoped = (plural: string): ResourceInfo => ({ plural, namespaced: false });

const KNOWN: Readonly<Record<string, ResourceInfo>> = {
  'v1/ConfigMap': namespaced('configmaps'),
  'v1/Namespace': clusterScoped('namespaces'),
  'v1/Node': clusterScoped('nodes'),
  'v1/PersistentVolume': clusterScoped('persistentvolumes'),
  'v1/PersistentVolumeClaim': namespaced('persistentvolumeclaims'),
  'v1/Pod': namespaced('pods'),
  'v1/Secret': namespaced('secrets'),
  'v1/Service': namespaced('services'),
  'v1/ServiceAccount': namespaced('serviceaccounts'),
  'apps/v1/ControllerRevision': namespaced('controllerrevisions'),
  'apps/v1/StatefulSet': namespaced('statefulsets'),
  'networking.k8s.io/v1/NetworkPolicy': namespaced('networkpolicies'),
  'policy/v1/PodDisruptionBudget': namespaced('poddisruptionbudgets'),
  'coordination.k8s.io/v1/Lease': namespaced('leases'),
  'events.k8s.io/v1/Event': namespaced('events'),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': clusterScoped('customresourcedefinitions'),
  'optimism.io/v1alpha1/OptimismNetwork': namespaced('optimismnetworks'),
  'optimism.io/v1alpha1/OpNode': namespaced('opnodes'),
  'optimism.io/v1alpha1/OpBatcher': namespaced('opbatchers'),
  'optimism.io/v1alpha1/OpProposer': namespaced('opproposers'),
  'optimism.io/v1alpha1/OpChallenger': namespaced('opchallengers'),
};

/** Finds plural and scope of a kind. */
export type ResourceLookup = (type: ResourceType) => Promise<ResourceInfo>;

/**
 * @param getJson reads a path of the API server, e.g. `/apis/apps/v1`; throws what the transport throws
 */
export function createResourceLookup(getJson: (path: string) => Promise<unknown>): ResourceLookup {
  const discovered = new Map<string, ResourceInfo>();
  return async (type) => {
    const key = `${type.apiVersion}/${type.kind}`;
    const known = KNOWN[key] ?? discovered.get(key);
    if (known !== undefined) return known;
    const answer = (await getJson(groupVersionPath(type.apiVersion))) as { resources?: DiscoveredResource[] };
    for (const resource of answer.resources ?? []) {
      if (resource.name.includes('/')) continue; // a subresource, e.g. `pods/status`
      discovered.set(`${type.apiVersion}/${resource.kind}`, {
        plural: resource.name,
        namespaced: resource.namespaced,
      });
    }
    const found = discovered.get(key);
    if (found === undefined) throw new UnknownKindError(type);
    return found;
  };
}

interface DiscoveredResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/** The API server does not serve this kind. */
export class UnknownKindError extends Error {
  override readonly name = 'UnknownKindError';
  /** Somebody may install the CRD later, but not by our asking again. */
  readonly retryable = false;

  constructor(type: ResourceType) {
    super(`The API server does not serve kind ${type.kind} in ${type.apiVersion}; install its CRD or fix apiVersion.`);
  }
}

/** Path of the collection, or of one object when `name` is given. */
export function resourcePath(type: ResourceType, info: ResourceInfo, name?: string, subresource?: string): string {
  const scope =
    info.namespaced && type.namespace !== undefined ? `/namespaces/${encodeURIComponent(type.namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const sub = subresource === undefined ? '' : `/${subresource}`;
  return `${groupVersionPath(type.apiVersion)}${scope}/${info.plural}${object}${sub}`;
}

function groupVersionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
