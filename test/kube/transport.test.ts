import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKubeClient, type KubeClient, KubeUnreachableError, type RequestSample } from '../../src/kube/index.ts';
import { createAuthority } from '../devnet/servers/pki.ts';
import { kubeconfigFor } from './kubeconfig-file.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(listener: RequestListener): Promise<{ url: string; connections(): number }> {
  let opened = 0;
  const server = createHttpServer(listener).on('connection', () => {
    opened += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => opened };
}

async function clientFor(url: string, user: object = {}, options: object = {}): Promise<KubeClient> {
  const client = createKubeClient({ kubeconfigPath: await kubeconfigFor(url, user), ...options });
  cleanups.push(() => client.close());
  return client;
}

const ok = (response: ServerResponse, body: unknown = {}): void => {
  response.end(JSON.stringify(body));
};

describe('the connection pool', () => {
  // Two, because undici may start a request before it has counted the one before as finished.
  it('uses at most two connections for 100 requests in a row', async () => {
    const { url, connections } = await serve((_, response) => ok(response));
    const client = await clientFor(url);
    for (let i = 0; i < 100; i++) await client.raw('GET', '/version');
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it('uses at most 64 connections for 500 requests at once', async () => {
    const { url, connections } = await serve((_, response) => void setTimeout(() => ok(response), 5));
    const client = await clientFor(url);
    await Promise.all(Array.from({ length: 500 }, () => client.raw('GET', '/version')));
    expect(connections()).toBeGreaterThan(1);
    expect(connections()).toBeLessThanOrEqual(64);
  });

  it('lets 100 watches run beside requests', async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.includes('watch=true') === true) response.writeHead(200).flushHeaders();
      else ok(response);
    });
    const client = await clientFor(url, {}, { timeoutMs: 3000 });
    const type = { apiVersion: 'v1', kind: 'ConfigMap' };
    const control = { resourceVersion: '1', serverTimeoutSeconds: 300 };
    const watch = () => client.watch(type, { ...control, signal: new AbortController().signal });
    await Promise.all(Array.from({ length: 100 }, watch));
    await expect(client.raw('GET', '/version')).resolves.toMatchObject({ status: 200 });
  });
});

describe('a request', () => {
  it('fails within its time-out when the server takes it and says nothing', async () => {
    const { url } = await serve(() => {});
    const client = await clientFor(url, {}, { timeoutMs: 100 });
    const request = client.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: 'b' });
    await expect(request).rejects.toThrow(KubeUnreachableError);
    await expect(request).rejects.toThrow(/^get Pod b in namespace a: .* did not answer in time/);
  });

  it('fails within its time-out when the server stops in the middle of the answer', async () => {
    const { url } = await serve((_, response) => response.writeHead(200).write('{"half":'));
    const client = await clientFor(url, {}, { timeoutMs: 100 });
    await expect(client.raw('GET', '/version')).rejects.toThrow(KubeUnreachableError);
  });

  it("rejects with the caller's own reason when the caller aborts", async () => {
    const { url } = await serve(() => {});
    const client = await clientFor(url);
    const abort = new AbortController();
    const request = client.raw('GET', '/version', { signal: abort.signal });
    const reason = new Error('shutting down');
    abort.abort(reason);
    await expect(request).rejects.toBe(reason);
    await expect(client.raw('GET', '/version', { signal: abort.signal })).rejects.toBe(reason);
  });

  it('says that nobody listens, and that trying again may help', async () => {
    const { url } = await serve(() => {});
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
    const client = await clientFor(url);
    await expect(client.raw('GET', '/version')).rejects.toMatchObject({
      name: 'KubeUnreachableError',
      retryable: true,
    });
  });

  it.each([
    ['seconds', '7', 7],
    ['a date', new Date(Date.now() + 5000).toUTCString(), expect.closeTo(5, -1)],
    ['nothing', undefined, undefined],
  ])('surfaces a Retry-After of %s', async (_, header, expected) => {
    const { url } = await serve((_request, response) => {
      if (header !== undefined) response.setHeader('retry-after', header);
      response.writeHead(429).end('slow down');
    });
    const client = await clientFor(url);
    await expect(client.raw('GET', '/x')).rejects.toMatchObject({
      status: 429,
      retryable: true,
      message: 'GET /x: 429: slow down',
      retryAfterSeconds: expected,
    });
  });

  it.each([
    [400, false],
    [401, true],
    [403, false],
    [404, false],
    [409, true],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('with status %d is retryable: %s', async (status, retryable) => {
    const { url } = await serve((_, response) => response.writeHead(status).end());
    const client = await clientFor(url);
    await expect(client.raw('GET', '/x')).rejects.toMatchObject({ status, retryable });
  });

  it('that ends in a 404 of something else than an API server never counts as "does not exist"', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end('<html>no such page</html>'));
    const client = await clientFor(url);
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'a', name: 'b' };
    await expect(client.get(ref)).rejects.toThrow('is the CRD installed, the server right?');
    await expect(client.delete(ref)).rejects.toMatchObject({ status: 404 });
  });

  it('reports each request for metrics', async () => {
    const samples: RequestSample[] = [];
    const { url } = await serve((_, response) => response.writeHead(404).end());
    const client = await clientFor(url, {}, { onRequest: (sample: RequestSample) => samples.push(sample) });
    await client.raw('GET', '/x').catch(() => {});
    expect(samples).toMatchObject([{ method: 'GET', status: 404, seconds: expect.any(Number) }]);
  });

  it('finds out plural and scope of a kind that is not in the table, once', async () => {
    const urls: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      urls.push(request.url);
      ok(response, { resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }, { name: 'widgets/status' }] });
    });
    const client = await clientFor(url);
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', namespace: 'ns', name: 'w' };
    await client.get(widget);
    await client.get(widget);
    expect(urls).toEqual([
      '/apis/example.com/v1',
      '/apis/example.com/v1/namespaces/ns/widgets/w',
      '/apis/example.com/v1/namespaces/ns/widgets/w',
    ]);
    await expect(client.get({ ...widget, kind: 'Gadget' })).rejects.toThrow('does not serve kind Gadget');
  });
});

