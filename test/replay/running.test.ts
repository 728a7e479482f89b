/** Workflows that run, recorded by other code than today's: what `opstack replay` and a worker that starts say of them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { PlanInput } from '../../src/contract/activities.ts';
import { planWorkflowId, taskQueueName } from '../../src/contract/ids.ts';
import type { Step } from '../../src/contract/plan.ts';
import { installQuietRuntime } from '../../src/worker/replay/quiet-runtime.ts';
import { replayRunning } from '../../src/worker/replay/replay-running.ts';
import { buildIdOf, bundleWorkflows } from '../../src/worker/replay/workflow-bundle.ts';
import { PAYLOAD_CONVERTER_PATH } from '../../src/worker/temporal.ts';
import { opstack } from '../cli/run-opstack.ts';
import { freePort } from '../devnet/servers/free-port.ts';
import { type ManagedProcess, startProcess } from '../devnet/servers/managed-process.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { backwards } from './recorded-histories.ts';

const cluster = `replay-${randomUUID().slice(0, 8)}`;
const network = { cluster, namespace: 'chains', name: 'acme' };
const workflowId = planWorkflowId(network, 'change', 1);
const address = inject('temporalAddress');
const temporal = ['--temporal-address', address];

/** What was approved once, and other code than today's has begun: at its second step. */
let formerBundle: WorkflowBundle;
let bundle: WorkflowBundle;
let dir: string;
let connection: Connection;
let client: Client;
let operator: ManagedProcess | undefined;

function gate(number: number, name: 'batching' | 'node-synced'): Step {
  return {
    id: `0${number}-await-${name}/acme`,
    type: 'awaitGate',
    gates: [name],
    component: { kind: 'OpNode', name: 'acme' },
    summary: `gate ${name}`,
    limitSeconds: 60,
    safePointAfter: true,
  };
}

const input: PlanInput = {
  network,
  uid: 'uid',
  plan: {
    hash: 'a'.repeat(64),
    kind: 'change',
    desiredRevision: 'r1',
    wish: 'w1',
    summary: 'change acme',
    steps: [gate(1, 'node-synced'), gate(2, 'batching')],
    changes: [],
    gapExpectedSeconds: 0,
    warnings: [],
    renders: [],
  },
  approval: { by: 'policy', at: '2026-11-29T00:00:00Z', via: 'Policy', verified: false },
  paused: false,
};

beforeAll(async () => {
  installQuietRuntime();
  dir = await mkdtemp(join(tmpdir(), 'opstack-replay-'));
  bundle = await bundleWorkflows();
  formerBundle = backwards(bundle);
  connection = await Connection.connect({ address });
  client = new Client({ connection, dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH } });
  const native = await NativeConnection.connect({ address });
  // Without activities: the step stays open.
  const worker = await Worker.create({
    connection: native,
    taskQueue: taskQueueName(cluster),
    workflowBundle: formerBundle,
    buildId: buildIdOf(formerBundle),
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
  });
  await worker.runUntil(async () => {
    const handle = await client.workflow.start('rollout', {
      workflowId,
      taskQueue: taskQueueName(cluster),
      args: [input],
    });
    await waitUntil('the step is open', async () => ((await handle.describe()).historyLength >= 5 ? true : undefined));
  });
  await native.close();
}, 120_000);

afterAll(async () => {
  await operator?.kill();
  await client.workflow
    .getHandle(workflowId)
    .terminate()
    .catch(() => undefined);
  await connection.close();
  await rm(dir, { recursive: true, force: true });
});

const WHY =
  'step 02-await-batching/acme (awaitGate), event 5: the history has 02-await-batching/acme, this version does 01-await-node-synced/acme';

describe('opstack replay of a Temporal namespace', () => {
  it('fails on a running workflow that does not fit, and names workflow, step and type', async () => {
    const { code, out, err } = await opstack(['replay', '--running', '--cluster', cluster, ...temporal]);
    expect(out).toMatch(/TYPE +REPLAYED +FAILED\nrollout +1 +1\n/);
    expect(err).toContain(`error: Workflow ${workflowId} (rollout) does not fit`);
    expect(err).toContain(`why:  ${WHY}`);
    expect(err).toContain('next: do not update the operator while this runs');
    expect(code).toBe(1);
  });

  it('fits the bundle that has run it', async () => {
    const file = join(dir, 'workflows.bundle.js');
    await writeFile(file, formerBundle.code);
    const args = ['replay', '--recent', '1h', '--cluster', cluster, '--bundle', file, '-o', 'json', ...temporal];
    const { code, out, err } = await opstack(args);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      replayed: 1,
      failed: 0,
      types: [{ type: 'rollout', replayed: 1, failed: 0 }],
      failures: [],
    });
    expect(code).toBe(0);
  });

  it('has nothing to say of a cluster without workflows', async () => {
    const { code, out } = await opstack(['replay', '--running', '--cluster', `${cluster}-b`, ...temporal]);
    expect(out).toBe('There is nothing to replay.\n');
    expect(code).toBe(0);
  });
});

describe('a worker that starts', () => {
  const enough = new AbortController().signal;

  it('need not replay what the same code has run', async () => {
    expect(await replayRunning({ client, cluster, bundle: formerBundle, enough })).toEqual({
      running: 1,
      replayed: 0,
      left: 0,
    });
  });

  it('says how many it has not replayed when there was no time', async () => {
    expect(await replayRunning({ client, cluster, bundle, enough: AbortSignal.abort() })).toEqual({
      running: 1,
      replayed: 0,
      left: 1,
    });
  });

  it('does not poll, says on /readyz what does not fit and what to do, and works once that is gone', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const readyz = async () => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) })).text();
    let expected = 'does not fit';
    const startedOperator = await startProcess({
      name: 'worker',
      command: process.execPath,
      args: [join(import.meta.dirname, '../../src/worker/main.ts'), 'worker'],
      dir,
      env: {
        OPSTACK_CLUSTER_NAME: cluster,
        OPSTACK_KUBECONFIG: inject('kubeconfigPath'),
        OPSTACK_TEMPORAL_ADDRESS: address,
        OPSTACK_HEALTH_PORT: new URL(url).port,
      },
      ready: async () => (await readyz()).includes(expected),
    });
    operator = startedOperator;
    const said = await readyz();
    expect(said).toContain(`[-] worker: workflow ${workflowId} (rollout) does not fit this version: ${WHY}`);
    expect(said).toContain('do not update the operator while this runs');
    expect(await pollers()).not.toContain(startedOperator.pid);

    await client.workflow.getHandle(workflowId).terminate();
    expected = '[+] worker';
    await startedOperator.restart();
    await waitUntil('it polls', async () => ((await pollers()).includes(startedOperator.pid) ? true : undefined));
  });

  /** Process ids of those that ask for workflow tasks, or have asked within minutes. */
  async function pollers(): Promise<number[]> {
    const described = await connection.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: taskQueueName(cluster) },
      taskQueueType: 1,
    });
    return (described.pollers ?? []).map(({ identity }) => Number.parseInt(identity ?? '', 10));
  }
});
