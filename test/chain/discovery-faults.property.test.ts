/**
 * Whatever goes wrong with some answers of L1, nothing false is found: what can not be told is refused, and only what is
 * optional may be left out. A value that is plausible and wrong is beyond anybody who reads.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Discovery } from '../../src/chain/discovery/discovery.ts';
import { OperatorError } from '../../src/contract/failures.ts';
import type { Answer } from './answering-server.ts';
import {
  absent,
  type Call,
  type Fault,
  faultyProvider,
  findOn,
  type Item,
  withError,
  withResult,
} from './faulty-provider.ts';
import { readRecording } from './l1-replay.ts';

/** Changes a text that is a result. */
const cut =
  (change: (text: string) => string) =>
  (item: Item): Item =>
    typeof item['result'] === 'string' ? { ...item, result: change(item['result']) } : item;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const CHANGES = {
  'a call that fails': withError(-32000, 'boom'),
  'a trie node that is missing': withError(-32603, 'Internal error', 'Nethermind.Trie.MissingTrieNodeException'),
  'a block that is not there': withError(-32000, 'header not found'),
  'a rate limit': withError(-32005, 'limit exceeded'),
  'a method that is missing': withError(-32601, 'the method does not exist'),
  'a getter that is absent': absent,
  'a getter that is absent, in older geth': withError(-32000, 'execution reverted'),
  'a getter that answers nothing': withResult('0x'),
  'a revert with a reason': withError(3, 'execution reverted: x', `0x08c379a0${'00'.repeat(64)}`),
  'a revert with half a byte too few': withError(3, 'execution reverted: x', '0x08c379a'),
  'a number': withResult(7),
  'an object': withResult({}),
  'no result': ({ id }: Item): Item => ({ jsonrpc: '2.0', id }),
  'no id': ({ id: _, ...item }: Item): Item => item,
  null: withResult(null),
  'half a byte too few': cut((text) => text.slice(0, -1)),
  'half a byte too many': cut((text) => `${text}0`),
  'a byte too few': cut((text) => text.slice(0, -2)),
  'a byte too many': cut((text) => `${text}00`),
  'a word too few': cut((text) => text.slice(0, -64)),
  'a word too many': cut((text) => text + '0'.repeat(64)),
  'another block': (item: Item): Item =>
    isObject(item['result']) ? { ...item, result: { ...item['result'], hash: `0x${'ab'.repeat(32)}` } } : item,
} as const;

const REQUESTS: Readonly<Record<string, Answer>> = {
  dropped: 'drop',
  limited: { status: 429, body: '' },
  unavailable: { status: 503, body: '<html>' },
  refused: { status: 413, body: '' },
  'a page': { body: '<html>' },
  empty: { body: '' },
  'half of an answer': { body: '[{"jsonrpc":"2.0","id":0,"res' },
};

/** Always, or in one request. */
const when = fc.oneof(fc.constant('always' as const), fc.integer({ min: 1, max: 6 }));
const faults = fc.record({
  answers: fc.array(
    fc.record({ call: fc.nat(), change: fc.constantFrom(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[])), when }),
    { maxLength: 3 },
  ),
  request: fc.option(
    fc.record({ what: fc.constantFrom(...Object.keys(REQUESTS)), when: fc.integer({ min: 1, max: 6 }) }),
    {
      freq: 4,
      nil: undefined,
    },
  ),
});

const nameOf = ({ method, params }: Call) => JSON.stringify([method, params]);
/** That there is no finalized or safe block yet is an answer, and leads to another block. */
const isTag = ({ method, params }: Call) => method === 'eth_getBlockByNumber' && !/^0x/.test(String(params[0]));

describe.each(['v1.3.0', 'v1.8.0', 'v6.0.0'])('discovery of %s with faults', (generation) => {
  it('finds nothing false, and nothing less than what something is decided by', async () => {
    const recording = readRecording(generation);
    let fault: Fault = {};
    await using l1 = await faultyProvider(recording, {
      http: (at) => fault.http?.(at),
      answer: (item, at) => fault.answer?.(item, at) ?? item,
    });
    const calls = new Map<string, Call>();
    fault = {
      answer: (item, { call }) => {
        calls.set(nameOf(call), call);
        return item;
      },
    };
    const right = await findOn(l1.url, recording);
    const known = [...calls.values()];

    await fc.assert(
      fc.asyncProperty(faults, async ({ answers, request }) => {
        l1.asked.length = 0;
        const changes = answers.map(({ call, ...rest }) => ({
          ...rest,
          call: nameOf(known[call % known.length] as Call),
        }));
        fault = {
          http: (at) => (request && at.request === request.when ? REQUESTS[request.what] : undefined),
          answer: (item, { call, request: number }) =>
            changes
              .filter((change) => change.call === nameOf(call) && (change.when === 'always' || change.when === number))
              .filter(({ change }) => !(change === 'null' && isTag(call)))
              .reduce((changed, { change }) => CHANGES[change](changed), item),
        };
        const found = await findOn(l1.url, recording).catch((error: unknown) => error);
        if (found instanceof OperatorError) expect([found.message, found.fix]).not.toContain('');
        else expectNothingFalse(found as Discovery, right);
      }),
      { numRuns: 60 },
    );
  });
});

function expectNothingFalse(found: Discovery, right: Discovery): void {
  const { unreadable: _, generation, addresses, roles, respectedGame, ...decided } = found;
  expect([right.generation, 'unknown']).toContain(generation);
  expect(right.addresses).toMatchObject(addresses);
  expect(right.roles).toMatchObject({ ...roles });
  expect(right.respectedGame ?? {}).toMatchObject({ ...respectedGame });
  expect(right).toMatchObject(decided);
  for (const key of ['mode', 'gameType', 'gasLimit', 'registeredGameTypes', 'version', 'blockHash'] as const)
    expect(found[key], key).toEqual(right[key]);
  for (const role of ['batcher', 'unsafeBlockSigner', 'owner', 'proposer', 'challenger'] as const)
    expect(roles[role], role).toBe(right.roles[role]);
  for (const contract of ['systemConfig', 'optimismPortal', 'disputeGameFactory', 'l2OutputOracle'])
    expect(addresses[contract], contract).toBe(right.addresses[contract]);
  expect(respectedGame?.absolutePrestate).toBe(right.respectedGame?.absolutePrestate);
}