describe('credentials', () => {
  it('are read anew when the server does not know the token any more', async () => {
    let accepted = 'first';
    const { url } = await serve((request, response) => {
      response.writeHead(request.headers.authorization === `Bearer ${accepted}` ? 200 : 401).end('{}');
    });
    const tokenFile = `${await kubeconfigFor(url)}.token`;
    await writeFile(tokenFile, 'first');
    const client = await clientFor(url, { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } });
    await client.raw('GET', '/version');
    accepted = 'second';
    await writeFile(`${tokenFile}.new`, 'second');
    await rename(`${tokenFile}.new`, tokenFile);
    await expect(client.raw('GET', '/version')).resolves.toMatchObject({ status: 200 });
  });

  it('that are refused twice are an error', async () => {
    const { url } = await serve((_, response) => response.writeHead(401).end());
    const client = await clientFor(url, { token: 'wrong' });
    await expect(client.raw('GET', '/version')).rejects.toMatchObject({ status: 401 });
  });

  it('that come from a plugin which hangs do not hang the request', async () => {
    const { url } = await serve((_, response) => ok(response));
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['2'] };
    const client = await clientFor(url, { exec }, { timeoutMs: 100 });
    await expect(client.raw('GET', '/version')).rejects.toThrow('did not answer in time');
  });

  it('in the URL of the server stay out of messages', async () => {
    const { url } = await serve((_, response) => response.destroy());
    const client = await clientFor(url.replace('//', '//ana:canary-password@'));
    expect(client.server).toBe(url);
    await expect(client.raw('GET', '/version')).rejects.toThrow(/^(?!.*canary-password).*could not be reached/);
  });

  it('never show up in an error', async () => {
    const { url } = await serve((_, response) => response.writeHead(500).end('broken'));
    const client = await clientFor(url, { token: 'canary-token' });
    const error: Error = (await client.raw('GET', '/version').catch((caught: Error) => caught)) as Error;
    expect(JSON.stringify([error.message, error.stack, { ...error }])).not.toContain('canary-token');
  });

  it('with a rotated CA and client certificate are used for new connections', async () => {
    const names = { dns: ['localhost'], ip: ['127.0.0.1'] };
    const [before, after] = await Promise.all([createAuthority('before'), createAuthority('after')]);
    const serving = async (authority: typeof before) => {
      const { certificate, key } = await authority.server('test', names);
      return { cert: certificate, key, ca: authority.certificate };
    };
    const server = createServer(
      { ...(await serving(before)), requestCert: true, rejectUnauthorized: true },
      (request, response) => ok(response, (request.socket as TLSSocket).getPeerCertificate().subject),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );

    const folder = await kubeconfigFor('');
    const files = { ca: `${folder}.ca`, cert: `${folder}.cert`, key: `${folder}.key` };
    const writeCredentials = async (authority: typeof before, user: string): Promise<void> => {
      const { certificate, key } = await authority.client(user, []);
      await Promise.all([
        writeFile(files.ca, authority.certificate),
        writeFile(files.cert, certificate),
        writeFile(files.key, key),
      ]);
    };
    await writeCredentials(before, 'ana');
    const client = createKubeClient({
      kubeconfigPath: await kubeconfigFor(
        `https://localhost:${(server.address() as AddressInfo).port}`,
        { 'client-certificate': files.cert, 'client-key': files.key },
        { 'insecure-skip-tls-verify': false, 'certificate-authority': files.ca },
      ),
    });
    cleanups.push(() => client.close());
    expect((await client.raw('GET', '/')).text).toContain('ana');

    await writeCredentials(after, 'ben');
    server.setSecureContext(await serving(after));
    server.closeAllConnections();
    await vi.waitFor(async () => expect((await client.raw('GET', '/')).text).toContain('ben'), { timeout: 5000 });
  });
});

describe('a kubeconfig', () => {
  it('without the wanted context is refused with the names that it has', async () => {
    const kubeconfigPath = await kubeconfigFor('http://127.0.0.1:1');
    expect(() => createKubeClient({ kubeconfigPath, context: 'prod' })).toThrow(
      'Context "prod" or its cluster is not in the kubeconfig; it has the contexts: test.',
    );
  });

  it('that is not there is refused by name', () => {
    expect(() => createKubeClient({ kubeconfigPath: '/nowhere/config' })).toThrow('Could not read /nowhere/config');
  });
});
