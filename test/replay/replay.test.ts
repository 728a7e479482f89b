/**
 * Histories of real runs, of every supported release, against the workflows as they are now. A history that no longer
 * fits means: every workflow of that kind that runs anywhere gets stuck at the update. Use `patched()`.
 */
import { basename, dirname } from 'node:path';
import type { WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { upTo } from '../../src/worker/replay/history-steps.ts';
import { misfitText } from '../../src/worker/replay/misfit.ts';
import { installQuietRuntime } from '../../src/worker/replay/quiet-runtime.ts';
import { type RecordedWorkflow, type Replayed, replayHistories } from '../../src/worker/replay/replay-histories.ts';
import { bundleWorkflows } from '../../src/worker/replay/workflow-bundle.ts';
import { backwards, historyFiles, mutated, recordedHistory } from './recorded-histories.ts';

let bundle: WorkflowBundle;
let results: Replayed[];
beforeAll(async () => {
  installQuietRuntime();
  bundle = await bundleWorkflows();
  results = await replayed(historyFiles.map((file) => recordedHistory(file)));
}, 120_000);

async function replayed(recorded: readonly RecordedWorkflow[], code = bundle): Promise<Replayed[]> {
  const results: Replayed[] = [];
  const source = async function* () {
    yield* recorded;
  };
  for await (const result of replayHistories(source(), code)) results.push(result);
  return results;
}

/** Why a history does not fit, as people read it; undefined when it does. */
async function misfitOf(recorded: RecordedWorkflow, code = bundle): Promise<string | undefined> {
  const [result] = await replayed([recorded], code);
  return result?.misfit && misfitText(result.misfit);
}

function scenario(name: string, change?: (text: string) => string): RecordedWorkflow {
  return recordedHistory(historyFiles.find((file) => file.endsWith(`/${name}.json`)) ?? '', change);
}

describe('recorded workflows', () => {
  it('are there for installs, changes, upgrades, ways back, hand-overs, repairs, forks and a teardown', () => {
    const scenarios = new Set(historyFiles.map((file) => basename(file, '.json')));
    expect([...scenarios]).toEqual(
      expect.arrayContaining([
        'change-approved-halted-retried',
        'change-gate-skipped',
        'change-halted',
        'drift-repaired',
        'entity-awaiting-approval',
        'entity-rolled-back',
        'entity-whole-life',
        'fork-passed',
        'fork-waits',
        'hand-over',
        'install',
        'rollback',
        'teardown',
        'upgrade-approved',
        'upgrade-rolled-back',
      ]),
    );
  });

  it.each(historyFiles.map((file, index) => [`${basename(file, '.json')} of ${dirname(file)}`, index] as const))(
    '%s goes on with today’s code',
    (_, index) => {
      expect(results[index]).toBeDefined();
      expect(results[index]?.misfit).toBeUndefined();
    },
  );
});

describe('a change of the executor', () => {
  const plans = historyFiles.filter((file) => !basename(file).startsWith('entity-'));

  it.each(plans)('is noticed in %s', async (file) => {
    expect(await misfitOf(recordedHistory(file), backwards(bundle))).toMatch(/^step 01-\S+ \(\w+\), event 5: /);
  });
});

describe('the replay names the step', () => {
  it('when steps are taken in another order', async () => {
    expect(await misfitOf(scenario('install'), backwards(bundle))).toBe(
      'step 01-await-config-matches-chain/devnet (awaitGate), event 5: the history has 01-await-config-matches-chain/devnet, this version does 12-await-node-synced/devnet-replica',
    );
  });

  it('when one has another activity, the last of its type', async () => {
    const other = mutated(bundle, '[step.type];', "[index === 11 ? 'storeConfig' : step.type];");
    expect(await misfitOf(scenario('install'), other)).toMatch(
      /^step 12-await-node-synced\/devnet-replica \(awaitGate\), event \d+: the history has awaitGate, this version does storeConfig$/,
    );
  });

  it('when the workflow ends before it', async () => {
    const short = mutated(bundle, 'input.plan.steps.entries()', '[...input.plan.steps.entries()].slice(0, 4)');
    expect(await misfitOf(scenario('install'), short)).toMatch(
      /^step 05-\S+ \(\w+\), event 29: the history has ActivityTaskScheduled, this version does Complete workflow$/,
    );
  });

  it('when nothing is done in its place, and it still runs', async () => {
    const { workflowId, history } = scenario('install');
    const silent = mutated(
      bundle,
      'const outcome = await runSteps(run);',
      'const outcome = await new Promise(() => {});',
    );
    expect(await misfitOf({ workflowId, history: upTo(history, 5) }, silent)).toBe(
      'step 01-await-config-matches-chain/devnet (awaitGate), event 5: the history has ActivityTaskScheduled, this version does nothing',
    );
  });

  it('when an entity starts its plan under another type', async () => {
    const other = scenario('entity-awaiting-approval', (text) =>
      text.replaceAll('"name": "rollout"', '"name": "upgrade"'),
    );
    expect(await misfitOf(other)).toMatch(
      /^step \S+\/install-1 \(upgrade\), event 29: the history has upgrade, this version does rollout$/,
    );
  });
});

describe('the replay', () => {
  it('says where code throws', async () => {
    const broken = mutated(bundle, 'const outcome = await runSteps(run);', "throw new Error('boo');");
    expect(await misfitOf(scenario('install'), broken)).toMatch(/^boo \(src\/workflows\/execute-plan\.ts:\d+:\d+\)$/);
  });

  it('says which type of workflow this version does not have', async () => {
    const [result] = await replayed([scenario('install', (text) => text.replaceAll('"rollout"', '"rollback"'))]);
    expect(result?.type).toBe('rollback');
    expect(result?.misfit?.kind).toBe('failure');
    expect(result?.misfit?.message).toContain("workflow of type 'rollback': no such function is exported");
  });

  it('goes on after one that does not fit', async () => {
    const other = scenario('teardown', (text) =>
      text.replaceAll('"name": "removeFinalizers"', '"name": "keepFinalizers"'),
    );
    const results = await replayed([scenario('install'), other, scenario('change-halted')]);
    expect(results.map(({ type, misfit }) => `${type} ${misfit ? 'fails' : 'fits'}`)).toEqual([
      'rollout fits',
      'teardown fails',
      'rollout fits',
    ]);
  });

  it('asks for the next history only when the one before is done', async () => {
    let asked = 0;
    const source = async function* () {
      for (; asked < 10; ) {
        asked += 1;
        yield scenario('change-halted');
      }
    };
    for await (const { misfit } of replayHistories(source(), bundle)) {
      expect(misfit).toBeUndefined();
      if (asked === 2) break;
    }
    expect(asked).toBe(2);
  });
});
