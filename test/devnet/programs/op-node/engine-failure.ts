import type { Driver } from './driver.ts';

/** The execution client did not do what it was asked to; the message is what op-node says then. */
export class EngineFailure extends Error {}

/** A node that could sequence says it twice. */
export function sayEngineFailure({ config, log }: Driver, { message: err }: EngineFailure): void {
  log.warn('Engine temporary error', { err });
  if (config.settings.bool('sequencer.enabled')) log.error('Engine failed temporarily, backing off sequencer', { err });
}
