import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  absent,
  asks,
  type Call,
  changing,
  type Fault,
  type FaultyProvider,
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

const isAbsent = ({ error }: Item) => (error as { readonly data?: string } | undefined)?.data === '0x';
/** A revert without data, as another client words it. */
const absentAs =
  (...[code, message, data]: [number, string, unknown?]): NonNullable<Fault['answer']> =>
  (item) =>
    isAbsent(item) ? failed(item['id'], code, message, data) : item;
const atBlock = ({ params }: Call) => /^0x/.test(String(params.at(-1)));

describe.each(['v1.8.0', 'v6.0.0'])('discovery of %s finds the same', (generation) => {
  const recording = readRecording(generation);
  const found = async (fault: Fault): Promise<{ discovery: unknown; provider: FaultyProvider }> => {
    await using provider = await faultyProvider(recording, fault);
    return { discovery: await findOn(provider.url, recording), provider };
  };

  it.each<[string, Fault, number?]>([
    ['without any fault, in three requests', {}, 3],
    [
      'where more than 10 calls are refused as proxyd does',
      { http: refusing(10, () => ({ body: failed(null, -32014, 'too many RPC calls in batch request') })) },
    ],
    [
      'where more than 10 are refused as geth does: one error in an array, with the id of the first call',
      { http: refusing(10, ([first]) => ({ body: [failed(first?.id, -32600, 'batch too large')] })) },
    ],
    [
      'where more than 50 are refused as Erigon does',
      {
        http: refusing(50, (all) => ({
          body: failed(null, -32000, `batch limit 50 exceeded: ${all.length} requests given`),
        })),
      },
    ],
    [
      'where more than 3 are refused with HTTP 500',
      {
        http: refusing(3, () => ({
          status: 500,
          body: { code: 31, message: 'Batch of more than 3 requests are not allowed' },
        })),
      },
    ],
    ['where large bodies are refused with HTTP 413', { http: refusing(20, () => ({ status: 413, body: '<html>' })) }],
    ['where batches are refused with HTTP 400', { http: refusing(0, () => ({ status: 400, body: 'Bad Request' })) }],
    [
      'where one object answers a batch that has any error, as Infura does',
      { batch: (items) => items.find(({ error }) => error) ?? items },
    ],
    ['where half of a batch is answered', { batch: (items) => items.slice(0, Math.ceil(items.length / 2)) }],
    ['where a batch is answered with nothing', { batch: () => [] }],
    ['in any order', { batch: (items) => [...items].reverse() }, 3],
    ['with ids as text', { batch: (items) => items.map((item) => ({ ...item, id: String(item['id']) })) }, 3],
    ['with each answer twice', { batch: (items) => [...items, ...items] }, 3],
    [
      'where a batch holds two different answers to one call',
      { batch: (items) => [...items, ...items.map(({ id }) => ({ id, result: `0x${'11'.repeat(32)}` }))] },
    ],
    ['where answers have lost their ids', { batch: (items) => items.map(({ id: _, ...item }) => item) }],
    [
      'where a batch holds what is no answer',
      { batch: (items) => [null, 'busy', ...items.slice(1), { id: 0, error: 'busy' }] },
    ],
    [
      'where the time for a batch runs out, as in geth',
      {
        batch: (items) => items.map((item, nth) => (nth > 5 ? failed(item['id'], -32002, 'request timed out') : item)),
      },
    ],
    [
      'where the answer to a batch is too large, as in geth',
      {
        batch: (items) => items.map((item, nth) => (nth > 5 ? failed(item['id'], -32003, 'response too large') : item)),
      },
    ],
    [
      'compressed',
      { body: (body) => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify(body)) }) },
      3,
    ],
    [
      'from older geth and Erigon, which give a revert without data no code',
      { answer: absentAs(-32000, 'execution reverted') },
      3,
    ],
    ['from reth, which gives it no data', { answer: absentAs(3, 'execution reverted') }, 3],
    ['from Besu', { answer: absentAs(-32000, 'Execution reverted', '0x') }, 3],
    ['from Nethermind and Parity', { answer: absentAs(-32015, 'VM execution error.', 'Reverted 0x') }, 3],
    ['with data: null', { answer: absentAs(3, 'execution reverted', null) }, 3],
    ['where the pinned block is gone for a moment', { answer: changing(isHeader, withResult(null), 2) }, 5],
    [
      'where a node answers that does not have the block yet',
      { answer: changing(atBlock, withError(-32000, 'header not found'), 3) },
      6,
    ],
    [
      'where a node answers that has pruned the block',
      {
        answer: changing(
          ({ method }) => method === 'eth_call',
          withError(-32000, 'missing trie node d67e (path ) <nil>'),
          2,
        ),
      },
      5,
    ],
    [
      'where a node answers "nothing" for a block that it does not have, as old Erigon',
      {
        answer: changing(
          (call) => atBlock(call) && !isHeader(call) && call.method !== 'eth_getStorageAt',
          withResult('0x'),
          3,
        ),
      },
      6,
    ],
    [
      'where one getter seems absent for a moment',
      { answer: changing((call) => asks(call, 'respectedGameType()'), absent, 2) },
      6,
    ],
  ])('%s', async (_, fault, requests) => {
    const { discovery: right } = await found({});
    const { discovery, provider } = await found(fault);
    expect(discovery).toEqual(right);
    if (requests !== undefined) expect(provider.asked).toHaveLength(requests);
    // 67 calls in the largest round trip: one batch, ten, and one by one.
    expect(provider.asked.length).toBeLessThan(150);
  });

  it('at the new block, where L1 was reorganised between two round trips', async () => {
    const { discovery: right } = await found({});
    const isReorganised = (call: Call) => call.method === 'eth_getBlockByNumber';
    const { discovery, provider } = await found({
      answer: (item, { call, request }) =>
        request >= 3 && isReorganised(call)
          ? { ...item, result: { ...(item['result'] as object), hash: OTHER_HASH } }
          : item,
    });
    expect(discovery).toEqual({ ...(right as object), blockHash: OTHER_HASH });
    expect(provider.asked).toHaveLength(6);
  });

  it('at the new block, where no tag told of the one before', async () => {
    const young = ({ params }: Call) => params[0] === 'finalized' || params[0] === 'safe';
    const header = (item: Item, request: number) => {
      const hash = request >= 3 ? OTHER_HASH : recording.block.hash;
      return { ...item, result: { ...(item['result'] as object), hash } };
    };
    const { discovery, provider } = await found({
      answer: (item, { call, request }) => {
        if (call.method !== 'eth_getBlockByNumber') return item;
        return young(call) ? failed(call.id, -39001, 'Unknown block') : header(item, request);
      },
    });
    const blockNumber = recording.block.number - 4;
    expect(discovery).toMatchObject({ blockNumber, blockHash: OTHER_HASH });
    expect(provider.asked).toHaveLength(6);
  });
});
