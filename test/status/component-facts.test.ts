import { describe, expect, it } from 'vitest';
import { opBatcherStatus } from '../../src/api/op-batcher.ts';
import { type OpNodeStatus, opNodeStatus } from '../../src/api/op-node.ts';
import { takeSample } from '../../src/chain/sample.ts';
import type { BatcherSample, NodeSample, SyncStatus } from '../../src/chain/samples.ts';
import { batcherFacts } from '../../src/status/batcher-facts.ts';
import { withFacts } from '../../src/status/facts.ts';
import { type NodeFactsInput, type NodePod, nodeFacts } from '../../src/status/node-facts.ts';
import { recorded, replaying } from '../chain/answering-server.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const silent = { ok: false, kind: 'unreachable', error: 'no answer' } as const;
const FOLLOWS = { OP_NODE_SYNCMODE: 'consensus-layer', OP_NODE_SYNCMODE_REQ_RESP: 'true' };

function pod(name: string, fields: Partial<NodePod> = {}): NodePod {
  return { name, ready: true, env: FOLLOWS, ...fields };
}

/** What the programs said on a real devnet (test/chain/fixtures/recorded). */
async function recordedSample(name: string, role: NodeSample['role'], files: readonly string[]): Promise<NodeSample> {
  await using server = await replaying(...files.map((file) => recorded('op-node-1.18.2', file)));
  const target = {
    pod: `${name}-0`,
    node: name,
    role,
    ip: '127.0.0.1',
    ports: { opNode: server.port, execution: 1, nodeMetrics: 1 },
  };
  const { nodes } = await takeSample({ pods: [target] }, new AbortController().signal);
  return nodes[0] ?? expect.fail('no sample');
}

const sequencer = await recordedSample('seq', 'Sequencer', [
  'syncStatus-sequencer',
  'admin_sequencerActive-sequencer',
  'opp2p_peerStats-sequencer',
  'version-sequencer',
]);
const replica = await recordedSample('rep', 'Replica', ['syncStatus-replica', 'opp2p_peerStats-replica', 'version']);

function syncOf({ sync }: NodeSample): SyncStatus {
  return sync.ok ? sync.value : expect.fail('the recording has no heads');
}

function factsOf(input: Partial<NodeFactsInput>): OpNodeStatus {
  const { fields } = nodeFacts({
    role: 'Replica',
    pods: [pod('rep-0')],
    samples: [sequencer, replica],
    maxLagBlocks: 10,
    before: {},
    ...input,
  });
  return opNodeStatus.parse(JSON.parse(JSON.stringify(fields)));
}

/** The replica with another head. */
function at(number: number, fields: Partial<SyncStatus> = {}): NodeSample {
  const sync = syncOf(replica);
  return { ...replica, sync: { ok: true, value: { ...sync, unsafeL2: { ...sync.unsafeL2, number }, ...fields } } };
}

const head = syncOf(sequencer).unsafeL2.number;

