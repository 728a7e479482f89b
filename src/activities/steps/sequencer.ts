/**
 * Steps `startSequencer` and `stopSequencer`, and the rule that they keep: before one sequencer starts, every other one
 * of the network is proven to be stopped. Who may sequence is a key in the ConfigMap `<network>-sequencers`, read anew by
 * op-node at every start of its container: first all others get "stopped" there, then they are asked.
 */
import { stopSequencer as rpcStop, syncStatus } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { LIVE_HEAD_SECONDS } from '../../plan/gates/index.ts';
import { giveUpBlocksCommand } from '../../status/operator-commands.ts';
import { opNodeUrl } from '../gather/chain-targets.ts';
import { givenUpAbove, notGivenUp } from './given-up.ts';
import { lastBlocks } from './last-blocks.ts';
import { requireStatefulSet } from './lost-object.ts';
import { type SequencerPods, sequencerPods, sequencing, settle, startOn, stopBesides } from './sequencer-start.ts';
import { forbid, forbidOthers } from './sequencers-config.ts';
import type { StepContext } from './step-context.ts';
import { proveStopped, RPC_TIMEOUT_MS, type StoppedHead, sequencerChanged, stateOf } from './stopped-sequencer.ts';

/** A teardown does not hang on an op-node that never answers; one slow answer must not cost the last blocks either. */
const TEARDOWN_PATIENCE_MS = 30_000;

export async function startSequencer(context: StepContext): Promise<string> {
  const { deps, input, signal } = context;
  const { name } = input.step.component;
  const { live, own, others: seen } = await sequencerPods(context, name);
  const url = own && opNodeUrl(own);
  if (!own || !url) {
    requireStatefulSet(context, live, name);
    throw context.notYet(`${name} has no pod with an address yet`, 'see why its pod does not run');
  }
  const http = { timeoutMs: RPC_TIMEOUT_MS, signal };
  const active = await sequencing(context, seen);
  if ((await stateOf(context, own)) === 'active') {
    await settle(context, name);
    await stopBesides(context, active);
    return `${name} sequences already`;
  }
  const [another] = active;
  if (another?.node === name)
    throw context.notYet(
      `${another.pod} sequences for ${name}, and is not the pod of its StatefulSet`,
      `delete it once blocks may pause: kubectl delete pod ${another.pod} -n ${context.at.namespace}`,
    );
  if (another) throw sequencerChanged(another);
  await forbidOthers(context, name);
  // One that has appeared since the first list may have read its key before: who comes after this list reads "stopped".
  const { others } = await sequencerPods(context, name);
  const heads = await proveStopped(context, others);
  const head = await context.ask('own-head', () => reading(syncStatus(url, http)));
  if (!head.ok)
    throw context.notYet(
      `the head of ${own.pod} can not be read: ${head.error}`,
      'see that op-node runs and has its L1',
    );
  const { hash, number, timestamp } = head.value.unsafeL2;
  requireAllBlocks(context, own, number, heads);
  // No gate passes so soon after a block; but a plan that was paused behind its gate goes on later.
  const age = deps.now() / 1000 - timestamp;
  if (number > 0 && age < LIVE_HEAD_SECONDS)
    throw context.notYet(
      `block ${number} of ${own.pod} is ${Math.max(0, Math.round(age))} s old, and whoever has made it may go on`,
      `nothing to do if it was one of ours. If the head keeps moving, somebody else sequences this chain: leave it to that one with opstack abort ${context.at.name} -n ${context.at.namespace}, or switch that one off`,
    );
  // Until the start is known to have happened, a restart must not make it happen by itself.
  await forbid(context, name);
  await startOn(context, own, { hash });
  await settle(context, name);
  return `${name} sequences from block ${number}`;
}

export async function stopSequencer(context: StepContext): Promise<string> {
  const { input, signal } = context;
  const { name } = input.step.component;
  const pods = await sequencerPods(context, name);
  const { own } = pods;
  const url = own && opNodeUrl(own);
  if (input.planKind === 'drift') return keepStopped(context, name, pods);
  await forbid(context, name);
  await stopBesides(context, await sequencing(context, besideOwn(pods)));
  if (!own || !url) return `${name} has no pod`;
  // Only what op-node says, or does not say, is a reading: whether this attempt may act at all is no word about op-node.
  const stopped = await context.act('stop', () => reading(rpcStop(url, { timeoutMs: RPC_TIMEOUT_MS, signal })));
  if (stopped.ok) {
    const done = stopped.value.outcome === 'stopped' ? `stopped at block ${stopped.value.hash}` : 'does not sequence';
    const others = pods.others.filter(({ node }) => node !== name);
    const last = input.planKind === 'teardown' ? await lastBlocks(context, url, others) : undefined;
    return `${name} ${done}${last ? `; ${last}` : ''}`;
  }
  if (!(await sequencerPods(context, name)).own) return `the pod of ${name} is gone`;
  // Its pod is deleted next, and a pod that is gone sequences as little as one that has answered.
  if (input.planKind === 'teardown' && context.waitedMs() > TEARDOWN_PATIENCE_MS)
    return `${name} did not answer (${stopped.error}); it ends with its pod`;
  throw context.notYet(
    `${name} does not answer: ${stopped.error}`,
    'see that op-node runs; whether it sequences is unknown until it answers or its pod is gone',
  );
}

/** Pods of the same OpNode that its StatefulSet knows nothing of, or that end. */
function besideOwn({ own, others }: SequencerPods): PodTarget[] {
  return others.filter(({ node }) => node === own?.node);
}

/**
 * A repair ends nobody but a second one: what makes blocks alone goes on, also a pod that was orphaned. Nobody waits for
 * one that does not answer: it comes back stopped, and one that sequences all the same is seen by the next look.
 */
async function keepStopped(context: StepContext, name: string, pods: SequencerPods): Promise<string> {
  const { signal } = context;
  const { own, others } = pods;
  const besides = await sequencing(context, besideOwn(pods));
  const state = own ? await stateOf(context, own) : 'stopped';
  const [first, ...more] = [...(own && state === 'active' ? [own] : []), ...besides];
  const elsewhere = others.filter(({ node }) => node !== name);
  if (first && (await sequencing(context, elsewhere)).length === 0) {
    await stopBesides(context, more);
    return `${name} sequences and is left alone`;
  }
  await forbid(context, name);
  await stopBesides(context, besides);
  const url = own && opNodeUrl(own);
  if (state !== 'active' || !url) return `${name} ${state === 'stopped' ? 'does not sequence' : 'comes back stopped'}`;
  await context.act('stop', () => rpcStop(url, { timeoutMs: RPC_TIMEOUT_MS, signal }));
  return `${name} sequenced beside another one, and is stopped`;
}

/**
 * Blocks that a stopped sequencer has made and this one does not know would be made a second time, with other content,
 * unless a person gives up what is above the block that this one stands at.
 */
function requireAllBlocks(context: StepContext, own: PodTarget, number: number, heads: readonly StoppedHead[]): void {
  const { at, input } = context;
  const [ahead] = heads.filter((head) => head.number > number).sort((a, b) => b.number - a.number);
  if (!ahead || givenUpAbove(number, input)) return;
  throw context.notYet(
    `${own.pod} is at block ${number}, and ${ahead.pod}, which is stopped, at ${ahead.number}: what is between would be lost${notGivenUp(number, input)}`,
    `nothing to do while it catches up. To give up what is above ${number}: ${giveUpBlocksCommand(at, number)}`,
  );
}
