import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { statusExitCode } from '../../src/cli/network-exit-code.ts';
import type { NetworkTree } from '../../src/cli/networks.ts';
import { columns, ether, painter, serialise, shortDuration } from '../../src/cli/output.ts';
import { planLines } from '../../src/cli/plan-view.ts';
import { statusText } from '../../src/cli/status-tree.ts';
import { component, network, now, runningPlan, waitingPlan, wholePlan } from './example-network.ts';

const plain = painter(false);
const view = { now, paint: plain, withNamespace: false };
const since = '2026-11-22T11:58:00Z';
const head = (number: number) => ({ number, hash: `0x${'ab'.repeat(32)}`, timestamp: since });

const tree: NetworkTree = {
  network: network({
    phase: 'Ready',
    release: 'u18',
    health: {
      class: 'Healthy',
      unsafe: head(5_001_204),
      safe: head(5_001_150),
      finalized: head(5_000_900),
      safeLagSeconds: 108,
      updatedAt: '2026-11-22T11:59:30Z',
    },
  }),
  components: [
    component(
      'OpNode',
      'acme-sequencer',
      {
        phase: 'Ready',
        sequencing: true,
        unsafe: 5_001_204,
        safeLagSeconds: 108,
        version: 'v1.16.11',
        pods: [{ name: 'acme-sequencer-0', peers: 2 }],
      },
      'Sequencer',
    ),
    component(
      'OpNode',
      'acme-replica',
      {
        phase: 'Progressing',
        unsafe: 5_001_100,
        version: 'v1.16.11',
        replicas: 2,
        readyReplicas: 1,
        pods: [
          { name: 'acme-replica-0', ready: true, unsafe: head(5_001_204), peers: 2, version: 'v1.16.11' },
          { name: 'acme-replica-1', ready: false, unsafe: head(5_001_100), lag: 104, peers: 1, version: 'v1.16.2' },
        ],
      },
      'Replica',
    ),
    component('OpBatcher', 'acme-batcher', {
      phase: 'Ready',
      balance: '12403100000000000000',
      lastInboxTransaction: { hash: '0x', block: 1, at: '2026-11-22T11:59:22Z' },
    }),
  ],
};

describe('opstack status', () => {
  it('draws a network and its components with heads, lag and balances', () => {
    expect(statusText([tree], view).split('\n')).toEqual(
      [
        'NAME                        PHASE         UNSAFE      SAFE LAG   BALANCE       ',
        'acme                        Ready         5,001,204   1m48s                    u18, finalized 5,000,900',
        '├─ OpNode acme-sequencer    Ready         5,001,204   1m48s                    sequencing, 2 peers, v1.16.11',
        '├─ OpNode acme-replica      Progressing   5,001,100                            replica, 1 of 2 ready, v1.16.11',
        '│  ├─ acme-replica-0        Ready         5,001,204                            2 peers, v1.16.11',
        '│  └─ acme-replica-1        NotReady      5,001,100                            104 blocks behind, 1 peer, v1.16.2',
        '└─ OpBatcher acme-batcher   Ready                                12.4031 ETH   last batch 38s ago',
        '',
      ].map((line) => line.trimEnd()),
    );
  });

  it('says what is not fine and what to do, and leaves out what is', () => {
    const broken = network({
      phase: 'Invalid',
      conditions: [
        {
          type: 'ConfigurationValid',
          status: 'False',
          reason: 'ReferenceNotFound',
          message: 'Secret l1 does not exist. → create it',
          lastTransitionTime: since,
        },
        {
          type: 'Ready',
          status: 'False',
          reason: 'ReferenceNotFound',
          message: 'Secret l1 does not exist. → create it',
          lastTransitionTime: since,
        },
        { type: 'Orchestrated', status: 'True', reason: 'Reachable', message: 'Fine.', lastTransitionTime: since },
        { type: 'Degraded', status: 'False', reason: 'AsExpected', message: 'Fine.', lastTransitionTime: since },
        {
          type: 'Paused',
          status: 'True',
          reason: 'Paused',
          message: 'Paused. → opstack resume acme',
          lastTransitionTime: since,
        },
      ],
    });
    const lines = statusText([{ network: broken, components: [] }], view)
      .split('\n')
      .slice(3);
    expect(lines).toEqual([
      'OptimismNetwork acme: ConfigurationValid=False (ReferenceNotFound, for 2m)',
      '  Secret l1 does not exist. → create it',
      'OptimismNetwork acme: Paused=True (Paused, for 2m)',
      '  Paused. → opstack resume acme',
      '',
    ]);
  });

  it('shows the steps around the current one while a plan runs', () => {
    const text = statusText([{ network: network({ phase: 'Upgrading', plan: runningPlan }), components: [] }], view);
    expect(text).toContain('Plan 1f2e3d4c (upgrade): upgrade acme: u18 → u19 (3 steps)');
    expect(text).toContain(
      '1 of 3 steps done, approved by ana (Kubernetes), workflow optimismnetwork/prod/chains/acme/upgrade-7',
    );
    expect(text).toMatch(/02-await-node-synced\/acme-replica +Waiting +3m57s +1,204 blocks behind/);
  });

  it('does not repeat for each component that the network is on its way', () => {
    const onItsWay = {
      type: 'Ready',
      status: 'False',
      reason: 'Progressing',
      message: 'The network is Upgrading.',
      lastTransitionTime: since,
    } as const;
    const progressing = { ...onItsWay, type: 'Progressing', status: 'True', reason: 'Upgrading' } as const;
    const node = component('OpNode', 'acme-sequencer', { phase: 'Progressing', conditions: [onItsWay] });
    const text = statusText(
      [{ network: network({ phase: 'Upgrading', conditions: [progressing] }), components: [node] }],
      view,
    );
    expect(text).not.toContain('The network is Upgrading');
  });

  it('says when numbers are old', () => {
    const old = network({ phase: 'Ready', health: { updatedAt: '2026-11-22T11:00:00Z' } });
    expect(statusText([{ network: old, components: [] }], view)).toContain('measured 1h ago');
  });

  it('shows a network that nobody has looked at yet', () => {
    expect(statusText([{ network: network(), components: [component('OpBatcher', 'b', undefined)] }], view)).toMatch(
      /acme +Pending/,
    );
  });

  it('names the namespace when there are several', () => {
    expect(statusText([tree], { ...view, withNamespace: true })).toContain('chains/acme');
  });

  it('says that there is nothing', () => {
    expect(statusText([], view)).toBe('No OptimismNetwork found.\n');
  });
});

