import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKubeClient, type KubeClient } from '../../src/kube/index.ts';
import { runProcess } from '../../src/worker/processes.ts';
import { readSettings, type Settings } from '../../src/worker/settings.ts';
import { freePort } from '../devnet/servers/free-port.ts';
import { createTestNamespace } from '../kube/test-namespace.ts';
import { until } from './watcher-harness.ts';

let kube: KubeClient;
beforeAll(() => {
  kube = createKubeClient({ kubeconfigPath: inject('kubeconfigPath') });
});
afterAll(() => kube.close());

async function settingsFor(healthPort: number): Promise<Settings> {
  return readSettings({
    OPSTACK_CLUSTER_NAME: `c-${randomBytes(4).toString('hex')}`,
    OPSTACK_WATCH_NAMESPACES: await createTestNamespace(kube, 'watcher-process'),
    OPSTACK_TEMPORAL_ADDRESS: inject('temporalAddress'),
    OPSTACK_KUBECONFIG: inject('kubeconfigPath'),
    OPSTACK_HEALTH_PORT: String(healthPort),
  });
}

describe('the watcher process', () => {
  it('becomes ready, serves its metrics, and ends cleanly when it is told to', async () => {
    const port = await freePort();
    const stop = new AbortController();
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const running = runProcess({ kind: 'watcher', settings: await settingsFor(port), logger, signal: stop.signal });
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    await until(async () => expect(await get('/readyz')).toBe('[+] watches\n[+] temporal\nok\n'));
    expect(await get('/healthz')).toBe('[+] watches\nok\n');
    expect(await get('/metrics')).toMatch(/rest_client_requests_total\{method="GET",code="200"\} [1-9]/);

    stop.abort();
    await running;
    await expect(get('/healthz')).rejects.toThrow();
    expect(lines).toEqual([]);
  });

  it('refuses a health port that is taken', async () => {
    const taken = Number(inject('temporalAddress').split(':')[1]);
    const logger = pino({ level: 'silent' });
    const settings = await settingsFor(taken);
    const run = runProcess({ kind: 'watcher', settings, logger, signal: new AbortController().signal });
    await expect(run).rejects.toThrow('EADDRINUSE');
  });
});
