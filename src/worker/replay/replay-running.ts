/**
 * What a worker replays before it polls: running workflows of its queue that other code has run last. Those that the
 * same bundle has run fit it: whoever completes a task of a workflow has replayed it, or has run it from its beginning.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { WorkflowBundle } from '@temporalio/worker';
import { type Replayed, replayHistories } from './replay-histories.ts';
import { historiesOf, lastBuildId, workflowQuery } from './temporal-histories.ts';
import { buildIdOf } from './workflow-bundle.ts';

export interface ReplayRunningOptions {
  readonly client: Client;
  readonly cluster: string;
  readonly bundle: WorkflowBundle;
  /** Aborts when there is no more time: what is left then counts as not replayed. */
  readonly enough: AbortSignal;
}

export interface ReplayedRunning {
  readonly running: number;
  readonly replayed: number;
  /** Not looked at: there was no time. */
  readonly left: number;
  /** The first that does not fit; nothing is replayed after it. */
  readonly misfit?: Replayed & Required<Pick<Replayed, 'misfit'>>;
}

/** @throws when Temporal does not answer */
export async function replayRunning(options: ReplayRunningOptions): Promise<ReplayedRunning> {
  const { client, cluster, bundle, enough } = options;
  const running: WorkflowExecutionInfo[] = [];
  for await (const workflow of client.workflow.list({ query: workflowQuery({ cluster }) })) running.push(workflow);
  const own = buildIdOf(bundle);
  let seen = 0;
  let replayed = 0;
  const ranByOthers = async function* () {
    for (const workflow of running) {
      if (enough.aborted) return;
      seen += 1;
      const buildId = await lastBuildId(client, workflow);
      // Without one it has not run yet.
      if (buildId !== undefined && buildId !== own) yield workflow;
    }
  };
  for await (const result of replayHistories(historiesOf(client, ranByOthers()), bundle)) {
    replayed += 1;
    const { misfit } = result;
    if (misfit)
      return { running: running.length, replayed, left: running.length - seen, misfit: { ...result, misfit } };
  }
  return { running: running.length, replayed, left: running.length - seen };
}
