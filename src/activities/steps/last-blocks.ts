/**
 * What becomes of the blocks of a sequencer that is taken down. Where another sequencer stays, that one has them, and
 * goes on from there; else they are brought to L1.
 */
import { syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { gatherCustomResources } from '../gather/custom-resources.ts';
import { lastBatches } from './last-batches.ts';
import type { StepContext } from './step-context.ts';
import { RPC_TIMEOUT_MS } from './stopped-sequencer.ts';

/** A block that gossip missed is asked for within seconds; one that nobody sends any more never comes. */
const GOSSIP_MS = 15_000;

/**
 * @param url op-node of the stopped sequencer
 * @returns undefined when nothing can be said: no batcher runs that could send them
 */
export async function lastBlocks(
  context: StepContext,
  url: string,
  others: readonly PodTarget[],
): Promise<string | undefined> {
  const heirs = await staying(context, others);
  if (heirs.length === 0) return lastBatches(context, url);
  const [own, ...theirs] = await Promise.all([url, ...heirs.map(opNodeUrl)].map((at) => headAt(context, at)));
  const heir = heirs.find((_, index) => own !== undefined && theirs[index]?.hash === own.hash);
  if (heir) return `${heir.pod} has block ${own?.number}, its last`;
  if (context.waitedMs() < GOSSIP_MS)
    throw context.notYet(
      `no other sequencer has block ${own?.number ?? '?'}, its last, yet`,
      'nothing to do: else it is brought to L1',
      1,
    );
  return lastBatches(context, url);
}

async function staying({ deps, at, signal }: StepContext, others: readonly PodTarget[]): Promise<readonly PodTarget[]> {
  const resources = await gatherCustomResources(deps.kube, at, signal);
  if (!resources || resources.network.metadata.deletionTimestamp) return [];
  const stays = (name: string) =>
    resources.components.some(
      ({ kind, metadata }) => kind === 'OpNode' && metadata.name === name && !metadata.deletionTimestamp,
    );
  return others.filter(({ node }) => stays(node));
}

async function headAt({ signal }: StepContext, url: string | undefined) {
  const heads = url === undefined ? undefined : await reading(syncStatus(url, { timeoutMs: RPC_TIMEOUT_MS, signal }));
  return heads?.ok ? heads.value.unsafeL2 : undefined;
}
