import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { entityWorkflowId } from '../../src/contract/ids.ts';
import type { deciding } from './deciding-workflow.ts';
import { hash } from './example-network.ts';
import { opstack } from './run-opstack.ts';

const cluster = `cli-${randomUUID().slice(0, 8)}`;
const workflowId = entityWorkflowId({ cluster, namespace: 'chains', name: 'acme' });
const address = inject('temporalAddress');
const way = ['--via', 'temporal', '--cluster', cluster, '--temporal-address', address, '-n', 'chains'];
let connection: Connection;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  worker = await Worker.create({
    connection: native,
    taskQueue: cluster,
    workflowsPath: new URL('./deciding-workflow.ts', import.meta.url).pathname,
  });
  running = worker.run();
  await new Client({ connection }).workflow.start<typeof deciding>('deciding', {
    workflowId,
    taskQueue: cluster,
    args: [hash],
  });
});

afterAll(async () => {
  await new Client({ connection }).workflow.getHandle(workflowId).terminate();
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
});

describe('a decision through Temporal', () => {
  it('approves without the cluster, as whoever says so', async () => {
    const { code, out, err } = await opstack([
      'approve',
      'acme',
      hash.slice(0, 8),
      '--as',
      'ana',
      '--comment',
      'reviewed',
      ...way,
    ]);
    expect(err).toBe('');
    expect(out).toContain('Approved plan 1f2e3d4c of acme as ana.');
    expect(code).toBe(0);
    const taken = await new Client({ connection }).workflow.getHandle(workflowId).query('taken');
    expect(taken).toContainEqual({ plan: '1f2e3d4c', approver: 'ana', comment: 'reviewed' });
  });

  it('skips a gate with the shape that the workflow takes', async () => {
    expect(
      (await opstack(['skip-gate', 'acme', 'batching', '--reason', 'L1 outage', '--as', 'ana', ...way])).code,
    ).toBe(0);
    const taken = await new Client({ connection }).workflow.getHandle(workflowId).query('taken');
    expect(taken).toContainEqual({ gate: 'batching', by: 'ana', reason: 'L1 outage' });
  });

  it('gives blocks up with the shape that the workflow takes', async () => {
    const words = ['give-up-blocks', 'acme', '5000', '--reason', 'the disk is lost', '--yes', '--as', 'ana'];
    const { code, out } = await opstack([...words, ...way]);
    expect(out).toContain('Told acme as ana that blocks above 5000 are given up.');
    expect(code).toBe(0);
    const taken = await new Client({ connection }).workflow.getHandle(workflowId).query('taken');
    expect(taken).toContainEqual({ above: 5000, by: 'ana', reason: 'the disk is lost' });
  });

  it("shows the workflow's own words when it refuses", async () => {
    const { code, err } = await opstack(['approve', 'acme', 'ffffffff', ...way]);
    expect(err).toContain('error: The workflow refused');
    expect(err).toContain('why:  the current plan is 1f2e3d4c');
    expect(code).toBe(1);
  });

  it('needs the hash, because nobody can look up the plan', async () => {
    const { code, err } = await opstack(['approve', 'acme', ...way]);
    expect(err).toContain('The hash of the plan is needed');
    expect(code).toBe(2);
  });

  it('says that there is no such workflow', async () => {
    const { code, err } = await opstack(['approve', 'nobody', 'ffffffff', ...way]);
    expect(err).toContain(`There is no workflow optimismnetwork/${cluster}/chains/nobody`);
    expect(code).toBe(1);
  });

  it('goes through Temporal when the API server does not answer and the cluster id is known', async () => {
    const [, , ...rest] = way;
    const { code, err } = await opstack([
      'approve',
      'acme',
      hash,
      '--as',
      'ana',
      '--kubeconfig',
      '/no/such/kubeconfig',
      ...rest,
    ]);
    expect(err).toContain('The API server does not answer, going through Temporal');
    expect(code).toBe(0);
  });

  it('says that the workflow has not answered, and that the decision may still count', async () => {
    const silent = entityWorkflowId({ cluster, namespace: 'chains', name: 'silent' });
    const handle = await new Client({ connection }).workflow.start<typeof deciding>('deciding', {
      workflowId: silent,
      taskQueue: `${cluster}-without-a-worker`,
      args: [hash],
    });
    const { code, err } = await opstack(['approve', 'silent', hash, ...way]);
    await handle.terminate();
    expect(err).toContain(`${silent} has not answered within 15 s`);
    expect(err).toContain('the decision may still count');
    expect(code).toBe(1);
  }, 30_000);

  it('says that Temporal does not answer', async () => {
    const { code, err } = await opstack([
      'approve',
      'acme',
      hash,
      '--via',
      'temporal',
      '--cluster',
      cluster,
      '-n',
      'chains',
      '--temporal-address',
      '127.0.0.1:1',
    ]);
    expect(err).toContain('Temporal at 127.0.0.1:1 does not answer');
    expect(code).toBe(1);
  }, 30_000);
});
