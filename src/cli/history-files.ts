/**
 * Histories in files: as `temporal workflow show --output json` and the Temporal UI write them, or with their workflow's
 * id as in test/replay/histories.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { RecordedWorkflow } from '../worker/replay/replay-histories.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** One after the other, read when it is asked for; @throws CliError that names the file which holds no history */
export async function* historiesIn(paths: readonly string[]): AsyncGenerator<RecordedWorkflow, void, undefined> {
  for (const path of paths) for (const file of await filesOf(path)) yield await historyIn(file);
}

/** The file itself, or every JSON file below the folder. */
async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path).catch((error: unknown) => unreadable(path, error))).isDirectory()) return [path];
  const files = (await readdir(path, { recursive: true })).filter((file) => file.endsWith('.json')).sort();
  return files.length > 0 ? files.map((file) => join(path, file)) : unreadable(path, 'no .json file is below it');
}

async function historyIn(file: string): Promise<RecordedWorkflow> {
  try {
    const written: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { workflowId, history = written } = written as { workflowId?: unknown; history?: unknown };
    // A history does not say whose it is; none of our workflows asks.
    return { workflowId: typeof workflowId === 'string' ? workflowId : file, history: historyFromJSON(history) };
  } catch (error) {
    return unreadable(file, error);
  }
}

function unreadable(path: string, reason: unknown): never {
  throw new CliError(
    {
      what: `There is no history in ${path}`,
      why: reason instanceof Error ? reason.message : String(reason),
      next: 'temporal workflow show -w <workflow id> --output json > <file> writes one',
      exitCode: EXIT.usage,
    },
    { cause: reason },
  );
}
