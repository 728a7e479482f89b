import { describe, expect, test } from 'vitest';
import { type ConfigMap, ContainerConfigError, resolveEnvironment, type Secret } from './environment.ts';
import type { Pod } from './pod-object.ts';
import { serviceLinks } from './service-links.ts';
import { podSpec, serverContainer } from './testing/pod-specs.ts';
import { expandVariables } from './variable-expansion.ts';

const encoded = (data: Record<string, string>) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
const object = (kind: string, name: string) => ({ apiVersion: 'v1', kind, metadata: { name } });
const secrets: Record<string, Secret> = { keys: { ...object('Secret', 'keys'), data: encoded({ batcher: '0xabc' }) } };
const configMaps: Record<string, ConfigMap> = {
  settings: { ...object('ConfigMap', 'settings'), data: { LEVEL: 'debug', stopped: 'false' } },
};

function resolve(
  container: Partial<Parameters<typeof serverContainer>[2] & object>,
  links: Record<string, string> = {},
) {
  const spec = serverContainer('main', 8080, { env: [], ...container });
  const pod: Pod = {
    metadata: {
      name: 'sequencer-0',
      namespace: 'chains',
      uid: 'u1',
      resourceVersion: '1',
      labels: { 'optimism.io/role': 'sequencer' },
    },
    spec: { ...podSpec([spec]), nodeName: 'node' },
  };
  return resolveEnvironment({
    pod,
    container: spec,
    podIP: '127.1.2.3',
    hostIP: '127.9.9.9',
    serviceLinks: links,
    read: { secret: async (name) => secrets[name], configMap: async (name) => configMaps[name] },
  });
}

describe('the environment of a container', () => {
  test('has the values of the pod spec and nothing else', async () => {
    expect(await resolve({ env: [{ name: 'A', value: '1' }, { name: 'EMPTY' }] })).toEqual({ A: '1', EMPTY: '' });
  });

  test('resolves references to Secrets, ConfigMaps and fields', async () => {
    const env = [
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'batcher' } } },
      { name: 'STOPPED', valueFrom: { configMapKeyRef: { name: 'settings', key: 'stopped' } } },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'ROLE', valueFrom: { fieldRef: { fieldPath: "metadata.labels['optimism.io/role']" } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
    ];
    expect(await resolve({ env, resources: { limits: { memory: '2Gi' } } })).toEqual({
      KEY: '0xabc',
      STOPPED: 'false',
      POD: 'sequencer-0',
      ROLE: 'sequencer',
      IP: '127.1.2.3',
      MEMORY: '2048',
    });
  });

  test('takes over whole objects, with a prefix, and lets single variables win', async () => {
    const envFrom = [{ prefix: 'APP_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys' } }];
    expect(await resolve({ envFrom, env: [{ name: 'APP_LEVEL', value: 'info' }] })).toEqual({
      APP_LEVEL: 'info',
      APP_stopped: 'false',
      batcher: '0xabc',
    });
  });

  test('leaves out what is optional and not there', async () => {
    const env = [
      { name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'x', optional: true } } },
      { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'x', optional: true } } },
    ];
    expect(await resolve({ env, envFrom: [{ secretRef: { name: 'none', optional: true } }] })).toEqual({});
  });

  test.for([
    ['a Secret', { secretKeyRef: { name: 'none', key: 'x' } }, 'secret "none" not found'],
    ['a key of a Secret', { secretKeyRef: { name: 'keys', key: 'x' } }, "couldn't find key x in Secret chains/keys"],
    ['a ConfigMap', { configMapKeyRef: { name: 'none', key: 'x' } }, 'configmap "none" not found'],
    [
      'a key of a ConfigMap',
      { configMapKeyRef: { name: 'settings', key: 'x' } },
      "couldn't find key x in ConfigMap chains/settings",
    ],
  ] as const)('can not be made without %s that it refers to', async ([, valueFrom, message]) => {
    await expect(resolve({ env: [{ name: 'A', valueFrom }] })).rejects.toThrow(new ContainerConfigError(message));
  });

  test('expands variables that come before', async () => {
    const env = [
      { name: 'HOST', value: 'l1' },
      { name: 'URL', value: 'http://$(HOST):$(PORT)/$$(HOST)' },
      { name: 'PORT', value: '8545' },
    ];
    expect((await resolve({ env }))['URL']).toBe('http://l1:$(PORT)/$(HOST)');
  });

  test.for([
    ['$(A)', '1'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$(B)', '$(B)'],
    ['$A $', '$A $'],
    ['$(A', '$(A'],
  ] as const)('%s becomes %s', ([text, expanded]) => {
    expect(expandVariables(text, { A: '1' })).toBe(expanded);
  });

  test('has the links of all Services with a cluster IP, as long as nobody turns them off', () => {
    const service = (name: string, clusterIP: string) => ({
      metadata: { name, namespace: 'chains' },
      spec: { clusterIP, ports: [{ name: 'el-http', port: 8545 }] },
    });
    expect(serviceLinks([service('op-node-rpc', '10.96.0.7'), service('headless', 'None')])).toEqual({
      OP_NODE_RPC_SERVICE_HOST: '10.96.0.7',
      OP_NODE_RPC_SERVICE_PORT: '8545',
      OP_NODE_RPC_SERVICE_PORT_EL_HTTP: '8545',
      OP_NODE_RPC_PORT: 'tcp://10.96.0.7:8545',
      OP_NODE_RPC_PORT_8545_TCP: 'tcp://10.96.0.7:8545',
      OP_NODE_RPC_PORT_8545_TCP_PROTO: 'tcp',
      OP_NODE_RPC_PORT_8545_TCP_PORT: '8545',
      OP_NODE_RPC_PORT_8545_TCP_ADDR: '10.96.0.7',
    });
  });
});
