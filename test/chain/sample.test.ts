import { describe, expect, it } from 'vitest';
import { takeSample } from '../../src/chain/sample.ts';
import { type AnsweringServer, answering, recorded, recordedText, replaying } from './answering-server.ts';

const NODE = 'op-node-1.18.2';
const GETH = 'op-geth-1.101701.0-rc.3';
const never = new AbortController().signal;
const opNode = () =>
  replaying(
    ...['syncStatus-sequencer', 'admin_sequencerActive-sequencer', 'opp2p_peerStats', 'version', 'rollupConfig'].map(
      (name) => recorded(NODE, name),
    ),
  );
const geth = () =>
  replaying(
    ...[
      'eth_chainId',
      'eth_getBlockByNumber',
      'eth_syncing',
      'net_peerCount',
      'fork-readiness-before-a-debug_chainConfig',
    ].map((name) => recorded(GETH, name)),
  );

function target(
  pod: string,
  node: AnsweringServer | undefined,
  el: AnsweringServer | undefined,
  role: 'Sequencer' | 'Replica' = 'Sequencer',
  metrics?: AnsweringServer,
) {
  return {
    pod,
    node: pod.replace(/-\d+$/, ''),
    role,
    ip: '127.0.0.1',
    ports: { opNode: node?.port ?? 1, execution: el?.port ?? 1, nodeMetrics: metrics?.port ?? 1 },
  };
}

