import { describe, expect, it } from 'vitest';
import { entityDetails } from '../../src/status/entity-details.ts';
import { passGateCommands } from '../../src/status/operator-commands.ts';
import { MAX_DETAILS_CHARACTERS, stepTable } from '../../src/status/step-table.ts';
import { gateStep, network, plan, planHash, report, step } from './example-plan.ts';

const createdAt = '2026-11-22T12:00:00Z';

describe('the page of a plan', () => {
  it('shows each step, its state, since when, and the last words', () => {
    const table = stepTable({
      network,
      plan: plan(),
      paused: false,
      progress: [
        {
          id: step(1).id,
          state: 'Done',
          startedAt: '2026-11-22T12:00:00.000Z',
          finishedAt: '2026-11-22T12:00:03.500Z',
          message: '3 objects applied',
        },
        { id: gateStep(2, 'sequencing').id, state: 'Waiting', startedAt: '2026-11-22T12:00:04Z' },
      ],
    });
    expect(table.split('\n')).toEqual([
      '**install acme: sequencer, batcher (3 steps)**',
      '',
      'plan `1f2e3d4c`',
      '',
      '| | step | state | since | |',
      '|---|---|---|---|---|',
      '| 01 | apply OpNode acme-sequencer | done | 12:00:03Z | 3 objects applied |',
      '| 02 | wait until sequencing | **waiting** | 12:00:04Z | limit 1800 s |',
      '| 03 | wait until no-foreign-batcher | – |  |  |',
      '',
      '```',
      '# go on without this gate (is recorded)',
      'opstack skip-gate acme sequencing --reason "…" -n chains',
      '```',
    ]);
  });

  it('offers retry and abort at a failed step, and never to skip a gate that guards against two of one thing', () => {
    const table = stepTable({
      network,
      plan: plan(),
      paused: false,
      progress: [
        { id: '1', state: 'Done' },
        { id: '2', state: 'Done' },
        { id: '3', state: 'Failed', message: 'somebody | else sends\nbatches' },
      ],
    });
    expect(table).toContain('somebody \\| else sends batches');
    expect(table).toContain('opstack retry acme -n chains');
    expect(table).toContain('opstack abort acme -n chains');
    expect(table).toContain('# only when no other batcher of this chain runs, for certain');
    expect(table).toContain('opstack confirm-fenced acme foreign-batcher --reason "…" -n chains');
    expect(table).not.toContain('skip-gate');
  });

  it('names nobody to vouch for where only the step knows who does not answer', () => {
    expect(passGateCommands(network, ['sequencing', 'single-sequencer']).map(([, command]) => command)).toEqual([
      'opstack skip-gate acme sequencing --reason "…" -n chains',
    ]);
  });

  it('gives the commands to approve and reject, also for people who have only the Temporal CLI', () => {
    const table = stepTable({
      network,
      plan: plan(),
      progress: [],
      paused: false,
      awaitingApproval: { expiresAt: createdAt },
    });
    expect(table).toContain('**waiting for approval** until 2026-11-22T12:00:00Z');
    expect(table).toContain('opstack approve acme 1f2e3d4c -n chains');
    expect(table).toContain('opstack reject acme 1f2e3d4c -n chains');
    expect(table).toContain(
      `temporal workflow signal -w optimismnetwork/prod/chains/acme --name approve --input '{"plan":"1f2e3d4c","approver":"you"}'`,
    );
  });

  it('says in which window an approved plan starts, and how the approval is taken back', () => {
    const details = entityDetails(
      network,
      report({
        phase: 'AwaitingWindow',
        plan: {
          plan: plan(),
          createdAt,
          approval: { by: 'ana', at: createdAt, via: 'Kubernetes', verified: true },
          window: { name: 'mornings', opensAt: '2026-11-30T09:00:00Z', closesAt: '2026-11-30T12:00:00Z' },
        },
      }),
    );
    expect(details).toContain('An approved plan starts when its window opens.');
    expect(details).toContain('approved by ana, **starts in window mornings at 2026-11-30T09:00:00Z**');
    expect(details).toContain('# take the approval back\nopstack reject acme 1f2e3d4c -n chains');
  });

  it('keeps within the limit of the server, around the current step', () => {
    const steps = Array.from({ length: 400 }, (_, n) =>
      step(n, { id: `step-${n}`, summary: `${n} ${'→'.repeat(80)}` }),
    );
    const progress = steps.map(({ id }, n) => ({ id, state: n < 200 ? ('Done' as const) : ('Pending' as const) }));
    const table = stepTable({ network, plan: plan({ steps }), progress, paused: false });
    expect(table.length).toBeLessThanOrEqual(MAX_DETAILS_CHARACTERS);
    expect(Buffer.byteLength(table)).toBeGreaterThan(5_000);
    expect(table).toContain('| 201 |');
    expect(table).toMatch(/\| … \| \d+ steps before/);
    expect(table).toMatch(/\| … \| \d+ steps after/);
  });
});

