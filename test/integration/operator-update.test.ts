/** A later version of the operator renders something otherwise: nothing moves by itself, and nothing is held up. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/kube/index.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { patch, podUids, read, remove, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';

const OTHER_VERSION = join(import.meta.dirname, '../devnet/operator-of-another-version.ts');
const BATCHER = 'devnet-batcher';
const BATCHER_POD = `${BATCHER}-0`;

describe('an operator of another version', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('another-version', { operator: 'none' });
  let batcher = '';

  it('comes after one that has rolled out a chain, and after an edit that nothing is rendered from', async () => {
    const devnet = use();
    const former = await devnet.start('all');
    await planAfter(devnet, () => devnet.chain.apply(...devnet.chain.resources));
    batcher = (await podUids(devnet))[BATCHER_POD] ?? '';
    await patch(devnet, 'OptimismNetwork', NETWORK, { spec: { probeInterval: '4s' } });
    const { metadata } = await read(devnet, 'OptimismNetwork', NETWORK);
    await waitForStatus(devnet, 'the former one has seen the edit', ({ conditions = [] }) =>
      conditions.some(({ observedGeneration }) => observedGeneration === metadata.generation),
    );
    await former.process.kill('SIGKILL');
    await devnet.start('all', { main: OTHER_VERSION });
    const plan = await waitForProposal(devnet);
    expect(plan).toMatchObject({ kind: 'operatorUpdate' });
    expect(plan.summary).toContain(BATCHER);
    expect(await variables(devnet)).not.toHaveProperty(ADDED);
  });

  it("does not hold up what the user wishes, nor take it for a word about the operator's own", async () => {
    const devnet = use();
    const replica = resource(devnet, 'devnet-replica');
    const second = { ...replica, metadata: { ...replica.metadata, name: 'devnet-second' } };
    await devnet.chain.apply(second);
    const { history } = await waitForStatus(
      devnet,
      'the second replica is installed and the update waits again',
      ({ phase, plan, history: [last] = [] }) =>
        last?.summary?.includes('devnet-second') === true &&
        phase === 'AwaitingApproval' &&
        plan?.kind === 'operatorUpdate',
    );
    expect(history?.[0]).toMatchObject({ kind: 'install', outcome: 'completed' });
    expect((await podUids(devnet))[BATCHER_POD]).toBe(batcher);
  });

  it('puts back what is taken away as it was rolled out', async () => {
    const devnet = use();
    const service = await read(devnet, 'Service', BATCHER);
    await remove(devnet, 'Service', BATCHER);
    await waitUntil(
      'the Service is back',
      async () => ((await read(devnet, 'Service', BATCHER)).metadata.uid === service.metadata.uid ? undefined : true),
      PATIENCE_MS,
    );
    await waitForStatus(
      devnet,
      'the update waits again',
      ({ phase, plan }) => phase === 'AwaitingApproval' && plan?.kind === 'operatorUpdate',
    );
    expect(await variables(devnet)).not.toHaveProperty(ADDED);
    expect((await podUids(devnet))[BATCHER_POD]).toBe(batcher);
  });

  it('rolls out its own once that is approved', async () => {
    const devnet = use();
    const { hash } = await waitForProposal(devnet);
    const approval = { 'optimism.io/approve': hash, 'optimism.io/approver': 'ana' };
    const plan = await planAfter(devnet, () =>
      patch(devnet, 'OptimismNetwork', NETWORK, { metadata: { annotations: approval } }),
    );
    expect(plan).toMatchObject({ kind: 'operatorUpdate', outcome: 'completed' });
    expect(await variables(devnet)).toMatchObject({ [ADDED]: '5' });
    expectFairPlay(devnet);
  });
});

const ADDED = 'OP_BATCHER_TXMGR_FEE_LIMIT_MULTIPLIER';

interface Container {
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** Of op-batcher, by name. */
async function variables(devnet: Devnet): Promise<Record<string, string | undefined>> {
  const set = await read<KubeObject & { spec: { template: { spec: { containers: Container[] } } } }>(
    devnet,
    'StatefulSet',
    BATCHER,
  );
  const env = set.spec.template.spec.containers.flatMap((container) => container.env ?? []);
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
