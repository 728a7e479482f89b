/** One audit store for each network of this process: a store remembers what it has appended. */

import type { AuditEntry, AuditHead } from '../audit/record.ts';
import { logSink } from '../audit/sinks.ts';
import { type AuditStore, createAuditStore } from '../audit/store.ts';
import { OperatorError } from '../contract/failures.ts';
import { isKubeStatus } from '../kube/index.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** A store holds the records that it has read: of networks that have nothing to record for long it is forgotten. */
const MOST_STORES = 200;

const stores = new WeakMap<ActivityDependencies, Map<string, AuditStore>>();

export function auditStoreOf(
  deps: ActivityDependencies,
  network: { namespace: string; name: string; uid: string },
): AuditStore {
  const known = stores.get(deps) ?? new Map<string, AuditStore>();
  stores.set(deps, known);
  const store =
    known.get(network.uid) ??
    createAuditStore({
      kube: deps.kube,
      network,
      sinks: [logSink(deps.logger)],
      now: () => new Date(deps.now()),
    });
  // The last one that was asked for is the last one to be forgotten.
  known.delete(network.uid);
  known.set(network.uid, store);
  if (known.size > MOST_STORES) known.delete(known.keys().next().value ?? '');
  return store;
}

/** Appends. @returns undefined in a namespace that ends and takes nothing new, or is gone: the record is in the log */
export async function appendUnlessEnding(
  store: AuditStore,
  entry: AuditEntry,
  signal: AbortSignal,
): Promise<AuditHead | undefined> {
  try {
    return await store.append(entry, { signal });
  } catch (error) {
    if (error instanceof OperatorError && error.type === 'NamespaceTerminating') return undefined;
    if (isKubeStatus(error, 404)) return undefined;
    throw error;
  }
}
