/**
 * The end of a chain that is taken down: after its sequencer has stopped, everything that it made is brought to L1, so
 * that whoever follows on the same contracts (the same network created anew, a replica elsewhere) has every block. The
 * batcher is told to send its open channel now instead of at the end of its longest duration.
 */

import { LABELS } from '../../api/names.ts';
import { flushBatcher } from '../../chain/clients/batcher.ts';
import { syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import { BATCHER_RPC } from '../../render/ports.ts';
import { type Pod, podUrl } from '../gather/chain-targets.ts';
import { gatherLive } from '../gather/live.ts';
import type { StepContext } from './step-context.ts';

const RPC_TIMEOUT_MS = 5000;
/** A transaction, its block and its derivation take some 40 s on Ethereum; a batcher without funds takes for ever. */
const STALLED_AFTER_MS = 90_000;
/** Before the step's own limit, which would halt a teardown that a person has asked for. */
const MARGIN_MS = 30_000;

interface Kept {
  /** The safe head as it last moved, and how long the step had waited by then. */
  readonly safe: number;
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
  const batchers = (await gatherLive(deps.kube, at, signal)).pods.filter(({ metadata }) =>
    metadata.labels?.[LABELS.component]?.startsWith('opbatcher.'),
  );
  if (batchers.length === 0) return undefined;
  const heads = await reading(syncStatus(url, http));
  if (!heads.ok) return `whether its last blocks are on L1 could not be seen (${heads.error})`;
  const { unsafeL2, safeL2 } = heads.value;
  if (safeL2.number >= unsafeL2.number) return `block ${unsafeL2.number}, its last, is safe`;
  const kept = context.kept as Kept | undefined;
  const waited = context.waitedMs();
  const progress = kept?.safe === safeL2.number ? kept : { safe: safeL2.number, at: waited };
  context.keep(progress satisfies Kept);
  const missing = `blocks ${safeL2.number + 1} to ${unsafeL2.number} are not on L1`;
  const isStalled = waited - progress.at > STALLED_AFTER_MS;
  if (isStalled || waited > input.step.limitSeconds * 1000 - MARGIN_MS) return `${missing}, and are lost`;
  for (const pod of batchers) {
    const rpc = podUrl((pod as Pod).status?.podIP, BATCHER_RPC.number);
    if (rpc) await reading(context.act('flush', () => flushBatcher(rpc, http)));
  }
  throw context.notYet(`${missing} yet`, 'see that the batcher works: opstack status says what hinders it');
}