describe('what is seen of an OpNode', () => {
  it('of an active sequencer', () => {
    const { unsafeL2, safeL2 } = syncOf(sequencer);
    expect(factsOf({ role: 'Sequencer', pods: [pod('seq-0', { peerId: '16Uiu2HAm' })] })).toMatchObject({
      version: 'v1.18.2',
      replicas: 1,
      readyReplicas: 1,
      sequencing: true,
      unsafe: unsafeL2.number,
      safeLagSeconds: unsafeL2.timestamp - safeL2.timestamp,
      pods: [{ name: 'seq-0', ready: true, sequencing: true, synced: true, lag: 0, peerId: '16Uiu2HAm' }],
    });
  });

  it('of a replica: it never sequences', () => {
    const status = factsOf({});
    expect(status).toMatchObject({ sequencing: false, unsafe: syncOf(replica).unsafeL2.number });
    expect(status.pods?.[0]).not.toHaveProperty('sequencing');
  });

  it.each([
    ['within the limit of its gate', at(head - 10), { synced: true, lag: 10 }, 1],
    ['too far behind', at(head - 11), { synced: false, lag: 11 }, 0],
    ['ahead of what the sequencer said a moment ago', at(head + 1), { synced: true, lag: 0 }, 1],
  ])('counts a pod that is %s', (_, sample, expected, readyReplicas) => {
    expect(factsOf({ samples: [sequencer, sample] })).toMatchObject({ readyReplicas, pods: [expected] });
  });

  it('does not count a pod that Kubernetes does not call ready, or that has not begun to derive', () => {
    expect(factsOf({ pods: [pod('rep-0', { ready: false })], samples: [sequencer, at(head)] }).readyReplicas).toBe(0);
    const { currentL1 } = syncOf(replica);
    const young = factsOf({ samples: [sequencer, at(head, { currentL1: { ...currentL1, number: 0 } })] });
    expect(young.readyReplicas).toBe(0);
    expect(young.pods?.[0]).not.toHaveProperty('safe');
  });

  it('does not count a pod that is behind a chain that somebody else sequences, whatever its own head', () => {
    const alone = (isBehind: boolean) => factsOf({ samples: [at(head)], isBehind: () => isBehind });
    expect(alone(false)).toMatchObject({ readyReplicas: 1, pods: [{ synced: true, lag: 0 }] });
    expect(alone(true)).toMatchObject({ readyReplicas: 0, pods: [{ synced: false, lag: 0 }] });
  });

  it.each([
    ['asks its peers', FOLLOWS, 'RequestResponse'],
    ['may not ask', { ...FOLLOWS, OP_NODE_SYNCMODE_REQ_RESP: 'false' }, 'BatchesOnly'],
    ['has no p2p', { ...FOLLOWS, OP_NODE_P2P_DISABLE: 'true' }, 'BatchesOnly'],
    ['syncs by its execution client', { OP_NODE_SYNCMODE: 'execution-layer' }, 'Peers'],
  ])('says how one that %s gets a missed block', (_, env, catchUp) => {
    expect(factsOf({ pods: [pod('rep-0', { env })] }).pods).toMatchObject([{ catchUp }]);
  });

  it('says that one without any peer gets a missed block from batches only', () => {
    const alone = { ...replica, peers: { ok: true, value: 0 } } as const;
    expect(factsOf({ samples: [alone] }).pods).toMatchObject([{ peers: 0, catchUp: 'BatchesOnly' }]);
  });

  it('takes no answer for unknown, never for stopped, and keeps the heads and the version that were seen last', () => {
    const before = factsOf({ role: 'Sequencer', pods: [pod('seq-0')] });
    const gone = { ...sequencer, sync: silent, sequencerActive: silent, version: silent, peers: silent };
    const now = factsOf({ role: 'Sequencer', pods: [pod('seq-0')], samples: [gone], before });
    expect(now).toMatchObject({ version: 'v1.18.2', unsafe: before.unsafe, readyReplicas: 0 });
    expect(now).not.toHaveProperty('sequencing');
  });

  it('shows the oldest version and the lowest head of several pods', () => {
    const second = { ...at(head - 3), pod: 'rep-1', version: { ok: true, value: 'v1.16.11' } } as const;
    expect(factsOf({ pods: [pod('rep-0'), pod('rep-1')], samples: [sequencer, at(head), second] })).toMatchObject({
      version: 'v1.16.11',
      replicas: 2,
      unsafe: head - 3,
    });
  });
});

