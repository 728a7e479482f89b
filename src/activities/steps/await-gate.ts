/**
 * Step `awaitGate`: takes samples of the chain and asks the gate. An attempt lasts seconds; samples of earlier attempts
 * are kept in heartbeat details, since most gates want to see something move, or stand still, for longer.
 */

import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import { takeSample } from '../../chain/sample.ts';
import { rememberSample } from '../../chain/sample-history.ts';
import type { Sample } from '../../chain/samples.ts';
import { sequencerState } from '../../chain/sequencer-state.ts';
import { OperatorError } from '../../contract/failures.ts';
import { type GateName, UNSKIPPABLE_GATES } from '../../contract/plan.ts';
import { type GateContext, gates } from '../../plan/gates/index.ts';
import { isComplete } from '../desire.ts';
import { nodePods, sampleTargets } from '../gather/chain-targets.ts';
import { checkChain } from '../gather/check-chain.ts';
import { contractFacts } from '../gather/contract-facts.ts';
import { gateContext, gateLimits } from '../gather/gate-context.ts';
import { gatherWorkloads, podsOfComponent } from '../gather/live.ts';
import { requireWish } from '../gather/require-wish.ts';
import { senderTargets } from '../gather/sender-targets.ts';
import type { Wish } from '../gather/wish.ts';
import { requireStatefulSet } from './lost-object.ts';
import type { Skipped, StepContext } from './step-context.ts';

/** Whose word it is that a gate is skipped in every plan. */
const SKIP_GATES = 'spec.rollout.skipGates';

/** Gates that look at somebody else before the component itself is applied. */
const BEFORE_APPLY: readonly GateName[] = ['no-foreign-batcher', 'proposer-permitted', 'funds'];
/** Gates about the games of the chain: what they are is read from its contracts. */
const ABOUT_GAMES: readonly GateName[] = ['proposer-permitted', 'challenging', 'funds'];

/** What a node of L1 that is no archive still knows of the state of accounts. */
const KNOWN_STATE_BLOCKS = 120;

interface Kept {
  readonly samples: readonly Sample[];
}

export async function awaitGate(context: StepContext): Promise<string | Skipped> {
  const { deps, input, at, signal } = context;
  const { step } = input;
  const name = step.gate as GateName;
  const gate = gates[name];
  if (!gate)
    throw new OperatorError({
      type: 'NotSupportedYet',
      message: `gate ${name} is not known to this version`,
      fix: 'update the worker, or abort the plan',
    });
  const skipped = input.skippedGate;
  if (skipped)
    return { message: `gate ${name} was skipped by ${skipped.by}: ${skipped.reason}`, skippedBy: skipped.by };
  const wish = await requireWish(context);
  if (wish.network?.spec.rollout.skipGates?.some((skipped) => skipped === name))
    return { message: `gate ${name} is skipped by ${SKIP_GATES}`, skippedBy: SKIP_GATES };
  const live = await gatherWorkloads(deps.kube, at, signal);
  const { component } = step;
  if (component.kind !== 'OptimismNetwork' && !BEFORE_APPLY.includes(name))
    requireStatefulSet(context, live, component.name);
  const earlier = ((context.kept ?? {}) as Partial<Kept>).samples ?? [];
  const scanned = earlier.flatMap(({ inbox }) => (inbox?.ok ? [inbox.value.toBlock] : [])).at(-1);
  const takesOver = input.planKind === 'install';
  const limits = gateLimits(wish, component, takesOver);
  const targets = sampleTargets(wish, nodePods(live), {
    ...(scanned === undefined ? {} : { inboxFrom: scanned + 1 }),
    compareBlocks: name === 'same-chain',
    heard: name === 'no-foreign-sequencer' && takesOver,
    nonceLookBack: Math.min(limits.foreignBatcherQuietBlocks, KNOWN_STATE_BLOCKS),
  });
  const discovery = ABOUT_GAMES.includes(name) ? await readContracts(context, wish) : undefined;
  const status = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const senders = ABOUT_GAMES.includes(name)
    ? senderTargets(wish, live, {
        contracts: contractFacts(discovery, status),
        prestate: discovery?.respectedGame?.absolutePrestate,
        isTried: name === 'proposer-permitted',
      })
    : {};
  const sample = await takeSample({ ...targets, ...senders }, signal);
  const samples = rememberSample(earlier, sample);
  context.keep({ samples } satisfies Kept);
  const own = runsAlready(name, context, sample, live);
  if (own) return own;
  const verdict = gate(
    samples,
    gateContext(wish, input.step, {
      startedAt: context.startedAt,
      now: deps.now(),
      limits,
      takesOver,
      sample,
      discovery,
    }) satisfies GateContext,
  );
  switch (verdict.outcome) {
    case 'pass':
      return verdict.message;
    case 'wait': {
      // What can not be seen may be vouched for; what is seen to be wrong may not.
      const fenced = input.fencedNodes.find((confirmed) => confirmed.step === step.id);
      // Whether nodes of equal height disagree takes two samples to be seen.
      const isSeen = name !== 'single-sequencer' || samples.length > 1;
      const isGuard = UNSKIPPABLE_GATES.includes(name);
      if (fenced && isSeen && isGuard && !verdict.firm)
        return `${fenced.by} confirmed that the other one is off: ${fenced.reason}`;
      const command = isGuard ? `confirm-fenced ${at.name} ${component.name}` : `skip-gate ${at.name} ${name}`;
      throw context.notYet(
        verdict.message,
        `see what it waits for; if you know better: opstack ${command} --reason "…" -n ${at.namespace}`,
        1,
      );
    }
    case 'fail':
      throw new OperatorError({ type: verdict.reason, message: verdict.message, fix: verdict.fix });
  }
}

/** What L1 says of the games; read at most once a minute. undefined while it can not be read: the gate waits then. */
async function readContracts({ deps, signal }: StepContext, wish: Wish): Promise<Discovery | undefined> {
  if (!isComplete(wish)) return undefined;
  const { discovery } = await checkChain(wish, { installed: true, now: deps.now(), signal });
  return discovery;
}

/**
 * The `no-foreign-*` gates ask whether anybody else is active before ours starts. After a crash ours may have been started
 * already: then there is nothing to ask, and its own activity would look like somebody else's.
 */
function runsAlready(
  name: GateName,
  { input }: StepContext,
  sample: Sample,
  live: Awaited<ReturnType<typeof gatherWorkloads>>,
): string | undefined {
  const { component } = input.step;
  if (name === 'no-foreign-sequencer') {
    const own = sample.nodes.find(
      (node) => node.node === component.name && sequencerState(node.sequencerActive) === 'active',
    );
    return own && `${own.pod} sequences already`;
  }
  if (name === 'no-foreign-batcher' && podsOfComponent(live, component).length > 0)
    return `${component.name} runs already`;
  return undefined;
}
