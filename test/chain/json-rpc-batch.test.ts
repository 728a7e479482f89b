import { describe, expect, it } from 'vitest';
import { jsonRpcBatch } from '../../src/chain/clients/json-rpc.ts';
import { type Answer, answering } from './answering-server.ts';

interface Sent {
  readonly id: number;
  readonly method: string;
}
const isBatch = (body: unknown): body is readonly Sent[] => Array.isArray(body);
const echo = ({ id, method }: Sent) => ({ id, result: method });
const calls = (count: number) => Array.from({ length: count }, (_, index) => ({ method: `m${index}` }));
const echoed = (count: number) => calls(count).map(({ method }) => ({ ok: true, result: method }));

/** Takes so many calls at once. */
const taking =
  (most: number, refusal: Answer = { body: { id: null, error: { code: -32014, message: 'too many' } } }) =>
  ({ body }: { readonly body: unknown }): Answer => {
    if (!isBatch(body)) return { body: echo(body as Sent) };
    return body.length > most ? refusal : { body: body.map(echo) };
  };

describe('a batch that is too large for the endpoint', () => {
  it.each([
    [100, 1],
    [50, 1 + 10],
    [10, 1 + 10],
    [3, 1 + 10 + 100],
    [0, 1 + 10 + 100],
  ])('is asked for in smaller ones: with a limit of %i in %i requests', async (most, requests) => {
    await using server = await answering(taking(most));
    expect(await jsonRpcBatch(server.url, calls(100))).toEqual(echoed(100));
    expect(server.asked).toHaveLength(requests);
  });

  it('is not sent a second time', async () => {
    await using server = await answering(taking(0));
    expect(await jsonRpcBatch(server.url, calls(5))).toEqual(echoed(5));
    expect(server.asked).toHaveLength(6);
    await using one = await answering(taking(0));
    expect(await jsonRpcBatch(one.url, calls(1))).toEqual(echoed(1));
    expect(one.asked).toHaveLength(2);
  });

  it('never makes more than eight requests at once', async () => {
    let underWay = 0;
    let most = 0;
    await using server = await answering(async (asked) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return taking(0)(asked);
    });
    await jsonRpcBatch(server.url, calls(60));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('asks for no more when the endpoint has had enough', async () => {
    await using server = await answering(({ body }) =>
      isBatch(body)
        ? { status: 400, body: '' }
        : {
            status: 429,
            headers: { 'retry-after': '3' },
            body: { id: 1, error: { code: -32012, message: 'over capacity' } },
          },
    );
    await expect(jsonRpcBatch(server.url, calls(60))).rejects.toMatchObject({
      kind: 'unreachable',
      rateLimited: true,
      retryAfterSeconds: 3,
      message: expect.stringMatching(/m\d+: over capacity \(-32012\)$/),
    });
    expect(server.asked.length).toBeLessThan(1 + 6 + 16);
  });
});

describe('a batch that is answered in part', () => {
  it('is asked again for the rest, under the same ids, so that no late answer is taken for another', async () => {
    await using server = await answering(({ body }) =>
      isBatch(body) ? { body: body.slice(0, 2).map(echo) } : { body: echo(body as unknown as Sent) },
    );
    expect(await jsonRpcBatch(server.url, calls(5))).toEqual(echoed(5));
    const ids = server.asked.map(({ body }) => (isBatch(body) ? body.map(({ id }) => id) : 'single'));
    expect(ids).toEqual([[0, 1, 2, 3, 4], [2, 3, 4], 'single']);
  });

  it('keeps errors of calls apart from those of the batch', async () => {
    await using server = await answering(({ body }) =>
      isBatch(body)
        ? {
            body: [
              { id: 0, error: { code: 3, message: 'execution reverted' } },
              { id: 1, error: { code: -32002, message: 'request timed out' } },
              { id: 2, error: { code: -32601, message: 'no such method' } },
            ],
          }
        : { body: echo(body as unknown as Sent) },
    );
    expect(await jsonRpcBatch(server.url, calls(3))).toMatchObject([
      { ok: false, error: { kind: 'rpc-error', code: 3, reason: 'execution reverted' } },
      { ok: true, result: 'm1' },
      { ok: false, error: { kind: 'method-missing' } },
    ]);
  });

  it('fails as a whole after its deadline', async () => {
    await using server = await answering(() => 'hang');
    await expect(jsonRpcBatch(server.url, calls(3), { timeoutMs: 50 })).rejects.toMatchObject({
      kind: 'unreachable',
      message: `127.0.0.1:${server.port}: a batch of 3 calls: no answer within 50 ms`,
    });
    expect(server.asked).toHaveLength(1);
  });
});

describe('when an endpoint wants to be asked again', () => {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();
  it.each<[string, string | undefined, unknown]>([
    ['seconds', '12', 12],
    ['a part of a second', '0.5', 1],
    ['a date', inMinutes(2), expect.closeTo(120, -1)],
    ['a date that has passed', inMinutes(-2), undefined],
    ['no time', 'soon', undefined],
    ['nothing', undefined, undefined],
  ])('it says so with %s', async (_, header, seconds) => {
    await using server = await answering(() => ({
      status: 429,
      headers: header === undefined ? {} : { 'retry-after': header },
      body: 'slow down',
    }));
    await expect(jsonRpcBatch(server.url, calls(2))).rejects.toMatchObject({
      rateLimited: true,
      retryAfterSeconds: seconds,
    });
  });
});
