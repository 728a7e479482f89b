/** One audit store for each network of this process: a store remembers what it has appended. */

import { logSink } from '../audit/sinks.ts';
import { type AuditStore, createAuditStore } from '../audit/store.ts';
import type { ActivityDependencies } from './dependencies.ts';

const stores = new WeakMap<ActivityDependencies, Map<string, AuditStore>>();

export function auditStoreOf(
  deps: ActivityDependencies,
  network: { namespace: string; name: string; uid: string },
): AuditStore {
  const known = stores.get(deps) ?? new Map<string, AuditStore>();
  stores.set(deps, known);
  const existing = known.get(network.uid);
  if (existing) return existing;
  const store = createAuditStore({
    kube: deps.kube,
    network,
    sinks: [logSink(deps.logger)],
    now: () => new Date(deps.now()),
  });
  known.set(network.uid, store);
  return store;
}
