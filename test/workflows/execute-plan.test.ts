/** The interpreter of plans on a real Temporal server; its steps are played, since only their ends matter to it. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { PlanInput, PlanOutcome, StepInput, StepResult } from '../../src/contract/activities.ts';
import { CHILD_SIGNALS, type Move } from '../../src/contract/child-messages.ts';
import type { FailureType } from '../../src/contract/failures.ts';
import type { GateName, Step } from '../../src/contract/plan.ts';
import { bundleWorkflows } from '../../src/worker/replay/workflow-bundle.ts';
import { PAYLOAD_CONVERTER_PATH } from '../../src/worker/temporal.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';

const TASK_QUEUE = `execute-plan-${Math.random().toString(36).slice(2)}`;

type Play = (input: StepInput) => StepResult | Promise<StepResult>;
let play: Play = () => ({ message: 'done' });
/** Inputs of all attempts of the test, in order. */
let attempts: StepInput[] = [];

async function played(input: StepInput): Promise<StepResult> {
  attempts.push(input);
  return play(input);
}

let client: Client;
let stop: () => Promise<void>;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = inject('temporalAddress');
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflows(),
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
    activities: {
      awaitGate: played,
      startSequencer: played,
    },
  });
  const running = worker.run();
  const clientConnection = await Connection.connect({ address });
  client = new Client({
    connection: clientConnection,
    dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH },
  });
  stop = async () => {
    worker.shutdown();
    await running;
    await Promise.all([connection.close(), clientConnection.close()]);
  };
}, 120_000);
afterAll(() => stop(), 60_000);

beforeEach(() => {
  attempts = [];
});

function gate(number: number, name: GateName): Step {
  return {
    id: `0${number}-await-${name}/acme`,
    type: 'awaitGate',
    gates: [name],
    component: { kind: 'OpNode', name: 'acme' },
    summary: `gate ${name}`,
    limitSeconds: 60,
    safePointAfter: true,
  };
}

type Executor = WorkflowHandle<(input: PlanInput) => Promise<PlanOutcome>>;

let plans = 0;
function execute(...gates: GateName[]): Promise<Executor> {
  return executeSteps(...gates.map((name, index) => gate(index + 1, name)));
}

function executeSteps(...steps: Step[]): Promise<Executor> {
  return executePlanOf(steps);
}

function executePlanOf(steps: readonly Step[], more: Partial<PlanInput['plan']> = {}): Promise<Executor> {
  plans += 1;
  const input: PlanInput = {
    network: { cluster: 'test', namespace: 'chains', name: 'acme' },
    uid: 'uid',
    plan: {
      hash: '0'.repeat(64),
      kind: 'install',
      desiredRevision: 'r',
      wish: 'w',
      summary: 'install acme',
      steps,
      changes: [],
      gapExpectedSeconds: 0,
      warnings: [],
      renders: [],
      ...more,
    },
    approval: { by: 'policy', at: new Date().toISOString(), via: 'Policy', verified: true },
    paused: false,
  };
  return client.workflow.start('rollout', {
    taskQueue: TASK_QUEUE,
    workflowId: `${TASK_QUEUE}/install-${plans}`,
    args: [input],
  });
}

function say(executor: Executor, move: Move): Promise<void> {
  return executor.signal(CHILD_SIGNALS.move, move);
}

const skip = (name: GateName): Move => ({ type: 'skipGate', gate: name, by: 'ana', reason: 'I know better' });
const retry: Move = { type: 'retry', by: 'ana', reason: 'again' };

function fails(type: FailureType): never {
  throw ApplicationFailure.create({ type, message: `${type} of the test`, nonRetryable: true });
}

function waits(): never {
  throw ApplicationFailure.create({ type: 'NotReadyYet', message: 'not yet', nextRetryDelay: '100 ms' });
}

const attempted = (count: number) =>
  waitUntil(`attempt ${count}`, async () => (attempts.length >= count ? true : undefined), 30_000);

/** It waits for a word of somebody. */
async function halted(executor: Executor): Promise<void> {
  await waitUntil(
    'the plan stands still',
    async () => {
      const { raw } = await executor.describe();
      return (raw.pendingActivities ?? []).length === 0 && !raw.pendingWorkflowTask ? true : undefined;
    },
    30_000,
  );
}

