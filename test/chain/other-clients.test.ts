import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flushBatcher } from '../../src/chain/clients/batcher.ts';
import { beaconReady } from '../../src/chain/clients/beacon.ts';
import { challengerMetrics } from '../../src/chain/clients/challenger.ts';
import { blockAt, executionForks, executionState } from '../../src/chain/clients/execution.ts';
import { hasPrestate } from '../../src/chain/clients/prestates.ts';
import { serviceVersion } from '../../src/chain/clients/service-version.ts';
import { answering, recorded, replaying } from './answering-server.ts';

const GETH = 'op-geth-1.101701.0-rc.3';

describe('execution client', () => {
  const parts = (...names: string[]) => names.map((name) => recorded(GETH, name));

  it('reads recorded answers of op-geth', async () => {
    await using server = await replaying(
      ...parts('eth_chainId', 'eth_getBlockByNumber', 'eth_syncing', 'net_peerCount'),
    );
    expect(await executionState(server.url)).toEqual({
      chainId: 901,
      head: {
        number: 101,
        hash: '0x4a305ecd610cb18b6d9aef95b4af78c206eb5009e32cdc735fa21cd268a12305',
        timestamp: 1795347510,
      },
      genesisHash: '0x4a305ecd610cb18b6d9aef95b4af78c206eb5009e32cdc735fa21cd268a12305',
      syncing: false,
      peers: 0,
    });
    expect(server.asked.map(({ body }) => JSON.stringify(body?.params))).toContain('["0x0",false]');
  });

  it('does without peers where the net API is off', async () => {
    await using server = await replaying(...parts('eth_chainId', 'eth_getBlockByNumber', 'eth_syncing-replica'));
    expect(await executionState(server.url)).not.toHaveProperty('peers');
  });

  it('asks for the block that the chain begins with, and leaves out the hash of one that is not there', async () => {
    await using server = await answering(({ body }) => {
      const known = parts('eth_chainId', 'eth_getBlockByNumber', 'eth_syncing', 'net_peerCount');
      const found = known.find(({ request }) => request.method === body?.method)?.response;
      const isFirst = body?.params?.[0] === '0x645c277';
      const none = { error: { code: -32601, message: 'the method does not exist' } };
      return { body: { jsonrpc: '2.0', ...(isFirst ? { result: null } : (found ?? none)), id: body?.id } };
    });
    expect(await executionState(server.url, { genesisNumber: 105_235_063 })).not.toHaveProperty('genesisHash');
  });

  it('says that it syncs when eth_syncing answers with progress', async () => {
    const syncing = {
      ...recorded(GETH, 'eth_syncing'),
      response: { result: { currentBlock: '0x1', highestBlock: '0x9' } },
    };
    await using server = await replaying(...parts('eth_chainId', 'eth_getBlockByNumber'), syncing);
    expect(await executionState(server.url)).toMatchObject({ syncing: true });
  });

  it.each(['engine-auth-no-token', 'engine-auth-wrong-secret', 'engine-auth-stale-iat', 'engine-auth-malformed'])(
    '%s: unauthorised',
    async (name) => {
      await using server = await replaying(recorded(GETH, name));
      await expect(executionState(server.url)).rejects.toMatchObject({ kind: 'unauthorised' });
    },
  );

  it('reads the block at a height, and says when there is none yet', async () => {
    await using server = await replaying(recorded(GETH, 'eth_getBlockByNumber-safe'));
    expect(await blockAt(server.url, 87)).toMatchObject({ hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
    expect(server.asked[0]?.body?.params).toEqual(['0x57', false]);
    await using empty = await answering(() => ({ body: { id: 1, result: null } }));
    await expect(blockAt(empty.url, 87)).rejects.toMatchObject({ kind: 'no-reading' });
  });

  it.each([
    ['debug_chainConfig', 'fork-readiness-before-a-debug_chainConfig', 1795351500],
    ['admin_nodeInfo where the debug API is off', 'fork-readiness-before-a-admin_nodeInfo', 1795351500],
    ['debug_chainConfig of a node that lacks the fork', 'fork-readiness-before-b-debug_chainConfig', undefined],
  ])('tells the fork times of its own chain configuration by %s', async (_, name, jovian) => {
    await using server = await replaying(recorded(GETH, name));
    const forks = await executionForks(server.url);
    expect(forks['jovian']).toBe(jovian);
    expect(forks).toMatchObject({ regolith: 0, isthmus: 1795351350 });
  });
});

describe('op-batcher', () => {
  it.each(['op-batcher-1.16.11', 'op-batcher-1.18.2'])('%s: flush and version', async (program) => {
    await using server = await replaying(recorded(program, 'admin_flushBatcher'), recorded(program, 'health_status'));
    expect(await flushBatcher(server.url)).toBe(true);
    expect(await serviceVersion(server.url)).toMatch(/^v1\.1[68]\.\d+$/);
  });

  it('says when there is nothing to flush because it does not run', async () => {
    await using server = await replaying(recorded('op-batcher-1.16.11', 'stop-3-admin_flushBatcher-stopped'));
    expect(await flushBatcher(server.url)).toBe(false);
  });

  it('does not take a missing method for a stopped batcher', async () => {
    await using server = await answering(() => ({
      body: recorded('op-batcher-1.18.2', 'error-unknown-method').response,
    }));
    await expect(flushBatcher(server.url)).rejects.toMatchObject({ kind: 'method-missing' });
  });
});

describe('beacon node', () => {
  const syncing = (is_syncing: boolean, sync_distance: string) => ({
    body: { data: { head_slot: '9', sync_distance, is_syncing } },
  });

  it.each([
    ['synced', syncing(false, '0')],
    ['some slots behind', syncing(true, '3')],
  ])('is ready when it is %s', async (_, answer) => {
    await using server = await answering(() => answer);
    expect(await beaconReady(`${server.url}/prefix/`)).toBe(true);
    expect(server.asked[0]?.path).toBe('/prefix/eth/v1/node/syncing');
  });

  it('is asked for its genesis when it does not know its sync state, as anvil', async () => {
    await using server = await answering(({ path }) =>
      path.includes('genesis') ? { body: { data: {} } } : { status: 404, body: 'not found' },
    );
    expect(await beaconReady(server.url)).toBe(true);
  });

  it.each([
    ['far behind', () => syncing(true, '4000'), 'rpc-error'],
    ['something else than a beacon node', () => ({ status: 404, body: '<html>' }), 'method-missing'],
    ['overloaded', () => ({ status: 503, body: '' }), 'unreachable'],
    ['refusing', () => ({ status: 403, body: 'forbidden' }), 'unauthorised'],
    ['answering nonsense', () => ({ body: '<html>' }), 'rpc-error'],
  ] as const)('is not ready when it is %s', async (_, answer, kind) => {
    await using server = await answering(answer);
    await expect(beaconReady(server.url)).rejects.toMatchObject({ kind });
  });

  it('keeps a key in the query of its URL', async () => {
    await using server = await answering(() => syncing(false, '0'));
    await beaconReady(`${server.url}/?token=abcdefgh1234`);
    expect(server.asked[0]?.path).toBe('/eth/v1/node/syncing?token=abcdefgh1234');
  });
});

describe('op-proposer', () => {
  it.each(['op-proposer-1.16.11', 'op-proposer-1.18.2'])('%s: version', async (program) => {
    await using server = await replaying(recorded(program, 'health_status'));
    expect(await serviceVersion(server.url)).toMatch(/^v1\.1[68]\.\d+$/);
  });
});

describe('op-challenger', () => {
  const metrics = readFileSync(new URL('fixtures/recorded/op-challenger-1.16.11/metrics.txt', import.meta.url), 'utf8');

  it('says in its metrics what it does: here that it has scheduled nothing', async () => {
    await using server = await answering(() => ({ body: metrics }));
    expect(await challengerMetrics(server.url)).toEqual({
      highestActedL1Block: 0,
      trackedGames: 61,
      inflightGames: 0,
      claimFailures: 0,
      version: 'v1.16.11',
    });
    expect(server.asked.map(({ path }) => path)).toEqual(['/metrics']);
  });

  it('is not what serves other metrics', async () => {
    await using server = await answering(() => ({ body: 'op_node_default_up 1\n' }));
    await expect(challengerMetrics(server.url)).rejects.toMatchObject({ kind: 'rpc-error' });
  });

  it.each(['.bin.gz', '.json.gz', '.json'])('would find a prestate that ends with %s', async (ending) => {
    const hash = `0x03${'aa'.repeat(31)}`;
    await using server = await answering(({ path }) => ({
      status: path === `/files/${hash}${ending}` ? 200 : 404,
      body: '',
    }));
    expect(await hasPrestate(`${server.url}/files`, hash)).toBe(true);
    expect(await hasPrestate(`${server.url}/other`, hash)).toBe(false);
  });

  it('takes any refusal of a store for a no, and goes on with the next ending', async () => {
    const hash = `0x03${'aa'.repeat(31)}`;
    await using server = await answering(({ path }) => ({ status: path.endsWith('.json') ? 200 : 403, body: '' }));
    expect(await hasPrestate(server.url, hash)).toBe(true);
    await using closed = await answering(() => ({ status: 403, body: 'AccessDenied' }));
    expect(await hasPrestate(closed.url, hash)).toBe(false);
    await using busy = await answering(() => ({ status: 429, body: '' }));
    await expect(hasPrestate(busy.url, hash)).rejects.toMatchObject({ kind: 'rpc-error' });
  });

  it('asks for the first byte where a server does not know HEAD', async () => {
    await using server = await answering(({ verb, headers }) =>
      verb === 'HEAD' ? { status: 405, body: '' } : { status: headers['range'] === 'bytes=0-0' ? 206 : 500, body: 'x' },
    );
    expect(await hasPrestate(server.url, `0x03${'aa'.repeat(31)}`)).toBe(true);
  });

  it('does not take a server that is broken for one without the prestate', async () => {
    await using server = await answering(() => ({ status: 503, body: 'maintenance' }));
    await expect(hasPrestate(server.url, '0x03')).rejects.toMatchObject({ kind: 'rpc-error' });
  });
});
