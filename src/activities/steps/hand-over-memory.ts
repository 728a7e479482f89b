/** What a hand-over remembers from one attempt to the next, where it can not be seen. */
import type { PodTarget } from '../../chain/sample.ts';
import { isForbidden } from './sequencers-config.ts';
import type { StepContext } from './step-context.ts';
import { silenceOf } from './stopped-sequencer.ts';

/** A restart is over by then (pods-observed.md, table 3): whoever is silent for longer is not waited for. */
export const SILENT_MS = 15_000;

/** Last block of the old one. Its number is known when it was read, and not by the answer to the stop. */
export interface LastBlock {
  readonly hash: string;
  readonly number?: number;
}

interface Kept {
  /** When the heads were equal first, and which block it was. */
  readonly equal?: { readonly at: number; readonly number: number } | undefined;
  /** Last block of the old one, by its own word. */
  readonly last?: LastBlock | undefined;
  readonly stoppedAt?: number;
  /** Why the old one is started again: decided once, and taken back only when it has lost blocks. */
  readonly back?: string | undefined;
  /** How long the step had waited when the old one's pod was gone first. */
  readonly goneSince?: number;
  /** By pod: how long the step had waited when it first did not answer (stopped-sequencer.ts). */
  readonly silentSince?: Readonly<Record<string, number>>;
}

export function keptOf({ kept }: StepContext): Kept {
  return (kept ?? {}) as Kept;
}

export function keep(context: StepContext, change: Partial<Kept>): void {
  context.keep({ ...keptOf(context), ...change } satisfies Kept);
}

/**
 * The old one has been stopped or forbidden, or has been silent for so long that it is ended. The key tells it also to an
 * attempt after a worker that died before it could say what it had done.
 */
export async function isBegun(context: StepContext, others: readonly PodTarget[]): Promise<boolean> {
  const { from = '' } = context.input.step;
  const { stoppedAt, silentSince = {} } = keptOf(context);
  if (stoppedAt !== undefined || (await isForbidden(context, from))) return true;
  const old = others.find(({ node }) => node === from);
  const since = old && silentSince[silenceOf(old)];
  return since !== undefined && context.waitedMs() - since > SILENT_MS;
}

/**
 * The old one comes back within seconds on its volume, and is asked then which block was its last. Nobody waits for
 * longer: its machine may be gone for good.
 */
export function awaitReturn(context: StepContext, isBack: boolean): void {
  const { from = '' } = context.input.step;
  const { last, goneSince } = keptOf(context);
  if (isBack || last) return;
  const waited = context.waitedMs();
  if (goneSince === undefined) keep(context, { goneSince: waited });
  if (waited - (goneSince ?? waited) > SILENT_MS) return;
  throw context.notYet(`the last block of ${from} is unknown: its pod is gone`, 'nothing to do: it comes back', 1);
}