describe('a plan', () => {
  it.each<FailureType>(['ReferenceChanged', 'ObjectLost', 'SequencerChanged', 'NetworkDeleted'])(
    'ends with a wish for another look when a step fails with %s',
    async (type) => {
      play = () => fails(type);
      const executor = await execute('engine-ready');
      expect(await executor.result()).toEqual({ outcome: 'lookAgain', message: `${type} of the test` });
    },
  );

  it('halts at any other failure, and tries the step again when somebody says so', async () => {
    play = () => fails('GateFailed');
    const executor = await execute('engine-ready');
    await attempted(1);
    await halted(executor);
    play = () => ({ message: 'done' });
    await say(executor, retry);
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts).toHaveLength(2);
  });
});

describe('a plan that is paused where it can not be left', () => {
  /** After the first of three gates, where the second has not begun. */
  async function pausedBetween(): Promise<Executor> {
    play = () => waits();
    const unsafe = { ...gate(1, 'engine-ready'), safePointAfter: false };
    const executor = await executeSteps(unsafe, gate(2, 'node-synced'), gate(3, 'sequencing'));
    await attempted(1);
    await say(executor, { type: 'pause', by: 'ana', reason: 'wait' });
    play = () => ({ message: 'done' });
    await halted(executor);
    return executor;
  }

  it('stands still although a newer revision comes, and ends at the next safe point when it is resumed', async () => {
    const executor = await pausedBetween();
    await say(executor, { type: 'supersede', by: 'operator', reason: 'a newer revision' });
    await halted(executor);
    expect(attempts.map(({ step }) => step.id).filter((id) => !id.startsWith('01-'))).toEqual([]);
    await say(executor, { type: 'resume', by: 'ana', reason: 'go on' });
    expect(await executor.result()).toEqual({ outcome: 'superseded', message: 'a newer revision' });
    expect(attempts.at(-1)?.step.id).toMatch(/^02-/);
  });

  it('goes on to the next safe point when it is aborted, and keeps the reason of that', async () => {
    const executor = await pausedBetween();
    await say(executor, { type: 'abort', by: 'ana', reason: 'wrong value' });
    await say(executor, { type: 'supersede', by: 'operator', reason: 'a newer revision' }).catch(() => undefined);
    expect(await executor.result()).toEqual({ outcome: 'aborted', message: 'wrong value' });
    expect(attempts.at(-1)?.step.id).toMatch(/^02-/);
  });
});

describe('a plan that is rolled back', () => {
  const component = { kind: 'OpNode', name: 'acme' } as const;
  const upgrade = { kind: 'upgrade', renders: [{ component, digest: 'new', from: 'old' }] } as const;
  const rollback: Move = { type: 'rollback', by: 'ana', reason: 'it is slow' };
  const start: Step = { ...gate(1, 'sequencing'), id: '01-start-sequencer/acme', type: 'startSequencer' };

  /** Its only step ends when somebody lets it. */
  async function saidDuringTheLast(end: () => StepResult): Promise<PlanOutcome> {
    let go = () => {};
    const ended = new Promise<void>((resolve) => {
      go = resolve;
    });
    play = async () => {
      await ended;
      return end();
    };
    const executor = await executePlanOf([start], upgrade);
    await attempted(1);
    await say(executor, rollback);
    go();
    return executor.result();
  }

  it('is not completed by its last step', async () => {
    expect(await saidDuringTheLast(() => ({ message: 'done' }))).toEqual({
      outcome: 'rolledBack',
      message: 'it is slow',
    });
  });

  it('is not forgotten where only another look helps', async () => {
    expect(await saidDuringTheLast(() => fails('SequencerChanged'))).toMatchObject({ outcome: 'rolledBack' });
  });

  it('ends before the step after which it would be on a chain of its own', async () => {
    const time = Math.floor(Date.now() / 1000) + 3;
    const back = { ...upgrade, rollsBack: true as const, pointOfNoReturn: { time, why: 'karst is active' } };
    play = async ({ step }) => {
      if (step.id.startsWith('01'))
        await waitUntil('its time', async () => Date.now() >= time * 1000 || undefined, 30_000);
      return { message: 'done' };
    };
    const executor = await executePlanOf([start, { ...start, id: '02-start-sequencer/acme' }], back);
    expect(await executor.result()).toMatchObject({
      outcome: 'superseded',
      message: 'karst is active: what ran before does not go with the chain any more',
    });
    expect(attempts).toHaveLength(1);
  });
});

