/** What counts as healthy for the devnet of the examples, with facts around it made up. */
import { describe, expect, it } from 'vitest';
import { healthLimits } from '../../src/activities/gather/health-limits.ts';
import type { Wish } from '../../src/activities/gather/wish.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { devnet, renderInput } from '../render/render-input.ts';

function limitsOf(yaml: string, { pods = [], objects = [] }: { pods?: unknown[]; objects?: unknown[] } = {}) {
  const input = renderInput(yaml);
  const { network, nodes, batchers, proposers, challengers } = input;
  const wish = {
    network,
    nodes,
    batchers,
    proposers,
    challengers,
    resources: { network, components: objects },
    files: { rollup: { l1_chain_id: 900, block_time: 2, seq_window_size: 3600 } },
  } as unknown as Wish;
  const components = [...nodes, ...batchers, ...proposers, ...challengers].map(({ kind, metadata }) => ({
    kind,
    name: metadata.name,
  }));
  const status = { components } as Parameters<typeof healthLimits>[1];
  const facts = { contracts: undefined, live: { pods: pods as KubeObject[] }, sample: { nodes: [] } };
  return healthLimits(wish, status, facts);
}

const START = '2026-11-22T12:00:00Z';

describe('health limits', () => {
  it('give a batcher without a limit for its channels the sequencing window', () => {
    expect(limitsOf(devnet().replace('maxChannelDuration: 2', 'maxChannelDuration: 0')).maxSafeLagSeconds).toBe(3600);
    expect(limitsOf(devnet()).maxSafeLagSeconds).toBe(1800);
  });

  it('know since when pods and containers are there', () => {
    const pods = [
      { metadata: { name: 'devnet-proposer-0', creationTimestamp: START } },
      {
        metadata: { name: 'devnet-challenger-0', creationTimestamp: '2026-11-22T10:00:00Z' },
        status: { containerStatuses: [{ state: { running: { startedAt: START } } }] },
      },
    ];
    const { proposing, challenging } = limitsOf(devnet(), { pods });
    expect(proposing?.podSince).toBe(Date.parse(START));
    expect(challenging).toEqual([
      { name: 'devnet-challenger', maxL1Lag: 10, prestateCheck: 'Required', startedAt: Date.parse(START) },
    ]);
  });

  it('remember the last proposal', () => {
    const objects = [
      { kind: 'OpProposer', metadata: { name: 'devnet-proposer' }, status: { lastGame: { l2Block: 70, at: START } } },
    ];
    expect(limitsOf(devnet(), { objects }).proposing?.lastProposal).toEqual({
      l2Block: 70,
      timestamp: Date.parse(START) / 1000,
    });
  });
});
