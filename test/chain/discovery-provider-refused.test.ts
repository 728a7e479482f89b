import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  absent,
  asks,
  CANARY,
  type Call,
  changing,
  type Fault,
  failed,
  faultyProvider,
  findOn,
  type Item,
  isHeader,
  OTHER_HASH,
  refusing,
  withError,
  withResult,
} from './faulty-provider.ts';
import { readRecording } from './l1-replay.ts';

interface Refusal {
  readonly type?: string;
  readonly message: RegExp;
  readonly fix: RegExp;
  readonly retryAfterSeconds?: number;
}

const unlimited: Refusal = { message: /over rate limit|too many/i, fix: /takes 100 calls at once/ };
const noState = { fix: /keeps the state back to the finalized block .* or an archive/ };
const isJsonRpc = { fix: /Check that spec\.l1\.rpc is the Ethereum JSON-RPC of an L1 node/ };
const mixed = { fix: /whose nodes are all synced and on one chain/ };
const unreachable = { fix: /Check spec\.l1\.rpc, and that the endpoint can be reached/ };

describe.each(['v1.8.0', 'v6.0.0'])('discovery of %s is refused', (generation) => {
  const recording = readRecording(generation);
  const { systemConfig } = recording;
  const owner = (change: (item: Item) => Item): Fault => ({
    answer: changing((call) => asks(call, 'owner()', systemConfig), change),
  });
  const page = (status: number, headers: Record<string, string> = {}): Fault => ({
    http: () => ({ status, headers, body: '<html><title>Too many requests</title>' }),
  });

  it.each<[string, Fault, Refusal]>([
    ['with HTTP 429', page(429), unlimited],
    ['with HTTP 429 and when to come back', page(429, { 'retry-after': '7' }), { ...unlimited, retryAfterSeconds: 7 }],
    [
      'with HTTP 429 until tomorrow: not as long',
      page(429, { 'retry-after': '86400' }),
      { ...unlimited, retryAfterSeconds: 300 },
    ],
    [
      'with HTTP 429 and a date that has passed',
      page(429, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }),
      unlimited,
    ],
    ...[-32005, -32007, -32016, -32097, 429].map((code): [string, Fault, Refusal] => [
      `with a rate limit for one call of many (${code})`,
      owner(withError(code, 'over rate limit')),
      unlimited,
    ]),
    [
      'with a rate limit for half of a batch',
      { answer: (item, { call }) => (call.id % 2 === 1 ? failed(call.id, -32005, 'Too many requests') : item) },
      unlimited,
    ],
    [
      'with a rate limit for a whole batch',
      { http: () => ({ status: 200, headers: { 'retry-after': '2' }, body: failed(null, -32016, 'over rate limit') }) },
      { ...unlimited, retryAfterSeconds: 2 },
    ],
    [
      'with a rate limit for the finalized block: no other block is read',
      { answer: changing(({ params }) => params[0] === 'finalized', withError(-32005, 'over rate limit')) },
      unlimited,
    ],
    ['with HTTP 503', page(503, { 'retry-after': '9' }), { message: /HTTP 503/, ...unreachable, retryAfterSeconds: 9 }],
    [
      'with HTTP 504 as JSON-RPC',
      { http: () => ({ status: 504, body: failed(null, -32015, 'gateway timeout') }) },
      { message: /HTTP 504.*gateway timeout/, ...unreachable },
    ],
    [
      'with HTTP 401',
      page(401),
      { message: /refused a batch of 10 calls: HTTP 401/, fix: /Check the key or password/ },
    ],
    ['with HTTP 404', page(404), { message: /HTTP 404/, ...isJsonRpc }],
    ['without an answer', { http: () => 'drop' }, { message: /a batch of 10 calls/, ...unreachable }],
    [
      'without an answer later',
      { http: ({ request }) => (request === 3 ? 'drop' : undefined) },
      { message: /a batch of \d+ calls/, ...unreachable },
    ],
    [
      'with HTML instead of JSON',
      { http: () => ({ body: '<html>login' }) },
      { message: /HTTP 200: <html>login/, ...isJsonRpc },
    ],
    [
      'with HTML instead of JSON later',
      { http: ({ request }) => (request === 2 ? { body: '<html>login' } : undefined) },
      { message: /HTTP 200: <html>login/, ...isJsonRpc },
    ],
    ['with an empty body', { http: () => ({ body: '' }) }, { message: /HTTP 200\.$/, ...isJsonRpc }],
    [
      'with half of the JSON',
      { body: (body) => ({ body: JSON.stringify(body).slice(0, 500) }) },
      { message: /HTTP 200: /, ...isJsonRpc },
    ],
    [
      'with half of the compressed body',
      {
        body: (body) => ({
          headers: { 'content-encoding': 'gzip' },
          body: gzipSync(JSON.stringify(body)).subarray(0, 100),
        }),
      },
      { message: /HTTP 200: /, ...isJsonRpc },
    ],
    [
      'without some of the answers, in batches and one by one',
      { answer: (item, { call }) => (asks(call, 'owner()') ? { id: call.id } : item) },
      { message: /owner\(\): .*eth_call with neither result nor error/, ...isJsonRpc },
    ],
    [
      'with the answer to another call, one by one',
      { http: refusing(0, () => ({ status: 400, body: '' })), answer: (item) => ({ ...item, id: 7 }) },
      { message: /answer to another call/, ...isJsonRpc },
    ],
    ...[
      '0x1234',
      `0x${'0'.repeat(63)}`,
      `0x${'0'.repeat(65)}`,
      `${'0'.repeat(64)}`,
      7,
      true,
      null,
      {},
      [],
      '',
      'busy',
    ].map((result): [string, Fault, Refusal] => [
      `with ${JSON.stringify(result)} from a getter`,
      owner(withResult(result)),
      { message: /systemConfig\.owner\(\): .* answered eth_call with something unexpected/, ...isJsonRpc },
    ]),
    ...['0x', '0x1', 1, null].map((result): [string, Fault, Refusal] => [
      `with ${JSON.stringify(result)} from storage`,
      { answer: changing(({ method }) => method === 'eth_getStorageAt', withResult(result)) },
      { message: /answered eth_getStorageAt with something unexpected/, ...isJsonRpc },
    ]),
    ...['0x123', 1, null].map((result): [string, Fault, Refusal] => [
      `with ${JSON.stringify(result)} for code`,
      { answer: changing(({ method }) => method === 'eth_getCode', withResult(result)) },
      { message: /answered eth_getCode with something unexpected/, ...isJsonRpc },
    ]),
    ...['finalized', 'latest'].map((tag): [string, Fault, Refusal] => [
      `with a ${tag} block without a hash`,
      { answer: changing(({ params }) => params[0] === tag, withResult({ number: '0x2e', timestamp: '0x1' })) },
      { message: /answered eth_getBlockByNumber with something unexpected at hash/, ...isJsonRpc },
    ]),
    [
      'with no head',
      { answer: changing(({ params }) => params[0] === 'latest', withResult(null)) },
      { message: /eth_getBlockByNumber with no block for the head/, fix: /synced/ },
    ],
    [
      'with a finalized block that fails for no known reason',
      { answer: changing(({ params }) => params[0] === 'finalized', withError(-32603, 'boom')) },
      { message: /the finalized block: .*boom/, ...isJsonRpc },
    ],
    [
      'with a chain id that is none',
      { answer: changing(({ method }) => method === 'eth_chainId', withResult('mainnet')) },
      { message: /answered eth_chainId with something unexpected/, ...isJsonRpc },
    ],
    [
      'with another chain',
      { answer: changing(({ method }) => method === 'eth_chainId', withResult('0x1')) },
      { type: 'ChainMismatch', message: /serves chain 1, the network settles on chain 900/, fix: /spec\.l1\.rpc/ },
    ],
    [
      'when the finalized block is pruned, though the head is there',
      {
        answer: (item, { call: { id, method, params } }) =>
          method === 'eth_getBlockByNumber' && params[0] === 'latest'
            ? { ...item, result: { ...(item['result'] as object), number: '0x12c' } }
            : method === 'eth_getCode' && params[1] !== 'latest'
              ? failed(id, -32000, 'missing trie node d67e (path ) state 0xd67e is not available')
              : item,
      },
      {
        message: /its finalized block \d+, 25[14] blocks below its head 300: .*eth_getCode: missing trie node/,
        fix: /keep the state of 25[14] blocks or more, or an archive/,
      },
    ],
    [
      'when the state is pruned, also where the trace of Nethermind is in the data',
      {
        answer: changing(
          (call) => asks(call, 'owner()'),
          withError(-32603, 'Internal error', 'Nethermind.Trie.MissingTrieNodeException: Node A is missing'),
        ),
      },
      { message: /does not give the contracts at block \d+: .*owner\(\): .*eth_call: Internal error/, ...noState },
    ],
    [
      'when the block is out of range, as proxyd says',
      { answer: changing((call) => asks(call, 'version()'), withError(-32019, 'block is out of range')) },
      { message: /block is out of range \(-32019\)/, ...noState },
    ],
    [
      'when the code of an old contract is gone, as with nodes that answer "nothing" for what they do not have',
      {
        answer: changing(({ method, params }) => method === 'eth_getCode' && params[1] !== 'latest', withResult('0x')),
      },
      {
        message:
          /answered eth_getCode with no code at the finalized block \d+ of L1 for a SystemConfig that was made in block 2[34]/,
        fix: /or an archive/,
      },
    ],
    [
      'when the code is gone at the head alone',
      {
        answer: changing(({ method, params }) => method === 'eth_getCode' && params[1] === 'latest', withResult('0x')),
      },
      { message: /eth_getCode with no code at .* at the head \d+ of L1, but it is there/, fix: /or an archive/ },
    ],
    [
      'when the code is gone later',
      {
        answer: changing(
          ({ method, params }) => method === 'eth_getCode' && /^0x/.test(String(params[1])),
          withResult('0x'),
        ),
      },
      { message: /eth_getCode with no code at .*, where it had some a moment ago/, ...mixed },
    ],
    [
      'when the block is gone for good',
      { answer: changing(isHeader, withResult(null)) },
      { message: /eth_getBlockByNumber with nothing for block \d+ of L1, which it had a moment ago/, ...mixed },
    ],
    [
      'when another block answers',
      { answer: changing(isHeader, withResult({ number: '0x1', hash: OTHER_HASH, timestamp: '0x1' })) },
      { message: /with block 1 for block \d+/, ...mixed },
    ],
    [
      'when L1 is reorganised again and again',
      {
        answer: (item, { call, request }) =>
          isHeader(call)
            ? { ...item, result: { ...(item['result'] as object), hash: `0x${String(request % 2).repeat(64)}` } }
            : item,
      },
      { message: /changed block \d+ of L1 while the contracts were read: its hash was 0x/, ...mixed },
    ],
    ...['version()', 'owner()', 'unsafeBlockSigner()', 'gasLimit()', 'disputeGameFactory()'].map(
      (getter): [string, Fault, Refusal] => [
        `when systemConfig.${getter} is absent, which every SystemConfig has`,
        { answer: changing((call) => asks(call, getter, systemConfig), absent) },
        {
          message: new RegExp(
            `answered eth_call for systemConfig\\.${getter.replace('()', '\\(\\)')} at block \\d+ of L1 like contracts that do not have it`,
          ),
          fix: /another L1 endpoint/,
        },
      ],
    ),
    [
      'when a getter reverts that never does',
      owner(withError(3, 'execution reverted: x', `0x08c379a0${'00'.repeat(32)}`)),
      { message: /systemConfig\.owner\(\)/, fix: /another L1 endpoint/ },
    ],
    [
      'when a revert has half a byte too few',
      owner(withError(3, 'execution reverted', '0x08c379a')),
      { message: /systemConfig\.owner\(\): .*execution reverted/, ...noState },
    ],
    [
      'when nobody knows how proposals are made',
      { answer: changing((call) => asks(call, 'respectedGameType()'), absent) },
      { message: /optimismPortal\.respectedGameType\(\)/, fix: /another L1 endpoint/ },
    ],
    [
      'when a game type seems absent in a factory',
      { answer: changing((call) => asks(call, 'gameImpls(uint32)'), absent) },
      { message: /disputeGameFactory\.gameImpls\(1\)/, fix: /another L1 endpoint/ },
    ],
    [
      'when the bond is absent',
      { answer: changing((call) => asks(call, 'initBonds(uint32)'), absent) },
      { message: /disputeGameFactory\.initBonds\(1\)/, fix: /another L1 endpoint/ },
    ],
  ])('%s', async (_, fault, refusal) => {
    await using provider = await faultyProvider(recording, fault);
    const error = await findOn(provider.url, recording).catch((reason: unknown) => reason);
    const { type = 'L1Unavailable', message, fix, retryAfterSeconds } = refusal;
    expect(error).toMatchObject({
      name: 'OperatorError',
      type,
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
      retryAfterSeconds,
    });
    const { message: text } = error as Error;
    if (type === 'L1Unavailable') expect(text).toContain(provider.host);
    expect(`${text} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain(CANARY);
    expect(provider.asked.length).toBeLessThan(150);
  });
});

describe('discovery of contracts whose game parameters are', () => {
  it.each([
    [
      'in the implementation',
      'v1.8.0',
      ['absolutePrestate()', 'vm()', 'weth()', 'proposer()', 'challenger()', 'version()'],
    ],
    ['in the factory', 'v6.0.0', ['version()']],
  ])('%s: each is required', async (_, generation, getters) => {
    const recording = readRecording(generation);
    const game = await gameOf(generation);
    for (const getter of getters) {
      await using provider = await faultyProvider(recording, {
        answer: changing((call) => asks(call, getter, game), absent),
      });
      await expect(findOn(provider.url, recording)).rejects.toMatchObject({
        type: 'L1Unavailable',
        message: expect.stringContaining(`game1.${getter}`),
      });
    }
  });

  it('in the factory: they are never read from the implementation, which answers zeros', async () => {
    const recording = readRecording('v6.0.0');
    const isArgs = (call: Call) => asks(call, 'gameArgs(uint32)');
    for (const only of [1, undefined]) {
      await using provider = await faultyProvider(recording, {
        answer: changing(
          (call) =>
            isArgs(call) && (only === undefined || (call.params[0] as { data: string }).data.endsWith(String(only))),
          absent,
        ),
      });
      await expect(findOn(provider.url, recording)).rejects.toMatchObject({
        message: expect.stringContaining('disputeGameFactory.gameArgs(1)'),
      });
    }
  });

  async function gameOf(generation: string): Promise<string> {
    const recording = readRecording(generation);
    await using provider = await faultyProvider(recording, {});
    const { respectedGame } = await findOn(provider.url, recording);
    return respectedGame?.implementation ?? 'none';
  }
});

describe('discovery and the generation of contracts', () => {
  it.each([
    ['v1.8.0', 'isCustomGasToken()'],
    ['v6.0.0', 'delayedWETH()'],
    ['v7.0.0', 'lastUsedOPCM()'],
  ])('does not name an older one when a getter of %s is not answered', async (generation, getter) => {
    const recording = readRecording(generation);
    await using provider = await faultyProvider(recording, {
      answer: changing((call) => asks(call, getter), absent),
    });
    expect(await findOn(provider.url, recording)).toMatchObject({ generation: 'unknown' });
  });
});