describe('a word that a node is off', () => {
  const fenced: Move = { type: 'confirmFenced', node: 'other', by: 'ana', reason: 'no power' };
  const start: Step = { ...gate(1, 'sequencing'), id: '01-start-sequencer/acme', type: 'startSequencer' };

  it('is known to the step that has failed for want of it', async () => {
    play = ({ fencedNodes }) => (fencedNodes.length > 0 ? { message: 'done' } : fails('FencingRequired'));
    const executor = await executeSteps(start);
    await attempted(1);
    await halted(executor);
    await say(executor, fenced);
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.at(-1)?.fencedNodes).toMatchObject([{ node: 'other', by: 'ana', step: start.id }]);
  });

  it('counts also when it comes while the step still asks', async () => {
    let ask = () => {};
    const asks = new Promise<void>((resolve) => {
      ask = resolve;
    });
    play = async ({ fencedNodes }) => {
      if (fencedNodes.length > 0) return { message: 'done' };
      await asks;
      return fails('FencingRequired');
    };
    const executor = await executeSteps(start);
    await attempted(1);
    await say(executor, fenced);
    ask();
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts).toHaveLength(2);
  });
});

describe('what people say of one step', () => {
  const off = (node: string): Move => ({ type: 'confirmFenced', node, by: 'ana', reason: 'no power' });
  const giveUp: Move = { type: 'giveUpBlocks', above: 5000, by: 'ana', reason: 'the disk is lost' };
  const start: Step = { ...gate(1, 'sequencing'), id: '01-start-sequencer/acme', type: 'startSequencer' };
  const heard = ({ fencedNodes, givenUp = [] }: StepInput) => [
    ...fencedNodes.map(({ node }) => node),
    ...givenUp.map(({ above }) => above),
  ];

  it.each<[Step, Move[], Move]>([
    [gate(1, 'no-foreign-sequencer'), [off('acme'), off('foreign-batcher')], off('foreign-sequencer')],
    [gate(1, 'no-foreign-batcher'), [off('acme'), off('foreign-sequencer'), giveUp], off('foreign-batcher')],
    [gate(1, 'single-sequencer'), [off('foreign-sequencer'), giveUp], off('other')],
    [start, [off('foreign-sequencer'), off('foreign-batcher')], off('other')],
    [start, [off('foreign-sequencer')], giveUp],
    [gate(1, 'no-foreign-sequencer'), [off('other')], giveUp],
  ])('counts where it is what the step asks for: %#', async (step, refused, taken) => {
    play = (input) => (heard(input).length > 0 ? { message: 'done' } : waits());
    const executor = await executeSteps(step);
    await attempted(1);
    for (const move of refused) await say(executor, move);
    const before = attempts.length;
    await attempted(before + 2);
    expect(attempts.flatMap(heard)).toEqual([]);
    await say(executor, taken);
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.flatMap(heard)).toEqual([taken.type === 'giveUpBlocks' ? 5000 : 'node' in taken && taken.node]);
  });

  it('is forgotten when the step halts and somebody only says retry', async () => {
    play = (input) => fails(heard(input).length > 0 ? 'GateFailed' : 'FencingRequired');
    const executor = await executeSteps(start);
    await attempted(1);
    await halted(executor);
    await say(executor, off('b'));
    await attempted(2);
    await halted(executor);
    await say(executor, retry);
    await attempted(3);
    await halted(executor);
    expect(attempts.map(heard)).toEqual([[], ['b'], []]);
    await executor.terminate();
  });

  it('is added to when one word answers the halt after another: two machines may be off', async () => {
    play = (input) => (heard(input).length < 2 ? fails('FencingRequired') : { message: 'done' });
    const executor = await executeSteps(start);
    await attempted(1);
    await halted(executor);
    await say(executor, off('b'));
    await attempted(2);
    await halted(executor);
    await say(executor, off('c'));
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.map(heard)).toEqual([[], ['b'], ['b', 'c']]);
  });

  it('is known to the proof after a step that succeeded with it', async () => {
    play = (input) => (heard(input).length > 0 ? { message: 'done' } : fails('FencingRequired'));
    const executor = await executeSteps(start, gate(2, 'single-sequencer'));
    await attempted(1);
    await halted(executor);
    await say(executor, off('b'));
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.at(-1)).toMatchObject({ fencedNodes: [{ node: 'b', step: start.id }] });
  });
});