describe('takeSample of pods', () => {
  it('reads op-node and execution client of each pod', async () => {
    await using node = await opNode();
    await using el = await geth();
    const sample = await takeSample({ pods: [target('acme-0', node, el)] }, never, { clock: () => 42 });
    expect(sample).toMatchObject({
      at: 42,
      nodes: [
        {
          pod: 'acme-0',
          node: 'acme',
          role: 'Sequencer',
          sync: { ok: true, value: { unsafeL2: { number: expect.any(Number) } } },
          sequencerActive: { ok: true, value: true },
          peers: { ok: true, value: 2 },
          version: { ok: true, value: 'v1.18.2' },
          el: { ok: true, value: { chainId: 901, syncing: false } },
        },
      ],
    });
    expect(Object.keys(sample)).toEqual(['at', 'nodes']);
  });

  it('does not ask a replica whether it sequences', async () => {
    await using node = await opNode();
    await using el = await geth();
    const { nodes } = await takeSample({ pods: [target('replica-0', node, el, 'Replica')] }, never);
    expect(nodes[0]).not.toHaveProperty('sequencerActive');
    expect(node.asked.map(({ body }) => body?.method)).not.toContain('admin_sequencerActive');
  });

  it('keeps readings apart: a dead execution client says nothing about op-node, nor one pod about another', async () => {
    await using node = await opNode();
    const { nodes } = await takeSample(
      { pods: [target('acme-0', node, undefined), target('acme-1', undefined, undefined)] },
      never,
    );
    expect(nodes[0]).toMatchObject({ sync: { ok: true }, el: { ok: false, kind: 'unreachable' } });
    expect(nodes[1]).toMatchObject({
      sync: { ok: false, kind: 'unreachable' },
      sequencerActive: { ok: false, kind: 'unreachable' },
    });
  });

  it('calls a pod without an address unreachable', async () => {
    const { ip: _, ...pending } = target('acme-0', undefined, undefined);
    const { nodes } = await takeSample({ pods: [pending] }, never);
    expect(nodes[0]?.sync).toEqual({ ok: false, kind: 'unreachable', error: 'acme-0 has no address yet' });
  });

  it('tells an admin API that is missing from one that says no', async () => {
    await using node = await replaying(recorded(NODE, 'syncStatus-sequencer'));
    const { nodes } = await takeSample({ pods: [target('acme-0', node, undefined)] }, never);
    expect(nodes[0]).toMatchObject({ sync: { ok: true }, sequencerActive: { ok: false, kind: 'method-missing' } });
  });

  it('reads fork times of both programs when asked', async () => {
    await using node = await opNode();
    await using el = await geth();
    const { nodes } = await takeSample({ pods: [target('acme-0', node, el)], forks: true }, never);
    expect(nodes[0]).toMatchObject({
      rollupForks: { ok: true, value: { jovian: 1795347548 } },
      elForks: { ok: true, value: { jovian: 1795351500 } },
    });
  });

  it('reads which block came last from a peer when asked, and whatever the program says otherwise', async () => {
    await using node = await opNode();
    await using metrics = await answering(() => ({ body: recordedText(NODE, 'metrics-replica.txt') }));
    const pods = [target('acme-0', node, undefined, 'Sequencer', metrics), target('acme-1', node, undefined)];
    const { nodes } = await takeSample({ pods, heard: true }, never);
    expect(nodes[0]?.heard).toEqual({ ok: true, value: 462 });
    expect(nodes[1]?.heard).toMatchObject({ ok: false, kind: 'unreachable' });
  });

  it('asks all nodes for their block at the lowest safe height', async () => {
    await using ahead = await replaying(recorded(NODE, 'syncStatus-sequencer'));
    await using behind = await replaying(recorded('op-node-1.16.11', 'syncStatus-replica'));
    const block = (hash: string) =>
      answering(({ body }) => ({
        body: { id: body?.id, result: { number: body?.params?.[0], hash: `0x${hash.repeat(64)}`, timestamp: '0x1' } },
      }));
    await using a = await block('a');
    await using b = await block('b');
    const { nodes } = await takeSample(
      { pods: [target('acme-0', ahead, a), target('acme-1', behind, b)], compareBlocks: true },
      never,
    );
    const lowest = Math.min(...nodes.map(({ sync }) => (sync.ok ? sync.value.safeL2.number : Number.NaN)));
    expect(nodes.map(({ common }) => common)).toEqual([
      { ok: true, value: { number: lowest, hash: `0x${'a'.repeat(64)}` } },
      { ok: true, value: { number: lowest, hash: `0x${'b'.repeat(64)}` } },
    ]);
  });

  it('never throws and never hangs: not when everything hangs, nor when it is cancelled', async () => {
    await using hanging = await answering(() => 'hang');
    const targets = {
      l1: { rpc: hanging.url, beacon: hanging.url },
      contracts: { systemConfig: `0x${'11'.repeat(20)}` },
      pods: [target('acme-0', hanging, hanging)],
      batcher: { address: `0x${'22'.repeat(20)}` },
      inbox: { address: `0x${'33'.repeat(20)}` },
      compareBlocks: true,
    };
    const slow = await takeSample(targets, never, { timeoutMs: 50 });
    const controller = new AbortController();
    const cancelled = takeSample(targets, controller.signal);
    controller.abort();
    for (const sample of [slow, await cancelled]) {
      expect(sample).toMatchObject({
        l1: { ok: false, kind: 'unreachable' },
        beacon: { ok: false, kind: 'unreachable' },
        contracts: { ok: false, kind: 'unreachable' },
        batcher: { ok: false, kind: 'unreachable' },
        inbox: { ok: false, kind: 'unreachable' },
        nodes: [{ sync: { ok: false, kind: 'unreachable' }, el: { ok: false, kind: 'unreachable' } }],
      });
    }
  });

  it('shows no credential of the L1 endpoints', async () => {
    const secret = 'c4n4ry-s3cret';
    await using refusing = await answering(() => ({ status: 401, body: `bad key ${secret}` }));
    const url = `${refusing.url}/${secret}`;
    const sample = await takeSample(
      { l1: { rpc: url, beacon: url }, pods: [], inbox: { address: `0x${'33'.repeat(20)}` } },
      never,
    );
    expect(sample.l1).toMatchObject({ ok: false, kind: 'unauthorised' });
    expect(JSON.stringify(sample)).not.toContain(secret);
  });
});
