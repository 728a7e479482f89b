import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { ComponentObject, NetworkObject } from '../../src/cli/networks.ts';
import type { Plan } from '../../src/contract/plan.ts';

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
      gates: ['node-synced'],
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
      gates: ['node-synced'],
      state: 'Waiting',
      message: '1,204 blocks behind',
      startedAt: '2026-11-22T11:56:03Z',
    },
    { id: '03-apply/acme-sequencer', action: 'applyComponent', component: 'OpNode/acme-sequencer', state: 'Pending' },
  ],
};

const env = 'spec.template.spec.containers[op-batcher].env[OP_BATCHER_MAX_CHANNEL_DURATION]';
const batcher = { kind: 'OpBatcher', name: 'acme-batcher' } as const;
const replica = { kind: 'OpNode', name: 'acme-replica' } as const;

/** What the ConfigMap of {@link waitingPlan} holds. */
export const wholePlan: Plan = {
  hash,
  kind: 'upgrade',
  desiredRevision: 'ab'.repeat(32),
  wish: 'cd'.repeat(32),
  summary: waitingPlan.summary,
  steps: ['apply acme-replica', 'acme-replica follows the chain', 'apply acme-sequencer'].map((summary, index) => ({
    id: waitingPlan.steps?.[index]?.id ?? '',
    type: 'applyComponent',
    component: replica,
    summary,
    limitSeconds: 60,
    safePointAfter: true,
  })),
  changes: [
    {
      component: batcher,
      object: 'StatefulSet/acme-batcher',
      action: 'change',
      fields: [{ path: env, from: '1', to: '3' }],
      restartsPods: true,
    },
    {
      component: replica,
      object: 'StatefulSet/acme-replica',
      action: 'change',
      fields: [
        { path: 'spec.replicas', from: '1', to: '2' },
        { path: 'metadata.labels.team', to: 'chains' },
      ],
      restartsPods: false,
    },
    { component: replica, object: 'Service/acme-replica-rpc', action: 'create', fields: [], restartsPods: false },
    { component: replica, object: 'NetworkPolicy/acme-old', action: 'delete', fields: [], restartsPods: false },
  ],
  gapExpectedSeconds: 15,
  warnings: ['half of the sequencing window is left'],
  renders: [],
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