describe('what status ends with', () => {
  const code = (status: Parameters<typeof network>[0]) =>
    statusExitCode([{ network: network(status), components: [] }]);

  it.each([
    [{ phase: 'Ready' }, EXIT.ok, 'fine'],
    [{ phase: 'Installing', plan: runningPlan }, EXIT.ok, 'a plan that runs'],
    [{ phase: 'AwaitingApproval', plan: waitingPlan }, EXIT.waitingForApproval, 'a plan that waits'],
    [{ phase: 'Halted', plan: runningPlan }, EXIT.degraded, 'a plan that halted'],
    [{ phase: 'Invalid' }, EXIT.degraded, 'a spec that is wrong'],
  ] as const)('%j → %i: %s', (status, expected, _) => {
    expect(code(status)).toBe(expected);
  });

  it('is degraded when a component is, whatever waits', () => {
    const bad = component('OpBatcher', 'b', { phase: 'Degraded' });
    const waiting = network({ phase: 'AwaitingApproval', plan: waitingPlan });
    expect(statusExitCode([{ network: waiting, components: [bad] }])).toBe(EXIT.degraded);
  });

  it('is degraded by its condition in any phase', () => {
    const conditions = [
      { type: 'Degraded', status: 'True', reason: 'L1Unavailable', message: '', lastTransitionTime: since },
    ] as const;
    expect(code({ phase: 'Ready', conditions: [...conditions] })).toBe(EXIT.degraded);
  });
});

