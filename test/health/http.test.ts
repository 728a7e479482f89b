import { Gauge, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { type HealthServer, startHealthServer } from '../../src/health/http.ts';

let server: HealthServer;
afterEach(() => server.close());

async function get(path: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, await response.text()];
}

const start = async (problems: { live?: string; ready?: string } = {}): Promise<void> => {
  const metrics = new Registry();
  new Gauge({ name: 'opstack_test', help: 'A test.', registers: [metrics] }).set(7);
  server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    live: [{ name: 'watches', problem: () => problems.live }],
    ready: [
      { name: 'watches', problem: () => undefined },
      { name: 'temporal', problem: () => problems.ready },
    ],
    metrics,
  });
};

describe('the health server', () => {
  it('is alive and ready while no check has a problem', async () => {
    await start();
    expect(await get('/healthz')).toEqual([200, '[+] watches\nok\n']);
    expect(await get('/readyz')).toEqual([200, '[+] watches\n[+] temporal\nok\n']);
  });

  it('says which check fails and why, for liveness and readiness apart', async () => {
    await start({ ready: 'it does not answer' });
    expect(await get('/healthz')).toEqual([200, '[+] watches\nok\n']);
    expect(await get('/readyz')).toEqual([503, '[+] watches\n[-] temporal: it does not answer\nnot ok\n']);
  });

  it('serves metrics', async () => {
    await start();
    const [status, text] = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('opstack_test 7');
  });

  it('answers 404 elsewhere and names what there is', async () => {
    await start();
    expect(await get('/')).toEqual([404, 'try /healthz, /readyz or /metrics\n']);
  });

  it('rejects when its port is taken', async () => {
    await start();
    const { port } = server;
    const second = startHealthServer({ host: '127.0.0.1', port, live: [], ready: [], metrics: new Registry() });
    await expect(second).rejects.toThrow(/EADDRINUSE.*127\.0\.0\.1/);
  });
});
