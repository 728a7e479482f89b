/** A real OptimismNetwork: what belongs to one that does not exist is collected by Kubernetes at once. */
import type { ApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';

export interface Owner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

let count = 0;

/** Creates a network of its own for a test. */
export async function createOwner(api: ApiServer): Promise<Owner> {
  count += 1;
  const name = `net-${count}`;
  const { metadata } = await api.create(sample('OptimismNetwork', {}, name));
  return { namespace: api.namespace, name, uid: metadata.uid ?? '' };
}
