/**
 * Histories of real runs, of every supported release, against the workflows as they are now. A history that no longer
 * fits means: every workflow of that kind that runs anywhere gets stuck at the update. Use `patched()`.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { PAYLOAD_CONVERTER_PATH } from '../../src/worker/temporal.ts';
import { bundleWorkflows } from '../../src/worker/worker.ts';

const FOLDER = join(import.meta.dirname, 'histories');

interface Recorded {
  readonly workflowId: string;
  readonly history: { readonly events: Record<string, unknown>[] };
}

const files = globSync('*/*.json', { cwd: FOLDER }).sort();

function recorded(file: string): Recorded {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recorded;
}

let bundle: WorkflowBundleOption;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundle = await bundleWorkflows();
}, 120_000);

function replay({ workflowId, history }: Recorded, workflowBundle = bundle): Promise<void> {
  const options = { workflowBundle, dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH } };
  return Worker.runReplayHistory(options, history, workflowId);
}

/** The bundle with one place in its code replaced; fails when the place is not there any more. */
function mutated(from: string, to: string): WorkflowBundleOption {
  if (!('code' in bundle)) throw new Error('the bundle is a file');
  expect(bundle.code).toContain(from);
  return { ...bundle, code: bundle.code.replace(from, to) };
}

describe('recorded workflows', () => {
  it('are there for installs, changes, an approval, a halt and a teardown', () => {
    const scenarios = new Set(files.map((file) => basename(file, '.json')));
    expect([...scenarios]).toEqual(
      expect.arrayContaining([
        'change-approved-halted-retried',
        'change-gate-skipped',
        'change-halted',
        'entity-awaiting-approval',
        'entity-whole-life',
        'install',
        'teardown',
      ]),
    );
  });

  it.each(files.map((file) => [`${basename(file, '.json')} of ${dirname(file)}`, file]))(
    '%s goes on with today’s code',
    async (_, file) => {
      await replay(recorded(file));
    },
  );
});

describe('the replay notices', () => {
  const install = () => recorded(files.find((file) => file.endsWith('/install.json')) ?? '');

  it('an executor that takes the steps in another order', async () => {
    const backwards = mutated('input.plan.steps.entries()', '[...input.plan.steps.entries()].reverse()');
    await expect(replay(install(), backwards)).rejects.toThrow(/[Nn]ondeterminism/);
  });

  it('a step that has another activity than it had', async () => {
    const { workflowId, history } = install();
    const text = JSON.stringify(history).replaceAll('"name":"startSequencer"', '"name":"stopSequencer"');
    const other = { workflowId, history: JSON.parse(text) as Recorded['history'] };
    expect(other.history).not.toEqual(history);
    await expect(replay(other)).rejects.toThrow(/[Nn]ondeterminism/);
  });
});
