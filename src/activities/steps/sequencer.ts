/**
 * Steps `startSequencer` and `stopSequencer`, and the rule that they keep: before one sequencer starts, every other one
 * of the network is proven to be stopped. Who may sequence is a key in the ConfigMap `<network>-sequencers`, read anew by
 * op-node at every start of its container.
 */
import { FIELD_MANAGER } from '../../api/names.ts';
import {
  startSequencer as rpcStart,
  stopSequencer as rpcStop,
  sequencerActive,
  syncStatus,
} from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import type { PodTarget } from '../../chain/sample.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import { LIVE_HEAD_SECONDS } from '../../plan/gates/index.ts';
import { sequencersConfigMapName } from '../../render/names.ts';
import { nodePods, opNodeUrl } from '../gather/chain-targets.ts';
import { gatherWorkloads, type LiveObjects } from '../gather/live.ts';
import { lastBatches } from './last-batches.ts';
import { requireStatefulSet } from './lost-object.ts';
import type { StepContext } from './step-context.ts';

const RPC_TIMEOUT_MS = 5000;
/** A teardown does not hang on an op-node that never answers; one slow answer must not cost the last blocks either. */
const TEARDOWN_PATIENCE_MS = 30_000;

export async function startSequencer(context: StepContext): Promise<string> {
  const { deps, input, signal } = context;
  const { name } = input.step.component;
  const { live, own, others } = await sequencerPods(context, name);
  const url = own && opNodeUrl(own);
  if (!own || !url) {
    requireStatefulSet(context, live, name);
    throw context.notYet(`${name} has no pod with an address yet`, 'see why its pod does not run');
  }
  const http = { timeoutMs: RPC_TIMEOUT_MS, signal };
  await forbidOthers(context, name);
  if (sequencerState(await reading(sequencerActive(url, http))) === 'active') {
    await allow(context, name, true);
    return `${name} sequences already`;
  }
  for (const other of others) await proveStopped(context, other);
  const head = await reading(syncStatus(url, http));
  if (!head.ok)
    throw context.notYet(
      `the head of ${own.pod} can not be read: ${head.error}`,
      'see that op-node runs and has its L1',
    );
  const { hash, number, timestamp } = head.value.unsafeL2;
  // No gate passes so soon after a block; but a plan that was paused behind its gate goes on later.
  const age = deps.now() / 1000 - timestamp;
  if (number > 0 && age < LIVE_HEAD_SECONDS)
    throw new OperatorError({
      type: 'GateFailed',
      message: `block ${number} of ${own.pod} is ${Math.max(0, Math.round(age))} s old, and none of ours has made it: somebody else sequences this chain`,
      fix: `leave the chain to it: opstack abort ${context.at.name} -n ${context.at.namespace}; or switch it off, and then: opstack retry ${context.at.name} -n ${context.at.namespace}`,
    });
  // Until the start is known to have happened, a restart must not make it happen by itself.
  await allow(context, name, false);
  const result = await context.act('start', () => rpcStart(url, hash, http));
  switch (result.outcome) {
    case 'started':
    case 'already-running':
      await allow(context, name, true);
      return `${name} sequences from block ${number}`;
    case 'hash-mismatch':
      throw context.notYet(
        `the head of ${own.pod} moved while it was being started`,
        'if it keeps moving, somebody else sequences this chain: switch that one off',
        1,
      );
    case 'not-leader':
      throw new OperatorError({
        type: 'Incompatible',
        message: `${own.pod} is run by an op-conductor that leads another node`,
        fix: 'op-conductor is not supported yet: remove its settings',
      });
    case 'not-enabled':
      throw new OperatorError({
        type: 'Incompatible',
        message: `${own.pod} runs without OP_NODE_SEQUENCER_ENABLED`,
        fix: 'remove the override of it from consensus.env or extraArgs',
      });
  }
}