describe('opstack plan', () => {
  it('shows all steps and the commands to decide', () => {
    const lines = planLines(network({ phase: 'AwaitingApproval', plan: waitingPlan }), view, { compact: false });
    expect(lines.slice(0, 4)).toEqual([
      'Plan 1f2e3d4c (upgrade): upgrade acme: u18 → u19 (3 steps)',
      '  3 steps, waits for approval, expires in 23h50m',
      '  → opstack approve acme 1f2e3d4c -n chains',
      '  → opstack reject acme 1f2e3d4c -n chains',
    ]);
    expect(lines).toHaveLength(9);
  });

  it('shows what changes before the steps: every object, fields as they are and will be, restarts, warnings, the gap', () => {
    const object = network({ phase: 'AwaitingApproval', plan: { ...waitingPlan, gapExpectedSeconds: 15 } });
    expect(planLines(object, view, { compact: false, whole: { plan: wholePlan } })).toEqual([
      'Plan 1f2e3d4c (upgrade): upgrade acme: u18 → u19 (3 steps)',
      '  3 steps, waits for approval, expires in 23h50m',
      '  about 15 s without new blocks, as far as can be foreseen',
      '  → opstack approve acme 1f2e3d4c -n chains',
      '  → opstack reject acme 1f2e3d4c -n chains',
      '',
      '  ! half of the sequencing window is left',
      '',
      '  ~ StatefulSet/acme-batcher  spec.template.spec.containers[op-batcher].env[OP_BATCHER_MAX_CHANNEL_DURATION]: "1" → "3"  restarts pods',
      '  ~ StatefulSet/acme-replica',
      '      spec.replicas: "1" → "2"',
      '      metadata.labels.team: absent → "chains"',
      '  + Service/acme-replica-rpc',
      '  - NetworkPolicy/acme-old',
      '',
      expect.stringMatching(/STEP +STATE/),
      ...Array.from({ length: 3 }, () => expect.stringMatching(/Pending/)),
    ]);
  });

  it('says so when the whole plan is not to be had, and shows what status has', () => {
    const counts = { creates: 1, changes: 2, deletes: 0, restarts: 1 };
    const object = network({ plan: { ...waitingPlan, counts, warnings: ['be careful'] } });
    const lines = planLines(object, view, { compact: false, whole: { missing: 'ConfigMap acme-plan is missing.' } });
    expect(lines.slice(2, 7)).toEqual([
      '',
      '  ! be careful',
      '',
      '  ConfigMap acme-plan is missing.',
      '  objects: 1 created, 2 changed, 0 deleted; pods of 1 restart',
    ]);
  });

  it('says that nobody vouches for an approver who is only claimed', () => {
    const claimed = { ...runningPlan, approval: { by: 'eve', at: since, via: 'Temporal' as const, verified: false } };
    expect(planLines(network({ plan: claimed }), view, { compact: false })[1]).toContain(
      'approved by eve (Temporal, claimed)',
    );
  });

  it('says in which window an approved plan starts, and how the approval is taken back', () => {
    const { workflowId: _, ...approved } = runningPlan;
    const window = { name: 'mornings', opensAt: '2026-11-23T09:00:00Z', closesAt: '2026-11-23T12:00:00Z' };
    const plan = { ...approved, window, steps: waitingPlan.steps };
    const lines = planLines(network({ phase: 'AwaitingWindow', plan }), view, { compact: false });
    expect(lines.slice(1, 3)).toEqual([
      '  3 steps, approved by ana (Kubernetes), starts in window mornings at 2026-11-23T09:00:00Z',
      '  → opstack reject acme 1f2e3d4c -n chains',
    ]);
  });

  it('says until when a repair is held back, who undoes it, and how it is made at once', () => {
    const held = {
      until: '2026-11-22T12:05:00Z',
      why: 'scaler keeps changing spec.replicas of StatefulSet/acme: tell it',
    };
    const { workflowId: _, ...approved } = runningPlan;
    const plan = { ...approved, kind: 'drift' as const, held };
    const lines = planLines(network({ phase: 'Repairing', plan }), view, { compact: false });
    expect(lines).toContain(`  held back until ${held.until}: ${held.why}`);
    expect(lines).toContain('  → opstack retry acme -n chains makes it now');
  });

  it('says that there is none', () => {
    expect(planLines(network(), view, { compact: false })[0]).toContain('No plan: acme is as desired');
  });
});

describe('numbers and texts', () => {
  it.each([
    [0, '0s'],
    [38, '38s'],
    [250, '4m10s'],
    [3600, '1h'],
    [10_920, '3h2m'],
    [187_200, '2d4h'],
    [-5, '0s'],
  ])('%i s is %s', (seconds, text) => {
    expect(shortDuration(seconds)).toBe(text);
  });

  it.each([
    ['0', '0 ETH'],
    ['12403100000000000000', '12.4031 ETH'],
    ['99999999999999', '0 ETH'],
    ['1234000000000000000000', '1,234 ETH'],
    ['50000000000000000', '0.05 ETH'],
  ])('%s wei is %s', (wei, text) => {
    expect(ether(wei)).toBe(text);
  });

  it('keeps columns straight when texts are coloured', () => {
    const coloured = columns(
      ['A', 'B'],
      [
        [painter(true)('green', 'x'), '1'],
        ['long', '2'],
      ],
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are what this is about
    const visible = coloured.replaceAll(/\u001b\[\d+m/g, '').split('\n');
    expect(visible.map((line) => line.indexOf('1')).filter((at) => at >= 0)).toEqual(
      visible.map((line) => line.indexOf('2')).filter((at) => at >= 0),
    );
  });

  it('writes JSON and YAML that say the same', () => {
    expect(JSON.parse(serialise({ a: [1] }, 'json'))).toEqual({ a: [1] });
    expect(serialise({ a: [1] }, 'yaml')).toBe('a:\n  - 1\n');
  });
});
