/** A worker whose code does not fit a running workflow does not poll: that workflow would get stuck at its next task. */
import type { Logger } from 'pino';
import { MISFIT_FIX, misfitText } from './misfit.ts';
import { type ReplayRunningOptions, replayRunning } from './replay-running.ts';

/** With a thousand networks an update need not wait for all of them: what does not fit shows in the first hundreds. */
const LONGEST_MS = 60_000;

export interface ReplayBeforePollingOptions extends Omit<ReplayRunningOptions, 'enough'> {
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * @returns why the worker must not poll, and what to do; undefined: it may
 * @throws when Temporal does not answer
 */
export async function replayBeforePolling(options: ReplayBeforePollingOptions): Promise<string | undefined> {
  const { logger, signal } = options;
  const from = performance.now();
  const enough = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const { running, replayed, left, misfit } = await replayRunning({ ...options, enough });
  const facts = { running, replayed, milliseconds: Math.round(performance.now() - from) };
  if (misfit) {
    const { workflowId, runId, type } = misfit;
    const reason = misfitText(misfit.misfit);
    logger.error({ ...facts, workflowId, runId, workflowType: type, reason }, 'Running workflow does not fit');
    return `workflow ${workflowId} (${type}) does not fit this version: ${reason}; ${MISFIT_FIX}; it is replayed again every minute`;
  }
  if (left > 0 && !signal.aborted)
    logger.warn({ ...facts, notReplayed: left }, 'Polled before all running workflows were replayed');
  else if (replayed > 0) logger.info(facts, 'Running workflows were replayed');
  return undefined;
}