describe('the page of a network', () => {
  it('says the phase and what is wrong with the way out', () => {
    const problem = {
      type: 'ChainMismatch',
      message: 'L1 chain id is 1, spec says 5',
      fix: 'correct spec.l1',
      object: 'OptimismNetwork/acme',
    } as const;
    const page = entityDetails(network, report({ phase: 'Invalid', problems: [problem] }));
    expect(page).toContain('**chains/acme: Invalid**');
    expect(page).toContain('- **ChainMismatch** OptimismNetwork/acme: L1 chain id is 1, spec says 5 → correct spec.l1');
  });

  it('shows a plan that waits with its changes and commands', () => {
    const page = entityDetails(network, report({ phase: 'AwaitingApproval', plan: { plan: plan(), createdAt } }));
    expect(page).toContain('opstack approve acme 1f2e3d4c -n chains');
    expect(page).toContain('- create StatefulSet/acme-sequencer');
  });

  it('shows fields as they are and as they will be, or only which, where there are too many', () => {
    const change = (n: number, length: number) => ({
      component: { kind: 'OpBatcher', name: 'acme-batcher' } as const,
      object: `StatefulSet/acme-batcher-${n}`,
      action: 'change' as const,
      fields: [
        { path: 'spec.replicas', from: '1', to: '3' },
        { path: 'metadata.labels.team', to: 'x'.repeat(length) },
      ],
      restartsPods: true,
    });
    const shown = (changes: ReturnType<typeof change>[]) =>
      entityDetails(network, report({ phase: 'AwaitingApproval', plan: { plan: plan({ changes }), createdAt } }));
    expect(shown([change(0, 1)])).toContain(
      '- change StatefulSet/acme-batcher-0 (restarts pods): `spec.replicas: "1" → "3"`, `metadata.labels.team: absent → "x"`',
    );
    const many = shown(Array.from({ length: 30 }, (_, n) => change(n, 400)));
    expect(many).toContain(
      '- change StatefulSet/acme-batcher-0 (restarts pods): `spec.replicas`, `metadata.labels.team`',
    );
    expect(many.length).toBeLessThanOrEqual(MAX_DETAILS_CHARACTERS);
  });

  it('links the workflow of a plan that runs instead of repeating its steps', () => {
    const workflowId = 'optimismnetwork/prod/chains/acme/rollout-1';
    const page = entityDetails(network, report({ phase: 'Installing', plan: { plan: plan(), createdAt, workflowId } }));
    expect(page).toContain(`is executed by workflow \`${workflowId}\``);
    expect(page).not.toContain('| 01 |');
  });

  it('says where a plan halted and what can be done', () => {
    const halted = {
      step: gateStep(2, 'sequencing').id,
      problem: { type: 'GateTimeout', message: 'no block', fix: 'look' },
    } as const;
    const page = entityDetails(
      network,
      report({ phase: 'Halted', plan: { plan: plan(), createdAt, workflowId: 'w' }, halted }),
    );
    expect(page).toContain('**Halted at 02-await-sequencing/acme**: no block → look');
    expect(page).toContain('opstack skip-gate acme sequencing');
  });

  it('keeps within the limit with a large plan, many changes and long problems', () => {
    const long = 'words '.repeat(200);
    const steps = Array.from({ length: 300 }, (_, n) => step(n));
    const change = { ...plan().changes[0], fields: [{ path: `spec.${long}` }] } as ReturnType<
      typeof plan
    >['changes'][number];
    const page = entityDetails(
      network,
      report({
        phase: 'AwaitingApproval',
        problems: Array.from({ length: 9 }, () => ({ type: 'InvalidSpec', message: long, fix: long }) as const),
        plan: { plan: plan({ steps, changes: Array.from({ length: 100 }, () => change), hash: planHash }), createdAt },
      }),
    );
    expect(page.length).toBeLessThanOrEqual(MAX_DETAILS_CHARACTERS);
    expect(page).toContain('opstack approve acme');
    expect(page).toContain('| 01 |');
  });
});
