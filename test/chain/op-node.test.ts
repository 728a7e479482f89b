import { describe, expect, it } from 'vitest';
import {
  heardBlock,
  peerCount,
  rollupForks,
  sequencerActive,
  startSequencer,
  stopSequencer,
  syncStatus,
  version,
} from '../../src/chain/clients/op-node.ts';
import { answering, recorded, recordedText, replaying } from './answering-server.ts';

const V16 = 'op-node-1.16.11';
const V18 = 'op-node-1.18.2';
const HEAD = `0x${'11'.repeat(32)}`;

describe('op-node: recorded answers', () => {
  it.each([
    ...[
      'sequencer',
      'standby',
      'replica',
      'batcher-stopped',
      'sequencer-no-batcher',
      'seq-window-expired',
      'el-down',
      'jwt-mismatch',
      'l1-hang',
    ].map((state) => [V16, `syncStatus-${state}`]),
    ...[
      'handover-5-syncStatus-candidate',
      'handover-8-syncStatus-old',
      'rotation-syncStatus-new-key',
      'fork-readiness-after-b-syncStatus',
    ].map((name) => [V16, name]),
    ...['syncStatus', 'syncStatus-sequencer', 'syncStatus-standby', 'syncStatus-replica'].map((name) => [V18, name]),
  ] as const)('%s %s: heads are read', async (program, name) => {
    const recording = recorded(program, name);
    await using server = await replaying(recording);
    const result = recording.response.result as Record<string, { number: number; hash: string; timestamp: number }>;
    const status = await syncStatus(server.url);
    expect(status.unsafeL2).toMatchObject({
      number: result['unsafe_l2']?.number,
      hash: result['unsafe_l2']?.hash,
      timestamp: result['unsafe_l2']?.timestamp,
    });
    expect(status.safeL2.number).toBe(result['safe_l2']?.number);
    expect(status.finalizedL2.number).toBe(result['finalized_l2']?.number);
    expect(status.currentL1.number).toBe(result['current_l1']?.number);
    expect(status.headL1.number).toBe(result['head_l1']?.number);
    expect(status.safeL2.l1origin.number).toBeGreaterThan(0);
  });

  it('leaves out what it does not need', async () => {
    await using server = await replaying(recorded(V18, 'syncStatus'));
    const status = await syncStatus(server.url);
    expect(Object.keys(status)).toEqual([
      'currentL1',
      'headL1',
      'safeL1',
      'finalizedL1',
      'unsafeL2',
      'safeL2',
      'finalizedL2',
    ]);
    expect(Object.keys(status.unsafeL2)).toEqual(['hash', 'number', 'timestamp', 'l1origin']);
  });

  it('keeps a status whose current_l1 is zero while the pipeline resets', async () => {
    await using server = await replaying(recorded(V16, 'syncStatus-blobs-unavailable'));
    expect(await syncStatus(server.url)).toMatchObject({ currentL1: { number: 0 }, unsafeL2: { number: 91 } });
  });

  it('has no reading in the first second, when all references are zero', async () => {
    const zero = { hash: `0x${'00'.repeat(32)}`, number: 0, parentHash: `0x${'00'.repeat(32)}`, timestamp: 0 };
    const l2 = { ...zero, l1origin: { hash: zero.hash, number: 0 }, sequenceNumber: 0 };
    const result = {
      current_l1: zero,
      head_l1: zero,
      safe_l1: zero,
      finalized_l1: zero,
      unsafe_l2: l2,
      safe_l2: l2,
      finalized_l2: l2,
    };
    await using server = await answering(() => ({ body: { jsonrpc: '2.0', id: 1, result } }));
    await expect(syncStatus(server.url)).rejects.toMatchObject({ kind: 'no-reading' });
  });

  it.each([
    [V16, 'admin_sequencerActive-true', true],
    [V16, 'admin_sequencerActive-standby', false],
    [V16, 'admin_sequencerActive-replica', false],
    [V16, 'handover-4-sequencerActive-old', false],
    [V16, 'handover-7-sequencerActive-new', true],
    [V18, 'admin_sequencerActive-sequencer', true],
    [V18, 'admin_sequencerActive-standby', false],
    [V18, 'admin_sequencerActive-replica', false],
    // As a replica in a cluster of three with conductors.
    [V18, 'admin_sequencerActive', false],
  ])('%s %s: %s', async (program, name, active) => {
    await using server = await replaying(recorded(program, name));
    expect(await sequencerActive(server.url)).toBe(active);
  });

  it.each([
    [V16, 'opp2p_peerStats', 2],
    [V16, 'opp2p_peerStats-no-peers', 0],
    [V16, 'split-brain-peerStats', 2],
    [V18, 'opp2p_peerStats', 2],
    [V18, 'opp2p_peerStats-sequencer', 2],
    [V18, 'opp2p_peerStats-replica', 2],
    [V18, 'opp2p_peerStats-standby', 2],
  ])('%s %s: %i peers', async (program, name, peers) => {
    await using server = await replaying(recorded(program, name));
    expect(await peerCount(server.url)).toBe(peers);
  });

  it.each([
    ['a node that follows', V18, 'metrics-replica', 462],
    ['a sequencer, which hears none of its own blocks', V16, 'metrics-sequencer', 114],
  ])('which block came last from a peer, in the metrics of %s', async (_, program, name, heard) => {
    await using server = await answering(() => ({ body: recordedText(program, `${name}.txt`) }));
    expect(await heardBlock(server.url)).toBe(heard);
    expect(server.asked.map(({ path }) => path)).toEqual(['/metrics']);
  });

  it('has heard of no block before one came, and says nothing for another program', async () => {
    await using fresh = await answering(() => ({
      body: 'op_node_default_refs_number{layer="l2",type="l2_unsafe"} 91\n',
    }));
    expect(await heardBlock(fresh.url)).toBe(0);
    await using other = await answering(() => ({ body: 'op_batcher_default_up 1\n' }));
    await expect(heardBlock(other.url)).rejects.toMatchObject({ kind: 'rpc-error' });
  });

  it.each([
    [V16, 'version', 'v1.16.11'],
    [V18, 'version', 'v1.18.2'],
    [V18, 'version-sequencer', 'v1.18.2'],
    [V18, 'version-standby', 'v1.18.2'],
    [V18, 'version-replica', 'v1.18.2'],
  ])('%s %s: %s', async (program, name, expected) => {
    await using server = await replaying(recorded(program, name));
    expect(await version(server.url)).toBe(expected);
  });

  it('keeps the suffix of a release candidate', async () => {
    await using server = await answering(({ body }) => ({
      body: { id: body?.id, result: 'v1.20.0-rc.1-deadbeef-1775073220' },
    }));
    expect(await version(server.url)).toBe('v1.20.0-rc.1');
  });

  it.each([
    [V16, 'rollupConfig', { holocene: 0, isthmus: 1795347428, jovian: 1795347548 }],
    [V18, 'rollupConfig', { holocene: 0, isthmus: 1795347428, jovian: 1795347548 }],
    [V18, 'rollupConfig-sequencer', { holocene: 0 }],
    [V18, 'rollupConfig-standby', { holocene: 0, isthmus: 1795351350, jovian: 1795351500 }],
    [V18, 'rollupConfig-replica', { holocene: 0, isthmus: 1795351350, jovian: 1795351500 }],
    [V16, 'fork-readiness-before-a-rollupConfig', { isthmus: 1795351350, jovian: 1795351500 }],
  ])('%s %s: fork times', async (program, name, forks) => {
    await using server = await replaying(recorded(program, name));
    expect(await rollupForks(server.url)).toMatchObject(forks);
  });

  it('shows that a rollup configuration lacks a fork', async () => {
    await using server = await replaying(recorded(V16, 'fork-readiness-before-c-rollupConfig'));
    expect(await rollupForks(server.url)).not.toHaveProperty('jovian');
  });
});