export async function stopSequencer(context: StepContext): Promise<string> {
  const { input, signal } = context;
  const { name } = input.step.component;
  const { own } = await sequencerPods(context, name);
  const url = own && opNodeUrl(own);
  // A repair only keeps what is away from coming back by itself; a pod that was orphaned and makes blocks goes on.
  if (input.planKind === 'drift' && url) {
    const active = sequencerState(await reading(sequencerActive(url, { timeoutMs: RPC_TIMEOUT_MS, signal })));
    if (active === 'active') return `${name} sequences and is left alone`;
  }
  await allow(context, name, false);
  if (!own || !url) return `${name} has no pod`;
  // Only what op-node says, or does not say, is a reading: whether this attempt may act at all is no word about op-node.
  const stopped = await context.act('stop', () => reading(rpcStop(url, { timeoutMs: RPC_TIMEOUT_MS, signal })));
  if (stopped.ok) {
    const done = stopped.value.outcome === 'stopped' ? `stopped at block ${stopped.value.hash}` : 'does not sequence';
    const last = input.planKind === 'teardown' ? await lastBatches(context, url) : undefined;
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

async function sequencerPods(
  context: StepContext,
  name: string,
): Promise<{ live: LiveObjects; own?: PodTarget; others: PodTarget[] }> {
  const { deps, at, signal } = context;
  const live = await gatherWorkloads(deps.kube, at, signal);
  const pods = nodePods(live).filter(({ role }) => role === 'Sequencer');
  const own = pods.find(({ node }) => node === name);
  return { live, ...(own ? { own } : {}), others: pods.filter(({ node }) => node !== name) };
}

/** Also those that have no pod at the moment, or are vouched for: whatever comes back later comes back stopped. */
async function forbidOthers(context: StepContext, name: string): Promise<void> {
  const { deps, at, signal } = context;
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: at.namespace, name: sequencersConfigMapName(at.name) };
  const current = await deps.kube.get<KubeObject & { data?: Record<string, string> }>(ref, { signal });
  for (const node of Object.keys(current?.data ?? {})) if (node !== name) await allow(context, node, false);
}

/** An answer "no", or the pod object gone. An error is unknown, never stopped. */
async function proveStopped(context: StepContext, other: PodTarget): Promise<void> {
  const { input, signal } = context;
  // What was switched off for an earlier step may be on again.
  const fenced = input.fencedNodes.find(
    ({ node, step }) => step === input.step.id && [other.node, other.pod, other.host].includes(node),
  );
  if (fenced) return;
  const url = opNodeUrl(other);
  const state = url
    ? sequencerState(await reading(sequencerActive(url, { timeoutMs: RPC_TIMEOUT_MS, signal })))
    : 'unknown';
  if (state === 'stopped') return;
  if (state === 'active' && url) {
    await context.act('stop-other', () => rpcStop(url, { timeoutMs: RPC_TIMEOUT_MS, signal }));
    throw context.notYet(`${other.pod} sequenced and was told to stop`, 'nothing to do: it is asked again', 1);
  }
  throw new OperatorError({
    type: 'FencingRequired',
    message: `whether ${other.pod} sequences is unknown: it does not answer, and its pod object is still there`,
    fix: `switch it off, then: opstack confirm-fenced ${context.at.name} ${other.node} --reason "…" -n ${context.at.namespace}`,
  });
}

/** Sets who may sequence after a restart: `"false"` (not stopped) for the one that may. */
async function allow(context: StepContext, node: string, may: boolean): Promise<void> {
  const { deps, at, signal } = context;
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: at.namespace, name: sequencersConfigMapName(at.name) };
  const current = await deps.kube.get<{
    apiVersion: string;
    kind: string;
    metadata: { name: string; resourceVersion?: string };
    data?: Record<string, string>;
  }>(ref, { signal });
  const value = may ? 'false' : 'true';
  if (!current || current.data?.[node] === value) return;
  // Only as it was read: a request that arrives late must not undo a later decision.
  const { resourceVersion } = current.metadata;
  await context.act('allow', () =>
    deps.kube.mergePatch(
      ref,
      { metadata: { resourceVersion }, data: { [node]: value } },
      { fieldManager: FIELD_MANAGER, signal },
    ),
  );
}
