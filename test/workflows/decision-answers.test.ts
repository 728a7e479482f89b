/** What an entity answers to decisions on a real Temporal server; what it sees is played. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LookResult } from '../../src/contract/activities.ts';
import { SIGNALS, UPDATES } from '../../src/contract/messages.ts';
import { bundleWorkflows } from '../../src/worker/replay/workflow-bundle.ts';
import { ensureSearchAttributes, PAYLOAD_CONVERTER_PATH } from '../../src/worker/temporal.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { aLook, aPlan } from './a-look.ts';

const TASK_QUEUE = `decision-answers-${Math.random().toString(36).slice(2)}`;
const asks = { required: true };
const [first, second] = [aPlan('aaaaaaaa'), aPlan('bbbbbbbb')];

let looks: (LookResult | Promise<LookResult>)[] = [];
let count = 0;
let client: Client;
let entity: WorkflowHandle;
let stop: () => Promise<void>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = inject('temporalAddress');
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflows(),
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
    activities: {
      settle: () => {},
      look: () => {
        const look = looks[Math.min(count, looks.length - 1)];
        count += 1;
        return look;
      },
      report: () => {},
      observe: () => new Promise((_, reject) => setTimeout(() => reject(new Error('nothing')), 1000)),
    },
  });
  const running = worker.run();
  const clientConnection = await Connection.connect({ address });
  client = new Client({
    connection: clientConnection,
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
  });
  await ensureSearchAttributes(client, 'default');
  stop = async () => {
    worker.shutdown();
    await running;
    await Promise.all([connection.close(), clientConnection.close()]);
  };
}, 120_000);
afterAll(() => stop(), 60_000);

let runs = 0;
beforeEach(async () => {
  runs += 1;
  count = 0;
  looks = [aLook({ plan: first, approval: asks })];
  entity = await client.workflow.start('optimismNetwork', {
    taskQueue: TASK_QUEUE,
    workflowId: `${TASK_QUEUE}/${runs}`,
    args: [{ network: { cluster: 'test', namespace: 'chains', name: 'acme' }, schema: 1 }],
  });
  await waitUntil(
    'the plan waits',
    async () => (await entity.query<{ phase: string }>('status')).phase === 'AwaitingApproval' || undefined,
  );
  return () => entity.terminate();
});

const say = (update: string, plan = first.hash) =>
  entity.executeUpdate<string, [object]>(update, { args: [{ plan, approver: 'ana' }] });

/** Poked, the entity looks; what it sees is said later. */
async function lookingAt(): Promise<(look: LookResult) => void> {
  const { promise, resolve } = Promise.withResolvers<LookResult>();
  looks = [...looks, promise];
  const before = count;
  await entity.signal(SIGNALS.poke, {});
  await waitUntil('it looks', async () => count > before || undefined);
  return resolve;
}

describe('who approves or rejects', () => {
  it('hears that it counts once it does', async () => {
    expect(await say(UPDATES.rejectPlan)).toBe('accepted');
    expect(await entity.query<{ declined?: string }>('plan')).toMatchObject({ declined: 'rejected' });
  });

  it.each([UPDATES.approvePlan, UPDATES.rejectPlan])(
    'hears of %s what the look has come to that stood before it',
    async (update) => {
      const see = await lookingAt();
      const answer = say(update).catch((error: { cause?: Error }) => error.cause?.message);
      await waitUntil('it has the decision', async () => {
        const { events } = await entity.fetchHistory();
        return events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes) || undefined;
      });
      see(aLook({ plan: second, approval: asks }));
      expect(await answer).toContain('is not the one that waits; the current plan is bbbbbbbb');
    },
  );
});
