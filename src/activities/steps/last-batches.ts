/**
 * The end of a chain that is taken down: after its sequencer has stopped, everything that it made is brought to L1, so
 * that whoever follows on the same contracts (the same network created anew, a replica elsewhere) has every block. The
 * batcher is told to send its open channel now instead of at the end of its longest duration.
 */

import { LABELS } from '../../api/names.ts';
import { flushBatcher } from '../../chain/clients/batcher.ts';
import type { HttpOptions } from '../../chain/clients/http.ts';
import { syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { Reading, SyncStatus } from '../../chain/samples.ts';
import { hasDerived } from '../../plan/gates/observations.ts';
import { BATCHER_RPC } from '../../render/ports.ts';
import { type Pod, podUrl } from '../gather/chain-targets.ts';
import { gatherWorkloads } from '../gather/live.ts';
import type { StepContext } from './step-context.ts';

const RPC_TIMEOUT_MS = 5000;
/** A transaction, its block and its derivation take some 40 s on Ethereum; a batcher without funds takes for ever. */
const STALLED_AFTER_MS = 90_000;
/** Before the step's own limit, which would halt a teardown that a person has asked for. */
const MARGIN_MS = 30_000;

interface Kept {
  /** The safe head as it last moved, and how long the step had waited by then. */
  readonly safe?: number | undefined;
  readonly at: number;
}

/**
 * Waits until every block of a stopped sequencer is safe. It gives up, with words, when the safe head does not move: a
 * teardown does not hang on an L1 that is gone or on a batcher without funds.
 * @param url op-node of the stopped sequencer
 * @returns what became of the last blocks; undefined when no batcher runs that could send them
 */
export async function lastBatches(context: StepContext, url: string): Promise<string | undefined> {
  const { deps, input, at, signal } = context;
  const http = { timeoutMs: RPC_TIMEOUT_MS, signal };
  const batchers = (await gatherWorkloads(deps.kube, at, signal)).pods.filter(({ metadata }) =>
    metadata.labels?.[LABELS.component]?.startsWith('opbatcher.'),
  );
  if (batchers.length === 0) return undefined;
  const heads = await readHeads(url, http);
  if (heads.ok && heads.value.safeL2.number >= heads.value.unsafeL2.number)
    return `block ${heads.value.unsafeL2.number}, its last, is safe`;
  const safe = heads.ok ? heads.value.safeL2.number : undefined;
  const missing = heads.ok
    ? `blocks ${heads.value.safeL2.number + 1} to ${heads.value.unsafeL2.number} are not on L1`
    : `whether its last blocks are on L1 can not be seen: ${heads.error}`;
  const kept = context.kept as Kept | undefined;
  const waited = context.waitedMs();
  const progress = kept !== undefined && (safe === undefined || kept.safe === safe) ? kept : { safe, at: waited };
  context.keep(progress satisfies Kept);
  const isStalled = waited - progress.at > STALLED_AFTER_MS;
  if (isStalled || waited > input.step.limitSeconds * 1000 - MARGIN_MS)
    return `${missing}; nobody waits for them any more`;
  for (const pod of batchers) {
    const rpc = podUrl((pod as Pod).status?.podIP, BATCHER_RPC.number);
    if (rpc) await context.act('flush', () => reading(flushBatcher(rpc, http)));
  }
  throw context.notYet(missing, 'see that the batcher works: opstack status says what hinders it');
}

/** A node that has just started reports heads that say nothing, until derivation is at some L1 block. */
async function readHeads(url: string, http: HttpOptions): Promise<Reading<SyncStatus>> {
  const heads = await reading(syncStatus(url, http));
  if (heads.ok && !hasDerived(heads.value)) return { ok: false, kind: 'no-reading', error: 'derivation is resetting' };
  return heads;
}
