import type { KubeObject } from '../../src/kube/index.ts';

export function networkManifest(namespace: string, name: string, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    metadata: { name, namespace, ...metadata },
    spec: {
      l1: {
        chainId: 11155111,
        rpc: { secretKeyRef: { name: 'l1', key: 'rpc' } },
        beacon: { secretKeyRef: { name: 'l1', key: 'beacon' } },
      },
      l2: { chainId: 424242 },
      contracts: { systemConfig: '0x034edd2a225f7f429a63e0f1d2084b9e0a93b538' },
      rollupConfig: { configMapRef: { name: 'chain', key: 'rollup.json' } },
      genesis: { configMapRef: { name: 'chain', key: 'genesis.json' } },
      release: 'u18',
    },
  };
}

export function proposerManifest(namespace: string, name: string, network: string): KubeObject {
  return {
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OpProposer',
    metadata: { name, namespace },
    spec: { networkRef: { name: network }, signer: { secretKeyRef: { name: 'keys', key: 'proposer' } } },
  };
}

/** A StatefulSet as the operator would make it for a network. */
export function statefulSetManifest(namespace: string, name: string, network: string): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace, labels: { 'optimism.io/network': network } },
    spec: {
      replicas: 0,
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'example.com/op-node:v1', env: [{ name: 'A', value: '1' }] }] },
      },
    },
  };
}