describe('a word that a gate is to be skipped', () => {
  it('counts for the gate that waits', async () => {
    play = ({ skippedGates }) => (skippedGates.length > 0 ? { message: 'skipped', skipped: true } : waits());
    const executor = await execute('node-synced');
    await attempted(2);
    await say(executor, skip('node-synced'));
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.at(-1)?.skippedGates).toEqual([{ gate: 'node-synced', by: 'ana', reason: 'I know better' }]);
  });

  it('counts for the gate that has failed', async () => {
    play = ({ skippedGates }) =>
      skippedGates.length > 0 ? { message: 'skipped', skipped: true } : fails('GateTimeout');
    const executor = await execute('node-synced');
    await attempted(1);
    await halted(executor);
    await say(executor, skip('node-synced'));
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts).toHaveLength(2);
  });

  it('is no word about a later gate', async () => {
    play = () => waits();
    const executor = await execute('node-synced', 'engine-ready');
    await attempted(1);
    await say(executor, skip('engine-ready'));
    play = () => ({ message: 'done' });
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.filter(({ skippedGates }) => skippedGates.length > 0)).toEqual([]);
  });

  it('counts for each of several gates of a step, one after the other', async () => {
    play = ({ skippedGates }) => (skippedGates.length === 2 ? { message: 'skipped', skipped: true } : waits());
    const executor = await executeSteps({
      ...gate(1, 'engine-ready'),
      gates: ['engine-ready', 'derivation-caught-up'],
    });
    await attempted(1);
    await say(executor, skip('derivation-caught-up'));
    await waitUntil('one is skipped', async () => attempts.at(-1)?.skippedGates.length === 1 || undefined, 30_000);
    await say(executor, skip('engine-ready'));
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.at(-1)?.skippedGates.map((said) => said.gate)).toEqual(['derivation-caught-up', 'engine-ready']);
  });

  it('is no word about a later gate of the same name', async () => {
    play = ({ skippedGates, step }) =>
      step.id.startsWith('01') && skippedGates.length === 0
        ? waits()
        : { message: 'done', skipped: skippedGates.length > 0 };
    const executor = await execute('node-synced', 'node-synced');
    await attempted(1);
    await say(executor, skip('node-synced'));
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    const skipped = attempts.filter(({ skippedGates }) => skippedGates.length > 0).map(({ step }) => step.id);
    expect(skipped).toEqual(['01-await-node-synced/acme']);
  });

  it('passes no gate that guards against two of what there must be one of', async () => {
    play = () => waits();
    const executor = await execute('no-foreign-batcher');
    await attempted(1);
    await say(executor, skip('no-foreign-batcher'));
    const before = attempts.length;
    await attempted(before + 2);
    expect(attempts.filter(({ skippedGates }) => skippedGates.length > 0)).toEqual([]);
    await executor.terminate();
  });

  it('is used up by a step that fails although it was skipped: the plan halts, and a retry asks the gate', async () => {
    play = ({ skippedGates }) => (skippedGates.length > 0 ? fails('NotSupportedYet') : waits());
    const executor = await execute('node-synced');
    await attempted(1);
    await say(executor, skip('node-synced'));
    await waitUntil('the step was skipped', async () => attempts.at(-1)?.skippedGates.length, 30_000);
    await halted(executor);
    play = () => ({ message: 'done' });
    await say(executor, retry);
    expect(await executor.result()).toMatchObject({ outcome: 'completed' });
    expect(attempts.filter(({ skippedGates }) => skippedGates.length > 0)).toHaveLength(1);
    expect(attempts.at(-1)?.skippedGates).toEqual([]);
  });
});
