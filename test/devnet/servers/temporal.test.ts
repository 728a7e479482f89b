import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTemporal, type TemporalServer } from './temporal.ts';

let dir: string;
let temporal: TemporalServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'temporal-'));
  temporal = await startTemporal({ dir, namespace: ['fleet'] });
});
afterAll(async () => {
  await temporal?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('the Temporal server', () => {
  test('serves its UI, its metrics and the namespaces that were asked for', async () => {
    const namespaces = await (await fetch(`${temporal.uiUrl}/api/v1/namespaces`)).text();
    expect(namespaces).toContain('"fleet"');
    expect((await fetch(temporal.uiUrl)).status).toBe(200);
    expect(await (await fetch(temporal.metricsUrl)).text()).toContain('service_requests');
  });

  test('keeps a running workflow over kill -9', async () => {
    const start = async <T>(use: (client: Client) => Promise<T>): Promise<T> => {
      const connection = await Connection.connect({ address: temporal.address });
      try {
        return await use(new Client({ connection, namespace: 'fleet' }));
      } finally {
        await connection.close();
      }
    };
    const runId = await start(async (client) => {
      const handle = await client.workflow.start('nobodyRunsThis', { taskQueue: 'none', workflowId: 'survivor' });
      return handle.firstExecutionRunId;
    });
    await temporal.process.kill();
    await temporal.process.restart();
    const after = await start((client) => client.workflow.getHandle('survivor').describe());
    expect(after).toMatchObject({ runId, status: { name: 'RUNNING' } });
  });
});
