import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { jsonRpc, jsonRpcBatch } from '../../src/chain/clients/json-rpc.ts';
import type { RpcError } from '../../src/chain/clients/rpc-error.ts';
import { type Answer, answering, recorded } from './answering-server.ts';

const call = { method: 'eth_chainId', answer: z.string() };

async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'RpcError' });
  return error as RpcError;
}

describe('jsonRpc', () => {
  it('returns the checked result', async () => {
    await using server = await answering(({ body }) => ({ body: { jsonrpc: '2.0', id: body?.id, result: '0x384' } }));
    expect(await jsonRpc(server.url, call)).toBe('0x384');
    expect(server.asked[0]?.body).toEqual({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  });

  it.each<[string, Answer, string, RegExp]>([
    ['a closed connection', 'drop', 'unreachable', /eth_chainId/],
    [
      'HTTP 401 with a reason',
      { status: 401, body: 'missing token\n' },
      'unauthorised',
      /refused eth_chainId: HTTP 401 missing token$/,
    ],
    ['HTTP 403', { status: 403, body: '' }, 'unauthorised', /HTTP 403$/],
    ['HTTP 503 of a gateway', { status: 503, body: '<html>unavailable' }, 'unreachable', /HTTP 503: <html>unavailable/],
    ['HTTP 429', { status: 429, body: 'slow down' }, 'unreachable', /HTTP 429: slow down/],
    ['HTTP 404', { status: 404, body: 'not found' }, 'method-missing', /HTTP 404/],
    ['a page that is no JSON', { body: '<html>' }, 'rpc-error', /HTTP 200: <html>/],
    ['JSON that is no JSON-RPC', { body: [] }, 'rpc-error', /HTTP 200/],
    ['neither result nor error', { body: { id: 1 } }, 'rpc-error', /neither result nor error/],
    [
      'an error with HTTP 500',
      { status: 500, body: { id: 1, error: { code: -32000, message: 'boom' } } },
      'rpc-error',
      /eth_chainId: boom \(-32000\)$/,
    ],
    [
      'a method that is missing',
      { body: recorded('op-node-1.16.11', 'error-unknown-method').response },
      'method-missing',
      /-32601/,
    ],
    [
      'a method that is missing, v1.18',
      { body: recorded('op-node-1.18.2', 'error-unknown-method').response },
      'method-missing',
      /-32601/,
    ],
    ['another type', { body: { id: 1, result: 900 } }, 'rpc-error', /something unexpected/],
  ])('%s', async (_, answer, kind, message) => {
    await using server = await answering(() => answer);
    const error = await failureOf(jsonRpc(server.url, call));
    expect(error).toMatchObject({ kind, method: 'eth_chainId', host: `127.0.0.1:${server.port}` });
    expect(error.message).toMatch(message);
  });

  it('gives up after its deadline', async () => {
    await using server = await answering(() => 'hang');
    expect(await failureOf(jsonRpc(server.url, call, { timeoutMs: 50 }))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('no answer within 50 ms'),
    });
  });

  it('stops when it is cancelled', async () => {
    await using server = await answering(() => 'hang');
    const controller = new AbortController();
    const failure = failureOf(jsonRpc(server.url, call, { signal: controller.signal }));
    controller.abort();
    expect(await failure).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('cancelled') });
  });

  it('names the reason when nobody listens', async () => {
    const closed = createServer();
    const port = await new Promise<number>((resolve) =>
      closed.listen(0, '127.0.0.1', () => resolve((closed.address() as { port: number }).port)),
    );
    await new Promise((resolve) => closed.close(resolve));
    expect(await failureOf(jsonRpc(`http://127.0.0.1:${port}`, call))).toMatchObject({
      kind: 'unreachable',
      message: `127.0.0.1:${port}: eth_chainId: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('sends user and password as a header, since fetch refuses them in a URL', async () => {
    await using server = await answering(({ body }) => ({ body: { id: body?.id, result: '0x1' } }));
    await jsonRpc(server.url.replace('//', '//me:s%40crets@'), call);
    expect(server.asked[0]?.headers.authorization).toBe(`Basic ${btoa('me:s@crets')}`);
  });

  it('never shows a credential of the URL, whatever the endpoint answers', async () => {
    const secret = 'c4n4ry-s3cret-Key';
    const urls = (base: string) => [
      base.replace('//', `//user:${secret}@`),
      base.replace('//', `//${secret}@`),
      `${base}/v2/${secret}`,
      `${base}/?apikey=${secret}`,
    ];
    const bodies: Answer[] = [
      { status: 401, body: `invalid key ${secret}` },
      { status: 503, body: `no backend for /v2/${secret}` },
      { body: { id: 1, error: { code: -32000, message: `project ${secret} is over its limit` } } },
      { body: `<html>${secret}` },
      'drop',
    ];
    for (const body of bodies) {
      await using server = await answering(() => body);
      for (const url of urls(server.url)) {
        const error = await failureOf(jsonRpc(url, call));
        expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain(secret);
        const batch = await jsonRpcBatch(url, [call]).catch((failure: unknown) => failure);
        expect(JSON.stringify(batch, ['message', 'error', 'data', 'host'])).not.toContain(secret);
      }
    }
  });

  it.each([
    ['a query that is nothing but a key', '?c4n4ry-key', 'GET /?c4n4ry-key'],
    ['a query as it was sent', '?key=c4n4ry%2Bkey', 'GET /?key=c4n4ry%2Bkey'],
    ['a path as it is understood', 'v2/c4n4ry%2Bkey', 'no route for c4n4ry+key'],
    ['a path with a percent sign of its own', 'v2/c4n4ry%key', 'no route for c4n4ry%key'],
  ])('never shows %s', async (_, path, body) => {
    await using server = await answering(() => ({ status: 401, body }));
    expect((await failureOf(jsonRpc(`${server.url}/${path}`, call))).message).not.toContain('c4n4ry');
  });

  it('leaves no rest of a secret that another one is a part of', async () => {
    await using server = await answering(() => ({ status: 401, body: 'bad: abcdefgh-canary' }));
    const error = await failureOf(jsonRpc(`${server.url}/abcdefgh/abcdefgh-canary`, call));
    expect(error.message).not.toContain('canary');
  });

  it('does not repeat a URL that is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z0-9]{12,30}$/), async (text) => {
        for (const url of [text, `ftp://${text}`, `http//${text}`, `${text}://host`, `http://${text}@`]) {
          expect((await failureOf(jsonRpc(url, call, { timeoutMs: 100 }))).message).not.toContain(text);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('jsonRpcBatch', () => {
  const calls = [{ method: 'a' }, { method: 'b' }, { method: 'c' }];

  it('matches answers by id, in any order, and keeps errors apart', async () => {
    await using server = await answering(() => ({
      body: [
        { id: 2, result: 'C' },
        { id: 0, result: 'A' },
        { id: 1, error: { code: 3, message: 'execution reverted', data: '0x' } },
      ],
    }));
    const [a, b, c] = await jsonRpcBatch(server.url, calls);
    expect([a, c]).toEqual([
      { ok: true, result: 'A' },
      { ok: true, result: 'C' },
    ]);
    expect(b).toMatchObject({ ok: false, error: { kind: 'rpc-error', code: 3, data: '0x' } });
    expect(server.asked).toHaveLength(1);
  });

  it('an answer that is missing is an error, not a value', async () => {
    await using server = await answering(() => ({ body: [{ id: 0, result: 'A' }] }));
    expect((await jsonRpcBatch(server.url, calls)).map(({ ok }) => ok)).toEqual([true, false, false]);
  });

  it('asks one by one where the endpoint does not take batches', async () => {
    await using server = await answering(({ body }) =>
      Array.isArray(body)
        ? { body: { id: null, error: { code: -32600, message: 'batch requests are not supported' } } }
        : { body: { id: body?.id, result: body?.method } },
    );
    expect(await jsonRpcBatch(server.url, calls)).toEqual(['a', 'b', 'c'].map((result) => ({ ok: true, result })));
  });

  it('splits what is larger than providers accept', async () => {
    await using server = await answering(({ body }) => ({
      body: (body as unknown as { id: number; method: string }[]).map(({ id, method }) => ({ id, result: method })),
    }));
    const many = Array.from({ length: 250 }, (_, index) => ({ method: `m${index}` }));
    expect(await jsonRpcBatch(server.url, many)).toEqual(many.map(({ method }) => ({ ok: true, result: method })));
    expect(server.asked).toHaveLength(3);
  });

  it('fails as a whole when nothing answers', async () => {
    await using server = await answering(() => 'drop');
    expect(await failureOf(jsonRpcBatch(server.url, calls))).toMatchObject({ kind: 'unreachable' });
  });
});
