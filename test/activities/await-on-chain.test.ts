/** The step that waits for the owners of the contracts: on the real API server, with recorded contracts on L1. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { ContractsUpgrade } from '../../src/contract/plan.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { type Recording, readRecording, replayL1 } from '../chain/l1-replay.ts';
import { type Attempted, attempt, failureOf } from './attempt.ts';

const rollup = JSON.parse(readFileSync(new URL('../chain/fixtures/rollup.json', import.meta.url), 'utf8'));
const genesis = {
  config: { chainId: 901, londonBlock: 0 },
  timestamp: '0x1',
  gasLimit: '0x1c9c380',
  difficulty: '0x0',
  alloc: {},
};
const permissioned = readRecording<Recording>('v7.0.0');
const upgraded = readRecording<Recording>('v7.0.0-permissionless');

let api: ApiServer;
beforeAll(async () => {
  api = await connectApiServer(inject('kubeconfigPath'));
  const metadata = { name: 'acme-chain', namespace: api.namespace };
  const data = { 'rollup.json': JSON.stringify(rollup), 'genesis.json.gz': JSON.stringify(genesis), 'l1.json': '{}' };
  await api.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, ...{ data } });
});
afterAll(() => api.close());

let networks = 0;

/** The step of a network of its own. */
async function waiting(l1Url: string, onChain?: ContractsUpgrade): Promise<Attempted> {
  const name = `upgrade-${++networks}`;
  const changes = {
    'spec.l1': {
      chainId: rollup.l1_chain_id,
      rpc: { url: l1Url },
      ignoreBeacon: true,
      chainConfig: { configMapRef: { name: 'acme-chain', key: 'l1.json' } },
    },
    'spec.l2.chainId': rollup.l2_chain_id,
    'spec.contracts.systemConfig': permissioned.systemConfig,
  };
  const { metadata } = await api.create(sample('OptimismNetwork', changes, name));
  const network = { namespace: api.namespace, name, uid: metadata.uid ?? '' };
  const component = { kind: 'OptimismNetwork', name } as const;
  return { network, step: { type: 'awaitOnChain', component, ...(onChain ? { onChain } : {}) } };
}

async function pendingOf({ network: { name, namespace } }: Attempted) {
  const object = await api.client.get({
    apiVersion: 'optimism.io/v1alpha1',
    kind: 'OptimismNetwork',
    namespace,
    name,
  });
  return ((object?.['status'] ?? {}) as OptimismNetworkStatus).pendingOnChain;
}

it('says what is missing on L1, and shows it in status until it is there', async () => {
  await using before = await replayL1(permissioned);
  await using after = await replayL1(upgraded);
  const step = await waiting(before.url, { gameType: 8 });
  const { type, message } = await failureOf(api, step);
  expect(type).toBe('AwaitingOnChainChange');
  expect(message).toMatch(/AnchorStateRegistry 0x\w{40} respects games of type 1, expected 8 \(L1 block 49\)/);
  expect((await pendingOf(step))?.map(({ id, signer }) => [id, signer])).toContainEqual([
    'respectedGameType',
    expect.stringMatching(/^guardian 0x/),
  ]);
  await api.client.mergePatch(
    { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: api.namespace, name: step.network.name },
    { spec: { l1: { rpc: { url: after.url } } } },
    { fieldManager: 'somebody' },
  );
  expect(await attempt(api, step)).toBe('L1 respects games of type 8, and has an implementation of them (block 55)');
  expect(await pendingOf(step)).toBeUndefined();
});

it('halts with the same words when its limit is over', async () => {
  await using l1 = await replayL1(permissioned);
  const step = await waiting(l1.url, { gameType: 8 });
  const { type, message, nonRetryable } = await failureOf(api, { ...step, waitedMs: 700_000 });
  expect({ type, nonRetryable }).toEqual({ type: 'GateTimeout', nonRetryable: true });
  expect(message).toMatch(/respects games of type 1, expected 8 .*\(waited 70\d s, the limit is 600 s\)/);
});

it('waits while L1 does not answer, and takes nothing for granted', async () => {
  const { type, message } = await failureOf(api, await waiting('http://127.0.0.1:9', { gameType: 1 }));
  expect(type).toBe('NotReadyYet');
  expect(message).toMatch(/^the contracts on L1 can not be read: L1 cannot be read: 127\.0\.0\.1:9/);
});

it('is refused when it does not say what it waits for', async () => {
  const { type } = await failureOf(api, await waiting('http://127.0.0.1:9'));
  expect(type).toBe('NotSupportedYet');
});
