import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startTemporal, type TemporalServer } from '../devnet/servers/temporal.ts';
import { startHarness, until, type WatcherHarness } from './watcher-harness.ts';

let dir: string;
let server: TemporalServer;
let harness: WatcherHarness;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opstack-watcher-'));
  server = await startTemporal({ dir });
  harness = await startHarness({
    kubeconfigPath: inject('kubeconfigPath'),
    temporalAddress: server.address,
    settings: { temporalUiUrl: 'https://temporal.example.com/' },
  });
  await harness.watcher.synced;
});
afterAll(async () => {
  await harness.close();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

const condition = (name: string) => harness.condition('OptimismNetwork', name, 'Orchestrated');
const readiness = () => harness.watcher.readiness.map(({ name, problem }) => [name, problem()]);

describe('the condition Orchestrated', () => {
  it('is True with a link to the workflow once the entity was told', async () => {
    const { cluster, namespace } = harness;
    await harness.createNetwork('acme');
    await until(async () =>
      expect(await condition('acme')).toMatchObject({
        status: 'True',
        reason: 'WorkflowReached',
        observedGeneration: 1,
      }),
    );
    const id = `optimismnetwork/${cluster}/${namespace}/acme`;
    expect((await condition('acme'))?.message).toContain(
      `https://temporal.example.com/namespaces/default/workflows/${encodeURIComponent(id)}`,
    );
    expect(readiness()).toEqual([
      ['watches', undefined],
      ['temporal', undefined],
    ]);
  });

  it('is False while Temporal is away, also for a network that appears then, and True again when it is back', async () => {
    const before = await condition('acme');
    const pokesBefore = (await harness.pokesOf('acme')).length;
    await server.process.kill('SIGKILL');
    await until(async () =>
      expect(await condition('acme')).toMatchObject({
        status: 'False',
        reason: 'TemporalUnreachable',
        message: expect.stringContaining(`Temporal at ${server.address} does not answer.`),
      }),
    );
    expect(readiness()[1]?.[1]).toEqual(expect.any(String));
    await harness.createNetwork('newcomer');
    await until(async () => expect(await condition('newcomer')).toMatchObject({ reason: 'TemporalUnreachable' }));
    await harness.kube.mergePatch(
      { apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', namespace: harness.namespace, name: 'acme' },
      { spec: { paused: true } },
    );

    const away = await condition('acme');
    await server.process.restart();
    await until(async () => expect(await condition('acme')).toMatchObject({ status: 'True', observedGeneration: 2 }));
    await until(async () => expect(await condition('newcomer')).toMatchObject({ status: 'True' }));
    await until(async () => {
      const pokes = (await harness.pokesOf('acme')).slice(pokesBefore);
      expect(pokes.map(({ reason }) => reason)).toEqual(['OptimismNetwork acme changed to generation 2']);
    });
    expect(before?.status).toBe('True');
    expect(away?.status).toBe('False');
  });

  it('is False while Temporal takes connections but does not answer, and True again when it does', async () => {
    await server.process.kill('SIGSTOP');
    await until(async () => expect(await condition('acme')).toMatchObject({ reason: 'TemporalUnreachable' }), 30_000);
    await server.process.kill('SIGCONT');
    await until(async () => expect(await condition('acme')).toMatchObject({ status: 'True' }), 30_000);
  });

  it('is not written when nothing has changed', async () => {
    const ref = {
      apiVersion: 'optimism.io/v1alpha1',
      kind: 'OptimismNetwork',
      namespace: harness.namespace,
      name: 'acme',
    };
    await until(async () => expect(await condition('acme')).toMatchObject({ status: 'True' }));
    const before = (await harness.kube.get(ref))?.metadata.resourceVersion;
    await harness.restart();
    await harness.watcher.synced;
    const pokes = (await harness.pokesOf('acme')).length;
    await until(async () => expect((await harness.pokesOf('acme')).length).toBeGreaterThanOrEqual(pokes));
    await harness.createNetwork('later');
    await until(async () => expect(await condition('later')).toMatchObject({ status: 'True' }));
    expect((await harness.kube.get(ref))?.metadata.resourceVersion).toBe(before);
  });
});
