/** One audit store for each network of this process: a store remembers what it has appended. */

import { logSink } from '../audit/sinks.ts';
import { type AuditStore, createAuditStore } from '../audit/store.ts';
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
