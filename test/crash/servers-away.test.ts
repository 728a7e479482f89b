/** API server, Temporal and L1 are killed and stay away for 20 seconds: what runs goes on, and somebody says what is missing. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import type { ManagedProcess } from '../devnet/servers/managed-process.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { resource } from '../integration/cluster-objects.ts';
import { expectFairPlay } from '../integration/devnet.ts';
import { expectNothingTwice } from './nothing-twice.ts';
import { type OwnDevnet, startOwnDevnet } from './own-devnet.ts';

const AWAY_MS = 20_000;
const BACK_WITHIN_MS = 90_000;
const PATIENCE_MS = 400_000;

let devnet: OwnDevnet;
beforeAll(async () => {
  devnet = await startOwnDevnet('away');
}, 180_000);
afterAll(() => devnet?.stop(), 60_000);

/** Kills a server, asks `meanwhile` while it is away, and starts it again. */
async function away<T>(server: ManagedProcess, meanwhile: () => Promise<T>): Promise<T> {
  onTestFailed(async () => {
    console.error(JSON.stringify(await devnet.chain.status().catch(() => 'no status'), null, 1));
    console.error(devnet.operator.process.logTail(30));
  });
  await server.kill('SIGKILL');
  try {
    const [said] = await Promise.all([meanwhile(), delay(AWAY_MS)]);
    return said;
  } finally {
    await server.restart();
  }
}

function condition(type: string): Promise<NonNullable<OptimismNetworkStatus['conditions']>[number] | undefined> {
  return devnet.chain.status().then(({ conditions }) => conditions?.find((item) => item.type === type));
}

/** Applies a change of the batcher and waits until the step of its plan is at work. */
async function beginChange(maxChannelDuration: number, step: string): Promise<void> {
  const { chain } = devnet;
  await chain.apply(resource(devnet, 'devnet-batcher', { maxChannelDuration }));
  await waitUntil(
    `${step} of the change is at work`,
    async () => {
      const { plan } = await chain.status();
      return plan?.steps?.some(({ id, state }) => id.includes(step) && state !== 'Pending') || undefined;
    },
    120_000,
  );
}

async function waitForReady(plans: number): Promise<void> {
  await waitUntil(
    `it is Ready again, after ${plans} plans`,
    async () => {
      const { phase, history = [], conditions = [] } = await devnet.chain.status();
      const orchestrated = conditions.find(({ type }) => type === 'Orchestrated')?.status;
      return (phase === 'Ready' && history.length === plans && orchestrated === 'True') || undefined;
    },
    BACK_WITHIN_MS,
  );
}

describe('a server that is away for 20 seconds', () => {
  it(
    'L1, before the first look: ContractsDiscovered says so, and the install begins when it is back',
    async () => {
      const { chain, servers } = devnet;
      const said = await away(servers.l1.process, async () => {
        await chain.apply(...chain.resources);
        return waitUntil('the condition says that L1 is missing', async () => {
          const found = await condition('ContractsDiscovered');
          return found?.reason === 'L1Unavailable' ? found : undefined;
        });
      });
      expect(said).toMatchObject({ status: 'Unknown', message: expect.stringContaining('L1') });
      await chain.waitForPhase('Ready', 300_000);
      await expectNothingTwice(devnet, { plans: ['install-1'], batcherStarts: 1 });
    },
    PATIENCE_MS,
  );

  it(
    'L1, while nothing is to be done: Degraded says so',
    async () => {
      const degraded = (status: string) =>
        waitUntil(
          `Degraded is ${status}`,
          async () => {
            const found = await condition('Degraded');
            return found?.status === status ? found : undefined;
          },
          BACK_WITHIN_MS,
        );
      await degraded('False');
      const said = await away(devnet.servers.l1.process, () => degraded('True'));
      expect(said).toMatchObject({ reason: 'L1Unavailable', message: expect.stringContaining("L1 can't be read") });
      await degraded('False');
      await waitForReady(1);
    },
    PATIENCE_MS,
  );

  it(
    'L1, in the middle of a change: the gate that waits says so',
    async () => {
      await beginChange(3, 'await-batching');
      const said = await away(devnet.servers.l1.process, () =>
        waitUntil('the waiting gate says that L1 is missing', async () => {
          const { plan } = await devnet.chain.status();
          return plan?.steps?.find(({ id, message = '' }) => id.includes('await-batching') && message.includes('L1'));
        }),
      );
      expect(said.state).toBe('Waiting');
      await waitForReady(2);
      expectFairPlay(devnet);
    },
    PATIENCE_MS,
  );

  it(
    'Temporal, in the middle of a change: Orchestrated says so',
    async () => {
      await beginChange(4, 'apply-component');
      const said = await away(devnet.servers.temporal.process, () =>
        waitUntil('the condition says that Temporal is missing', async () => {
          const found = await condition('Orchestrated');
          return found?.status === 'False' ? found : undefined;
        }),
      );
      expect(said).toMatchObject({ reason: 'TemporalUnreachable' });
      await waitForReady(3);
      await expectNothingTwice(devnet, { plans: ['install-1', 'change-2', 'change-3'] });
    },
    PATIENCE_MS,
  );

  it(
    'the API server, in the middle of a change: the pending activity says so',
    async () => {
      const { temporal, entityId, servers } = devnet;
      await beginChange(5, 'apply-component');
      const plan = `${entityId}/change-4`;
      const said = await away(servers.cluster.processes['kube-apiserver'], () =>
        waitUntil('the pending activity says that the API server is missing', async () => {
          const { raw } = await temporal.workflow.getHandle(plan).describe();
          const [failure] = (raw.pendingActivities ?? []).flatMap(({ lastFailure }) =>
            lastFailure ? [lastFailure] : [],
          );
          return failure?.applicationFailureInfo?.type === 'KubernetesUnavailable' ? failure : undefined;
        }),
      );
      expect(said.message).toContain('could not be reached');
      await waitForReady(4);
      const plans = ['install-1', 'change-2', 'change-3', 'change-4'];
      await expectNothingTwice(devnet, { plans });
    },
    PATIENCE_MS,
  );
});