describe('what is seen of an OpBatcher', () => {
  const account: BatcherSample = {
    address: `0x${'22'.repeat(20)}`,
    balanceWei: '5',
    nonceLatest: 7,
    noncePending: 9,
    lastInboxTransaction: { hash: `0x${'ab'.repeat(32)}`, from: '0x', blockNumber: 44, timestamp: 1_795_000_000 },
  };
  const sample = {
    batcher: { ok: true, value: account },
    servicePods: [{ pod: 'batcher-0', version: { ok: true, value: 'v1.16.11' } }],
  } as const;
  const running = { pod: 'batcher-0', isReady: true, now: NOW };
  const before = batcherFacts({ ...running, sample, before: {} }).fields;

  it('is its account, its last batch and its version', () => {
    expect(opBatcherStatus.parse(before)).toEqual({
      pod: 'batcher-0',
      version: 'v1.16.11',
      address: account.address,
      balance: '5',
      pending: 2,
      readyAt: '2026-11-28T12:00:00Z',
      lastInboxTransaction: { hash: `0x${'ab'.repeat(32)}`, block: 44, at: '2026-11-18T11:06:40Z' },
    });
  });

  it('stays while L1 and the pod do not answer, and has no version without a pod', () => {
    const mute = { batcher: silent, servicePods: [{ pod: 'batcher-0', version: silent }] };
    const status = withFacts(before, batcherFacts({ ...running, sample: mute, before }), NOW);
    expect(status).toBeUndefined();
    const gone = { pod: undefined, isReady: false, now: NOW };
    expect(withFacts(before, batcherFacts({ ...gone, sample: mute, before }), NOW)).not.toHaveProperty('version');
  });
});

describe('when an OpBatcher was last ready', () => {
  const mute = { batcher: silent };
  const readyAt = (isReady: boolean, seconds: number, readyAt?: string) =>
    batcherFacts({
      pod: 'batcher-0',
      isReady,
      sample: mute,
      before: readyAt === undefined ? {} : { readyAt },
      now: later(seconds),
    }).fields.readyAt;

  it('is said anew every three minutes while it is', () => {
    const said = readyAt(true, 0);
    expect(said).toBe('2026-11-28T12:00:00Z');
    expect(readyAt(true, 179, said)).toBe(said);
    expect(readyAt(true, 180, said)).toBe('2026-11-28T12:03:00Z');
  });

  it('stays when it is no longer, and is not known of one that never was', () => {
    expect(readyAt(false, 86_400, '2026-11-28T12:00:00Z')).toBe('2026-11-28T12:00:00Z');
    expect(readyAt(false, 0)).toBeUndefined();
  });
});

describe('when it is written', () => {
  const input = { role: 'Replica', pods: [pod('rep-0')], maxLagBlocks: 10 } as const;
  const facts = (samples: readonly NodeSample[], before: OpNodeStatus) => nodeFacts({ ...input, samples, before });
  const written = withFacts<OpNodeStatus>({ phase: 'Ready' }, facts([sequencer, at(head)], {}), NOW) ?? {};
  const next = (sample: NodeSample, seconds: number) =>
    withFacts(written, facts([sequencer, sample], written), later(seconds));

  it('for the first time, beside what others have written', () => {
    expect(written).toMatchObject({ phase: 'Ready', unsafe: head, updatedAt: '2026-11-28T12:00:00Z' });
  });

  it('never when nothing has changed, in whatever order the API server keeps the fields', () => {
    const sorted = JSON.parse(
      JSON.stringify({
        ...written,
        pods: written.pods?.map((item) => Object.fromEntries(Object.entries(item).sort())),
      }),
    ) as OpNodeStatus;
    expect(withFacts(sorted, facts([sequencer, at(head)], sorted), later(3600))).toBeUndefined();
  });

  it('after a minute when only numbers move', () => {
    expect(next(at(head - 1), 59)).toBeUndefined();
    expect(next(at(head - 1), 60)).toMatchObject({ unsafe: head - 1, updatedAt: '2026-11-28T12:01:00Z' });
  });

  it('at once when it follows no more, or has another version', () => {
    expect(next(at(head - 20), 1)).toMatchObject({ readyReplicas: 0 });
    expect(next({ ...at(head), version: { ok: true, value: 'v9.9.9' } }, 1)).toMatchObject({ version: 'v9.9.9' });
  });
});
