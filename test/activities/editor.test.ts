import { describe, expect, it } from 'vitest';
import { editorsOf } from '../../src/activities/gather/editor.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../src/kube/index.ts';

const REPLICAS = { 'f:spec': { 'f:replicas': {} } };

function editedBy(...managedFields: ManagedFieldsEntry[]): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'acme', managedFields } };
}

describe('who has edited a field', () => {
  it('is the manager that has it, the latest of several', () => {
    const object = editedBy(
      { manager: 'op-stack-operator', time: '2026-11-22T12:00:09Z', fieldsV1: REPLICAS },
      { manager: 'kubectl-edit', time: '2026-11-22T12:00:02Z', fieldsV1: REPLICAS },
      { manager: 'autoscaler', time: '2026-11-22T12:00:05Z', fieldsV1: REPLICAS },
      { manager: 'other', time: '2026-11-22T12:00:08Z', fieldsV1: { 'f:metadata': { 'f:labels': {} } } },
      { manager: 'controller', time: '2026-11-22T12:00:08Z', fieldsV1: REPLICAS, subresource: 'status' },
    );
    expect(editorsOf(object, ['spec.template.metadata', 'spec.replicas'])).toEqual(['autoscaler']);
  });

  it('is whoever has scaled it, through the subresource for that', () => {
    const hpa = { manager: 'kube-controller-manager', fieldsV1: REPLICAS, subresource: 'scale' };
    expect(editorsOf(editedBy(hpa), ['spec.replicas'])).toEqual(['kube-controller-manager']);
  });

  it('is each of several that have one of the fields', () => {
    const labels = { 'f:metadata': { 'f:labels': { 'f:team': {} } } };
    const object = editedBy({ manager: 'autoscaler', fieldsV1: REPLICAS }, { manager: 'argocd', fieldsV1: labels });
    expect(editorsOf(object, ['metadata.labels.team', 'spec.replicas'])).toEqual(['argocd', 'autoscaler']);
  });

  it('is told of an entry of a list by who has set one of it', () => {
    const fieldsV1 = { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"op-node"}': {} } } } } };
    const path = 'spec.template.spec.containers[op-node].image';
    expect(editorsOf(editedBy({ manager: 'kubectl-set', fieldsV1 }), [path])).toEqual(['kubectl-set']);
  });

  it('is not known of a field that somebody has taken away', () => {
    expect(editorsOf(editedBy({ manager: 'op-stack-operator', fieldsV1: REPLICAS }), ['spec.replicas'])).toEqual([]);
    expect(editorsOf({ ...editedBy(), metadata: { name: 'acme' } }, ['spec.replicas'])).toEqual([]);
  });
});
