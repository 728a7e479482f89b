/** The histories in histories/, and bundles that do not fit them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type History, historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { WorkflowBundle } from '@temporalio/worker';
import type { RecordedWorkflow } from '../../src/worker/replay/replay-histories.ts';

export const HISTORIES = join(import.meta.dirname, 'histories');

/** `0.1.0/install.json` */
export const historyFiles: readonly string[] = globSync('*/*.json', { cwd: HISTORIES }).sort();

/** @param change what is to be another in the text of the file */
export function recordedHistory(file: string, change: (text: string) => string = (text) => text): RecordedWorkflow {
  const { workflowId, history } = JSON.parse(change(readFileSync(join(HISTORIES, file), 'utf8'))) as {
    workflowId: string;
    history: History;
  };
  return { workflowId, history: historyFromJSON(history) };
}

/** The bundle with one place in its code replaced; throws when the place is not there any more. */
export function mutated({ code }: WorkflowBundle, from: string, to: string): WorkflowBundle {
  if (!code.includes(from)) throw new Error(`the bundle has no ${from} any more`);
  return { code: code.replace(from, to) };
}

/** Steps in another order. */
export function backwards(bundle: WorkflowBundle): WorkflowBundle {
  return mutated(bundle, 'input.plan.steps.entries()', '[...input.plan.steps.entries()].reverse()');
}
