/** The four nodes of a recorded fork (op-stack-observed-2.md 6): Jovian at block 85, 106 s before it. */
import { describe, expect, it } from 'vitest';
import { takeSample } from '../../../src/chain/sample.ts';
import type { NodeSample, Sample } from '../../../src/chain/samples.ts';
import { forkReady } from '../../../src/plan/gates/fork-ready.ts';
import { recorded, replaying } from '../../chain/answering-server.ts';
import { type ContextOptions, context, failed, node, ok } from './scene.ts';

const NODE = 'op-node-1.16.11';
const GETH = 'op-geth-1.101701.0-rc.3';
const JOVIAN = 1795351500;
const FORKS = [
  { name: 'isthmus', time: 1795351350 },
  { name: 'jovian', time: JOVIAN },
];
/** 106 s before the fork, as recorded. */
const BEFORE = JOVIAN - 106;

/** Configurations of the execution clients of c and d were not recorded: c has that of a, d that of b. */
const RECORDED = {
  a: ['fork-readiness-before-a-rollupConfig', 'fork-readiness-before-a-debug_chainConfig'],
  b: ['fork-readiness-before-b-rollupConfig', 'fork-readiness-before-b-debug_chainConfig'],
  c: ['fork-readiness-before-c-rollupConfig', 'fork-readiness-before-a-debug_chainConfig'],
  d: ['fork-readiness-before-d-rollupConfig', 'fork-readiness-before-b-debug_chainConfig'],
  'a without debug': ['fork-readiness-before-a-rollupConfig', 'fork-readiness-before-a-admin_nodeInfo'],
  'b without debug': ['fork-readiness-before-b-rollupConfig', 'fork-readiness-before-b-admin_nodeInfo'],
} as const;

async function recordedSample(name: keyof typeof RECORDED): Promise<Sample> {
  const [rollup, client] = RECORDED[name];
  await using opNode = await replaying(recorded(NODE, rollup), recorded(NODE, 'version'));
  await using geth = await replaying(recorded(GETH, client));
  const ports = { opNode: opNode.port, execution: geth.port, nodeMetrics: 1 };
  const pods = [{ pod: `${name[0]}-0`, node: `${name[0]}`, role: 'Replica', ip: '127.0.0.1', ports } as const];
  return await takeSample({ pods, forks: true }, new AbortController().signal, { clock: () => BEFORE * 1000 });
}

const asked = (options: ContextOptions = {}) => context({ chain: { forks: FORKS }, ...options });

describe('fork-ready, by recorded answers', () => {
  it.each([
    ['a', 'a node that is all right'],
    ['a without debug', 'the same by admin_nodeInfo, where the debug API is off'],
  ] as const)('passes %s: %s', async (name, _) => {
    expect(forkReady([await recordedSample(name)], asked())).toEqual({
      outcome: 'pass',
      message: 'a-0 is ready for jovian at 2026-11-22T12:45:00Z (1795351500)',
    });
  });

  it.each([
    ['b', ['execution client of b-0']],
    ['b without debug', ['execution client of b-0']],
    ['c', ['op-node of c-0']],
    ['d', ['op-node of d-0', 'execution client of d-0']],
  ] as const)('fails for %s and names where the time is missing', async (name, places) => {
    const why = 'by the configuration of the chain jovian is at 2026-11-22T12:45:00Z (1795351500), and';
    expect(forkReady([await recordedSample(name)], asked())).toEqual({
      outcome: 'fail',
      reason: 'GateFailed',
      message: places.map((place) => `${why} ${place} has no time for it`).join('; '),
      fix: expect.stringContaining('restart with the files of this chain before the fork'),
    });
  });

  it.each([
    ['v4.1', '; jovian is made for op-contracts/v5.0.0 or later, and the contracts on L1 are v4.1'],
    ['v5', ''],
    ['unknown', ''],
  ])('passes with contracts %s, and names those that are too old', async (generation, more) => {
    expect(forkReady([await recordedSample('a')], asked({ chain: { forks: FORKS, generation } }))).toEqual({
      outcome: 'pass',
      message: `a-0 is ready for jovian at 2026-11-22T12:45:00Z (1795351500)${more}`,
    });
  });

  it('has nothing to say once the fork is active', async () => {
    const sample = { ...(await recordedSample('d')), at: (JOVIAN + 1) * 1000 };
    expect(forkReady([sample], asked())).toEqual({ outcome: 'pass', message: 'no fork lies ahead' });
  });
});

