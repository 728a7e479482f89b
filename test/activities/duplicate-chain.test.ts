/** Two networks that would both run one chain: the one that comes later is refused, wherever in the cluster they are. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { duplicateChain } from '../../src/activities/gather/duplicate-chain.ts';
import { gatherWish } from '../../src/activities/gather/wish.ts';
import { loadRegistry } from '../../src/catalogue/registry.ts';
import type { Problem } from '../../src/contract/failures.ts';
import { type ApiServer, connectApiServer } from '../api/api-server.ts';
import { sample } from '../api/sample-objects.ts';
import { dependenciesOn } from './attempt.ts';

let here: ApiServer;
let there: ApiServer;
beforeAll(async () => {
  [here, there] = await Promise.all([
    connectApiServer(inject('kubeconfigPath')),
    connectApiServer(inject('kubeconfigPath')),
  ]);
});
afterAll(() => Promise.all([here.close(), there.close()]));

const { signal } = new AbortController();
const NAME = 'acme';

interface Chain {
  readonly systemConfig: string;
  readonly l1?: number;
}

const aChain = (): Chain => ({ systemConfig: `0x${randomBytes(20).toString('hex')}` });

/** A network with a component, under a name of its own; `role` is what it has beside replicas. */
async function create(api: ApiServer, name: string, { systemConfig, l1 = 1 }: Chain, role: 'OpBatcher' | 'OpNode') {
  await api.create(
    sample('OptimismNetwork', { 'spec.contracts.systemConfig': systemConfig, 'spec.l1.chainId': l1 }, name),
  );
  await api.create(sample(role, { 'spec.networkRef.name': name }, `${name}-${role.toLowerCase()}`));
}

/** It has been rolled out. */
async function install(api: ApiServer, name: string): Promise<void> {
  const ref = { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: api.namespace, name };
  const status = { components: [{ kind: 'OpBatcher', name: `${name}-opbatcher` }] };
  await api.client.mergePatch(ref, { status }, { subresource: 'status' });
}

/** What a look at the network says about others. */
async function said(api: ApiServer, name: string): Promise<Problem[]> {
  const deps = dependenciesOn(api);
  const wish = await gatherWish(deps, { namespace: api.namespace, name }, signal);
  if (!wish) throw new Error(`there is no network ${name}`);
  return duplicateChain(deps, wish, { installed: false, now: Date.now(), signal });
}

describe('two networks of one chain', () => {
  it('the later one is refused with the name of the other, in whichever namespace that is', async () => {
    const chain = aChain();
    await create(there, 'first', chain, 'OpBatcher');
    // Ages have seconds: what counts is that exactly one of the two is refused.
    await install(there, 'first');
    await create(
      here,
      NAME,
      { ...chain, systemConfig: chain.systemConfig.toUpperCase().replace('0X', '0x') },
      'OpBatcher',
    );
    expect(await said(here, NAME)).toEqual([
      {
        type: 'DuplicateChain',
        message: `OptimismNetwork ${there.namespace}/first sequences or batches the same chain (SystemConfig ${chain.systemConfig} on L1 1)`,
        fix: expect.stringContaining('delete one of the two'),
      },
    ]);
    expect(await said(there, 'first')).toEqual([]);
  });

  it('of two that nobody has rolled out yet exactly one is refused', async () => {
    const chain = aChain();
    await create(there, 'one', chain, 'OpBatcher');
    await create(here, 'other', chain, 'OpBatcher');
    expect([...(await said(there, 'one')), ...(await said(here, 'other'))]).toHaveLength(1);
  });

  it('live side by side when one of them has replicas only', async () => {
    const chain = aChain();
    await create(there, 'leader', chain, 'OpBatcher');
    await create(here, 'follower', chain, 'OpNode');
    expect(await said(there, 'leader')).toEqual([]);
    expect(await said(here, 'follower')).toEqual([]);
  });

  it('are found when one names the chain and the other its SystemConfig', async () => {
    const { addresses } = loadRegistry().find('sepolia/mode') ?? expect.fail();
    const chain = { systemConfig: addresses.SystemConfigProxy.toLowerCase(), l1: 11155111 };
    await create(there, 'by-address', chain, 'OpBatcher');
    await install(there, 'by-address');
    const unsaid = ['l1.chainId', 'l2', 'contracts', 'rollupConfig', 'genesis'].map((field) => [
      `spec.${field}`,
      undefined,
    ]);
    const named = { ...Object.fromEntries(unsaid), 'spec.network': 'sepolia/mode' };
    await here.create(sample('OptimismNetwork', named, 'by-name'));
    await here.create(sample('OpBatcher', { 'spec.networkRef.name': 'by-name' }, 'by-name-opbatcher'));
    expect(await said(here, 'by-name')).toMatchObject([
      { type: 'DuplicateChain', message: expect.stringContaining(`${there.namespace}/by-address sequences`) },
    ]);
  });

  it('are two chains when the same address is on two L1s', async () => {
    const chain = aChain();
    await create(there, 'on-mainnet', chain, 'OpBatcher');
    await create(here, 'on-sepolia', { ...chain, l1: 11155111 }, 'OpBatcher');
    expect(await said(there, 'on-mainnet')).toEqual([]);
    expect(await said(here, 'on-sepolia')).toEqual([]);
  });
});
