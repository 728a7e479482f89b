/** Replays histories against a bundle, one after the other: for `opstack replay`, for workers before they poll, for tests. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { type ReplayWorkerOptions, Worker, type WorkflowBundle } from '@temporalio/worker';
import { PAYLOAD_CONVERTER_PATH } from '../temporal.ts';
import { type HistoryStep, stepsIn, upTo, workflowTypeOf } from './history-steps.ts';
import type { Misfit } from './misfit.ts';
import { type Mismatch, readReplayFailure } from './replay-failure.ts';

export interface RecordedWorkflow {
  readonly workflowId: string;
  readonly runId?: string;
  readonly history: History;
}

export interface Replayed {
  readonly workflowId: string;
  readonly runId?: string;
  readonly type: string;
  /** Absent: it goes on with this code. */
  readonly misfit?: Misfit;
}

/**
 * Yields one result for each history, and asks for the next one only then: never more than one is in memory.
 * @throws when the bundle is none, or the source throws
 */
export async function* replayHistories(
  recorded: AsyncIterable<RecordedWorkflow>,
  bundle: WorkflowBundle,
): AsyncGenerator<Replayed, void, undefined> {
  const source = recorded[Symbol.asyncIterator]();
  try {
    let current = await source.next();
    // The worker that replays costs 100 ms, which the start of an operator without workflows need not have.
    if (current.done) return;
    const pushed = async function* () {
      for (; !current.done; current = await source.next()) yield current.value;
    };
    for await (const { error } of Worker.runReplayHistories(replayOptions(bundle), pushed())) {
      if (current.done) return;
      const { workflowId, runId, history } = current.value;
      yield {
        workflowId,
        ...(runId === undefined ? {} : { runId }),
        type: workflowTypeOf(history),
        ...(error ? { misfit: await explain(error, current.value, bundle) } : {}),
      };
    }
  } finally {
    await source.return?.();
  }
}

function replayOptions(workflowBundle: WorkflowBundle): ReplayWorkerOptions {
  return { workflowBundle, dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH } };
}

async function explain(error: Error, recorded: RecordedWorkflow, bundle: WorkflowBundle): Promise<Misfit> {
  const failure = readReplayFailure(error);
  const step = failure.mismatch && (await stepOf(failure.mismatch, recorded, bundle));
  return { ...failure, ...(step ? { step } : {}) };
}

async function stepOf(
  mismatch: Mismatch,
  recorded: RecordedWorkflow,
  bundle: WorkflowBundle,
): Promise<HistoryStep | undefined> {
  const steps = stepsIn(recorded.history);
  switch (mismatch.by) {
    case 'id':
      return steps.find(({ id }) => id === mismatch.had);
    case 'event':
      return steps.find(({ eventId }) => eventId === mismatch.eventId);
    case 'type':
      return firstThatFails(
        steps.filter(({ type }) => type === mismatch.had),
        recorded,
        bundle,
      );
  }
}

/** The SDK names only the type. Whichever ends the shortest beginning of the history that does not fit is the one. */
async function firstThatFails(
  candidates: readonly HistoryStep[],
  { workflowId, history }: RecordedWorkflow,
  bundle: WorkflowBundle,
): Promise<HistoryStep | undefined> {
  let first = 0;
  let last = candidates.length - 1;
  while (first < last) {
    const middle = Math.floor((first + last) / 2);
    const fits = await Worker.runReplayHistory(
      replayOptions(bundle),
      upTo(history, candidates[middle]?.eventId ?? 0),
      workflowId,
    ).then(
      () => true,
      () => false,
    );
    if (fits) first = middle + 1;
    else last = middle;
  }
  return candidates[last];
}