const AHEAD = 1_900_000_000;
const KARST = [{ name: 'karst', time: AHEAD }];

function reth(pod: string, more: Partial<NodeSample> = {}): NodeSample {
  const healthy = node(pod);
  return {
    ...healthy,
    version: ok('v1.19.7'),
    el: healthy.el.ok
      ? ok({ ...healthy.el.value, version: 'reth/v2.4.4-d0734fd5/x86_64-unknown-linux-gnu' })
      : healthy.el,
    rollupForks: ok({ isthmus: 0, delta: 0, karst: AHEAD }),
    elForks: ok({ isthmus: 0, karst: AHEAD }),
    ...more,
  };
}

function verdictOn(nodes: readonly NodeSample[], options: ContextOptions = {}) {
  const sample = { at: 1_800_000_000_000, nodes };
  return forkReady([sample], context({ chain: { forks: KARST }, ...options }));
}

function client(version: string): Partial<NodeSample> {
  const { el } = node('acme-0');
  return el.ok ? { el: ok({ ...el.value, version }) } : {};
}

describe('fork-ready', () => {
  it.each<[string, Partial<NodeSample>, string, string]>([
    [
      'another time in the execution client, with both times',
      { elForks: ok({ karst: AHEAD - 3600 }) },
      'karst is at 2030-03-17T17:46:40Z (1900000000), and execution client of acme-0 has 2030-03-17T16:46:40Z (1899996400)',
      'restart',
    ],
    [
      'a time for a fork that the chain has not scheduled',
      { rollupForks: ok({ karst: AHEAD, lagoon: AHEAD + 10 }) },
      'lagoon is not scheduled, and op-node of acme-0 has 2030-03-17T17:46:50Z',
      'restart',
    ],
    [
      'an op-node that is too old',
      { version: ok('v1.18.2') },
      'op-node of acme-0 is v1.18.2, which does not know karst',
      'upgrade it to v1.19.1 or later',
    ],
    [
      'an op-reth that is too old',
      client('reth/v2.2.2-d0734fd5/x86_64-unknown-linux-gnu'),
      'execution client of acme-0 is reth/v2.2.2-d0734fd5/x86_64-unknown-linux-gnu, which does not know karst',
      'upgrade it to v2.3.3 or later',
    ],
    [
      'op-geth, which ends before the fork',
      client('Geth/v1.101702.2-stable-d0734fd5/linux-amd64/go1.26.8'),
      'which does not know karst',
      'use op-reth before then',
    ],
    [
      'an execution client that serves no API that would tell',
      { elForks: failed('method-missing', 'the method does not exist') },
      'it serves neither debug_chainConfig nor admin_nodeInfo',
      'add debug to execution.apis of OpNode acme',
    ],
  ])('fails for %s', (_, more, message, fix) => {
    const verdict = verdictOn([reth('acme-0', more)]);
    expect(verdict).toMatchObject({
      outcome: 'fail',
      reason: 'GateFailed',
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });

  it.each<[string, readonly NodeSample[], string]>([
    ['no pod has been seen', [], 'no pod of acme has been seen yet'],
    [
      'op-node does not answer',
      [reth('acme-0', { rollupForks: failed() })],
      'op-node of acme-0 are not known: connect',
    ],
    ['the client does not answer', [reth('acme-0', { elForks: failed() })], 'execution client of acme-0 are not known'],
  ])('waits while %s', (_, nodes, message) => {
    expect(verdictOn(nodes, { subject: { node: 'acme' } })).toEqual({
      outcome: 'wait',
      message: expect.stringContaining(message),
    });
  });

  it('judges the pods that it is asked about, since the others have not restarted yet', () => {
    const nodes = [reth('acme-0'), reth('replica-0', { rollupForks: ok({}), elForks: ok({}) })];
    expect(verdictOn(nodes, { subject: { node: 'acme' } }).outcome).toBe('pass');
    expect(verdictOn(nodes).outcome).toBe('fail');
  });

  it('asks for no time of Delta in the execution client, which has none', () => {
    const forks = [{ name: 'delta', time: AHEAD }];
    const nodes = [reth('acme-0', { rollupForks: ok({ delta: AHEAD }), elForks: ok({}) })];
    expect(verdictOn(nodes, { chain: { forks } }).outcome).toBe('pass');
  });

  it('says nothing against a version that nobody can compare', () => {
    const nodes = [reth('acme-0', { version: ok('v0.0.0'), ...client('op-reth of our own') })];
    expect(verdictOn(nodes).outcome).toBe('pass');
  });
});
