/**
 * Records the histories that replay.test.ts replays, from a real run on servers of its own: `npm run record-histories`.
 * Run it for every release, and whenever a history of a release that was never published no longer fits.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { SIGNALS, UPDATES } from '../../src/contract/messages.ts';
import { type OwnDevnet, startOwnDevnet } from '../crash/own-devnet.ts';
import { NETWORK } from '../devnet/chain.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { remove, resource } from '../integration/cluster-objects.ts';

const BY = 'ana';

async function record(devnet: OwnDevnet, folder: string): Promise<void> {
  const { chain, temporal, entityId } = devnet;
  const entity = temporal.workflow.getHandle(entityId);
  const save = async (scenario: string, workflowId: string) => {
    const history = await temporal.workflow.getHandle(workflowId).fetchHistory();
    const text = JSON.stringify({ workflowId, history: scrubbed(history) }, null, 1);
    await writeFile(join(folder, `${scenario}.json`), `${text}\n`);
    console.log(`${scenario}: ${history.events?.length} events`);
  };

  await chain.apply(...chain.resources);
  await chain.waitForPhase('Ready', 300_000);
  await save('install', `${entityId}/install-1`);

  // From now on changes ask, and pods are given up soon.
  await chain.apply(
    resource(devnet, NETWORK, {
      approval: { change: 'Required' },
      rollout: { gates: { engineReady: { timeout: '15s' } } },
    }),
  );
  const undo = chain.runner.fault.neverReady('devnet-batcher');
  await chain.apply(resource(devnet, 'devnet-batcher', { maxChannelDuration: 3 }));
  const { plan } = await chain.waitForPhase('AwaitingApproval', 120_000);
  await save('entity-awaiting-approval', entityId);
  await entity.signal(SIGNALS.approve, { plan: plan?.hash, approver: BY });
  const { plan: halted } = await chain.waitForPhase('Halted', 180_000);
  await save('change-halted', halted?.workflowId ?? '');
  undo();
  await entity.signal(SIGNALS.retry, { by: BY, reason: 'the fault is gone' });
  await chain.waitForPhase('Ready', 180_000);
  await save('change-approved-halted-retried', halted?.workflowId ?? '');

  const thaw = chain.faults.pod('devnet-replica-0').freezeDerivation();
  const env = [{ name: 'OP_NODE_L1_EPOCH_POLL_INTERVAL', value: '8s' }];
  await chain.apply(resource(devnet, 'devnet-replica', { consensus: { env } }));
  const { plan: second } = await chain.waitForPhase('AwaitingApproval', 120_000);
  await entity.signal(SIGNALS.approve, { plan: second?.hash, approver: BY });
  const waiting = await waitUntil(
    'a gate waits',
    async () => {
      const { plan: running } = await chain.status();
      const waits = running?.steps?.some(({ gates, state }) => gates?.includes('node-synced') && state === 'Waiting');
      return waits ? running : undefined;
    },
    120_000,
  );
  // The first is refused by the plan, which is at another gate.
  for (const gate of ['batching', 'node-synced'])
    await entity.executeUpdate(UPDATES.skipGate, { args: [{ gate, by: BY, reason: 'recorded' }] }).catch(() => {});
  await chain.waitForPhase('Ready', 180_000);
  await save('change-gate-skipped', waiting.workflowId ?? '');
  thaw();

  // One that was stopped waits for whoever may be in its place.
  for (const stopped of [true, false]) {
    await chain.apply(resource(devnet, 'devnet-batcher', { maxChannelDuration: 3, stopped }));
    const { plan: change } = await chain.waitForPhase('AwaitingApproval', 120_000);
    await entity.signal(SIGNALS.approve, { plan: change?.hash, approver: BY });
    if (stopped) await chain.waitForPhase('Ready', 180_000);
  }
  const asks = await waitUntil(
    'the gate about other batchers waits',
    async () => {
      const { plan: running } = await chain.status();
      const waits = running?.steps?.some(({ gates, message = '' }) => gates?.includes('no-foreign-batcher') && message);
      return waits ? running : undefined;
    },
    120_000,
  );
  // The first is refused by the plan, which asks for the second.
  for (const node of ['devnet-batcher', 'foreign-batcher'])
    await entity.executeUpdate(UPDATES.confirmFenced, { args: [{ node, by: BY, reason: 'recorded' }] }).catch(() => {});
  await chain.waitForPhase('Ready', 180_000);
  await save('change-fencing-confirmed', asks.workflowId ?? '');

  for (const { kind, metadata } of chain.resources) await remove(devnet, kind as 'OptimismNetwork', metadata.name);
  await waitUntil(
    'the entity has ended',
    async () => ((await entity.describe()).status.name === 'COMPLETED' ? true : undefined),
    240_000,
  );
  await save('entity-whole-life', entityId);
  await save('teardown', `${entityId}/teardown-6`);
}

/** Without names and paths of the machine that it was recorded on. Sticky queues are named `<process>@<host>-<hash>`. */
function scrubbed(history: History): unknown {
  return JSON.parse(historyToJSON(history), (key, value: unknown) => {
    if (key === 'stackTrace') return '';
    return typeof value === 'string' && /^\d+@/.test(value) ? 'worker' : value;
  });
}

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const folder = join(import.meta.dirname, 'histories', version);
const devnet = await startOwnDevnet('recorded');
try {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await record(devnet, folder);
} catch (error) {
  console.error(JSON.stringify(await devnet.chain.status().catch(() => undefined), null, 1));
  console.error(devnet.operator.process.logTail(20));
  throw error;
} finally {
  await devnet.stop();
}
process.exit();
