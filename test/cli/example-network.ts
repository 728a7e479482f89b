import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { ComponentObject, NetworkObject } from '../../src/cli/networks.ts';

export const hash = `1f2e3d4c${'0'.repeat(56)}`;
export const now = new Date('2026-11-22T12:00:00Z');

export const waitingPlan: NonNullable<OptimismNetworkStatus['plan']> = {
  hash,
  kind: 'upgrade',
  summary: 'upgrade acme: u18 → u19 (3 steps)',
  createdAt: '2026-11-22T11:50:00Z',
  expiresAt: '2026-11-23T11:50:00Z',
  steps: [
    { id: '01-apply/acme-replica', action: 'applyComponent', component: 'OpNode/acme-replica', state: 'Pending' },
    {
      id: '02-await-node-synced/acme-replica',
      action: 'awaitGate',
      component: 'OpNode/acme-replica',
      gate: 'node-synced',
      state: 'Pending',
    },
    { id: '03-apply/acme-sequencer', action: 'applyComponent', component: 'OpNode/acme-sequencer', state: 'Pending' },
  ],
};

export const runningPlan: NonNullable<OptimismNetworkStatus['plan']> = {
  ...waitingPlan,
  workflowId: 'optimismnetwork/prod/chains/acme/upgrade-7',
  approval: { by: 'ana', at: '2026-11-22T11:55:00Z', via: 'Kubernetes', verified: true },
  steps: [
    {
      id: '01-apply/acme-replica',
      action: 'applyComponent',
      component: 'OpNode/acme-replica',
      state: 'Done',
      message: '4 objects',
      startedAt: '2026-11-22T11:56:00Z',
      finishedAt: '2026-11-22T11:56:03Z',
    },
    {
      id: '02-await-node-synced/acme-replica',
      action: 'awaitGate',
      component: 'OpNode/acme-replica',
      gate: 'node-synced',
      state: 'Waiting',
      message: '1,204 blocks behind',
      startedAt: '2026-11-22T11:56:03Z',
    },
    { id: '03-apply/acme-sequencer', action: 'applyComponent', component: 'OpNode/acme-sequencer', state: 'Pending' },
  ],
};

export function network(status: OptimismNetworkStatus = {}): NetworkObject {
  return {
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    metadata: { name: 'acme', namespace: 'chains', uid: 'uid-1' },
    spec: { release: 'u18' },
    status,
  };
}

export function component(
  kind: ComponentObject['kind'],
  name: string,
  status: ComponentObject['status'],
  role?: string,
): ComponentObject {
  return {
    apiVersion: 'optimism.io/v1alpha1',
    kind,
    metadata: { name, namespace: 'chains' },
    spec: { networkRef: { name: 'acme' }, ...(role ? { role } : {}) },
    ...(status ? { status } : {}),
  };
}
