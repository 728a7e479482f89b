/**
 * What every start of a sequencer has in common: who there is, the call, and what says that it goes on after a restart.
 */
import { startSequencer as rpcStart, stopSequencer as rpcStop } from '../../chain/clients/op-node.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { OperatorError } from '../../contract/failures.ts';
import { podName } from '../../render/names.ts';
import { nodePods, opNodeUrl } from '../gather/chain-targets.ts';
import { gatherWorkloads, type LiveObjects } from '../gather/live.ts';
import { leadTo } from './active-sequencer.ts';
import { allowOnly } from './sequencers-config.ts';
import type { StepContext } from './step-context.ts';
import { forgetEnd, RPC_TIMEOUT_MS, stateOf } from './stopped-sequencer.ts';

export interface SequencerPods {
  readonly live: LiveObjects;
  readonly own?: PodTarget;
  /** Every other pod that there is, also one of the same OpNode: whatever has made it, it may sequence. */
  readonly others: readonly PodTarget[];
}

/** @param name OpNode whose pod is `own` */
export async function sequencerPods({ deps, at, signal }: StepContext, name: string): Promise<SequencerPods> {
  const live = await gatherWorkloads(deps.kube, at, signal);
  const pods = nodePods(live)
    .filter(({ role }) => role === 'Sequencer')
    .sort((a, b) => strangeness(a) - strangeness(b));
  const own = pods.find(({ node }) => node === name);
  return { live, ...(own ? { own } : {}), others: pods.filter((pod) => pod !== own) };
}

/** Of several pods of one OpNode that of its StatefulSet comes first, and one that ends comes last. */
function strangeness({ pod, node, endsAt }: PodTarget): number {
  return (endsAt === undefined ? 0 : 2) + (pod === podName(node, 0) ? 0 : 1);
}

/** Those that say that they sequence. */
export async function sequencing(context: StepContext, pods: readonly PodTarget[]): Promise<PodTarget[]> {
  const states = await Promise.all(pods.map((pod) => stateOf(context, pod)));
  return pods.filter((_, index) => states[index] === 'active');
}

/**
 * Starts it on top of its head. Every other one has to be proven to be stopped.
 * @param isStillSo asked at the last moment; what it throws keeps it from being started
 * @throws OperatorError NotReadyYet, Incompatible; RpcError, after which the outcome is unknown
 */
export async function startOn(
  context: StepContext,
  target: PodTarget,
  { hash }: { readonly hash: string },
  isStillSo: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { signal } = context;
  forgetEnd(context, target);
  const url = opNodeUrl(target) ?? '';
  const result = await context.act('start', async () => {
    await isStillSo();
    return rpcStart(url, hash, { timeoutMs: RPC_TIMEOUT_MS, signal });
  });
  switch (result.outcome) {
    case 'started':
    case 'already-running':
      return;
    case 'hash-mismatch':
      throw context.notYet(
        `the head of ${target.pod} moved while it was being started`,
        'if it keeps moving, somebody else sequences this chain: switch that one off',
        1,
      );
    case 'not-leader':
      throw new OperatorError({
        type: 'Incompatible',
        message: `${target.pod} is run by an op-conductor that leads another node`,
        fix: 'op-conductor is not supported yet: remove its settings',
      });
    case 'not-enabled':
      throw new OperatorError({
        type: 'Incompatible',
        message: `${target.pod} runs without OP_NODE_SEQUENCER_ENABLED`,
        fix: 'remove the override of it from consensus.env or extraArgs',
      });
  }
}

/**
 * One that sequences does so after a restart as well, and nobody else does; and it is led to. The key comes first: what
 * the Service says costs a transaction that has to be sent again, and a restart without the key costs the chain its blocks.
 */
export async function settle(context: StepContext, name: string): Promise<void> {
  // Also where nothing is left to be written: what an attempt holds that has died is let go with it, and the next plan
  // does not wait until that runs out.
  await context.prepareToAct();
  await allowOnly(context, name);
  await leadTo(context, name);
}

/** Ends what sequences beside the one that is to be the only one. */
export async function stopBesides(context: StepContext, active: readonly PodTarget[]): Promise<void> {
  const { signal } = context;
  for (const other of active) {
    const url = opNodeUrl(other);
    if (url) await context.act('stop-other', () => rpcStop(url, { timeoutMs: RPC_TIMEOUT_MS, signal }));
  }
  const [first] = active;
  if (first)
    throw context.notYet(`${first.pod} sequenced too and was told to stop`, 'nothing to do: it is asked again', 1);
}