describe('op-node: stop and start', () => {
  it.each([
    [
      V16,
      'handover-2-stopSequencer',
      { outcome: 'stopped', hash: '0xf2103c8ba3b32858cc1c5e6d3b71dfe131b5b974498e5347e2a3c072df31a12e' },
    ],
    [
      V16,
      'split-brain-stop-old',
      { outcome: 'stopped', hash: '0xc20e04d5abf9fde115a5cfbfbcaaecc4fce44ceaa459065889e236eb44e5a96c' },
    ],
    [V16, 'handover-3-stopSequencer-again', { outcome: 'not-running' }],
    [V18, 'admin_stopSequencer-standby', { outcome: 'not-running' }],
  ])('%s %s', async (program, name, outcome) => {
    await using server = await replaying(recorded(program, name));
    expect(await stopSequencer(server.url)).toEqual(outcome);
  });

  it.each([
    [V16, 'handover-6-startSequencer', { outcome: 'started' }],
    [V16, 'conductor-startSequencer-leader', { outcome: 'started' }],
    [
      V16,
      'handover-1-startSequencer-wrong-hash',
      {
        outcome: 'hash-mismatch',
        head: { hash: '0xf2103c8ba3b32858cc1c5e6d3b71dfe131b5b974498e5347e2a3c072df31a12e', number: 114 },
      },
    ],
    [V16, 'conductor-startSequencer-not-leader', { outcome: 'not-leader' }],
    [V18, 'admin_startSequencer-already', { outcome: 'already-running' }],
    [V18, 'admin_startSequencer-not-leader', { outcome: 'not-leader' }],
    [V18, 'admin_startSequencer-replica', { outcome: 'not-enabled' }],
    [
      V18,
      'admin_startSequencer-standby-wrong-hash',
      {
        outcome: 'hash-mismatch',
        head: { hash: '0x7110cba15e0efcbf205cbde488d43136f801d1b31efcb35f4f497b151bf49d38', number: 462 },
      },
    ],
  ])('%s %s', async (program, name, outcome) => {
    await using server = await replaying(recorded(program, name));
    expect(await startSequencer(server.url, HEAD)).toEqual(outcome);
    expect(server.asked[0]?.body).toMatchObject({ method: 'admin_startSequencer', params: [HEAD] });
  });

  it.each([
    ['no answer', () => 'drop' as const, 'unreachable'],
    [
      'an error that is not known',
      () => ({ body: { id: 1, error: { code: -32000, message: 'failed to start: engine down' } } }),
      'rpc-error',
    ],
    [
      'no admin API',
      () => ({ body: { id: 1, error: { code: -32601, message: 'the method admin_startSequencer does not exist' } } }),
      'method-missing',
    ],
  ])('throws on %s: the outcome is unknown', async (_, answer, kind) => {
    await using server = await answering(answer);
    await expect(startSequencer(server.url, HEAD)).rejects.toMatchObject({ name: 'RpcError', kind });
    await expect(stopSequencer(server.url)).rejects.toMatchObject({ name: 'RpcError', kind });
  });
});
