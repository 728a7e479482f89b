/** What the gates of a step look at: one sample of the chain, and the facts that it is judged by. */
import type { OpBatcherStatus } from '../../api/op-batcher.ts';
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import type { Discovery } from '../../chain/discovery/discovery.ts';
import { type PodTarget, takeSample } from '../../chain/sample.ts';
import type { Sample } from '../../chain/samples.ts';
import type { ComponentRef, GateName } from '../../contract/plan.ts';
import { mayBeReplaced } from '../../plan/batcher-absence.ts';
import { takesOver } from '../../plan/takes-over.ts';
import { isComplete } from '../desire.ts';
import { nodePods, sampleTargets } from '../gather/chain-targets.ts';
import { checkChain } from '../gather/check-chain.ts';
import { comingPrestate, contractFacts, respectedPrestate } from '../gather/contract-facts.ts';
import { type GateMoment, gateLimits } from '../gather/gate-context.ts';
import type { LiveObjects } from '../gather/live.ts';
import { senderTargets } from '../gather/sender-targets.ts';
import type { Wish } from '../gather/wish.ts';
import type { StepContext } from './step-context.ts';

/** Gates about the games of the chain: what they are is read from its contracts. */
const ABOUT_GAMES: readonly GateName[] = ['proposer-permitted', 'challenging', 'funds'];

/** Gates that hold what all nodes say now against each other. Others ask sequencers, and what they are about. */
const OF_ALL_NODES: readonly GateName[] = [
  'same-chain',
  'config-matches-chain',
  'no-foreign-sequencer',
  'single-sequencer',
];

/** What a node of L1 that is no archive still knows of the state of accounts. */
const KNOWN_STATE_BLOCKS = 120;

export interface LookedAt {
  readonly wish: Wish;
  readonly live: LiveObjects;
  /** Samples of earlier attempts. */
  readonly earlier: readonly Sample[];
}

export async function gateSample(
  names: readonly GateName[],
  context: StepContext,
  { wish, live, earlier }: LookedAt,
): Promise<Pick<GateMoment, 'sample' | 'takesOver' | 'discovery'>> {
  const { component } = context.input.step;
  const status = (wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const isTakenOver =
    component.kind === 'OpBatcher'
      ? mayBeReplaced({ planKind: context.input.planKind, readyAt: readyAt(wish, component), now: context.deps.now() })
      : takesOver(component.name, status, wish.resources.components);
  const { foreignBatcherQuietBlocks } = gateLimits(wish, component, isTakenOver);
  const scanned = earlier.flatMap(({ inbox }) => (inbox?.ok ? [inbox.value.toBlock] : [])).at(-1);
  const targets = sampleTargets(wish, askedPods(names, nodePods(live), component), {
    ...(scanned === undefined ? {} : { inboxFrom: scanned + 1 }),
    compareBlocks: names.includes('same-chain'),
    heard: names.includes('no-foreign-sequencer'),
    forks: names.includes('fork-ready'),
    nonceLookBack: Math.min(foreignBatcherQuietBlocks, KNOWN_STATE_BLOCKS),
  });
  const isAboutGames = names.some((name) => ABOUT_GAMES.includes(name));
  const discovery = isAboutGames ? await readContracts(context, wish) : undefined;
  const senders = isAboutGames
    ? senderTargets(wish, live, {
        contracts: contractFacts(discovery, status),
        prestate: comingPrestate(wish) ?? respectedPrestate(discovery),
        isTried: names.includes('proposer-permitted'),
      })
    : {};
  const sample = await takeSample({ ...targets, ...senders }, context.signal);
  return { sample, takesOver: isTakenOver, discovery };
}

function readyAt({ resources }: Wish, { kind, name }: ComponentRef): string | undefined {
  const batcher = resources.components.find((item) => item.kind === kind && item.metadata.name === name);
  return (batcher?.['status'] as OpBatcherStatus | undefined)?.readyAt;
}

/** L1 may have come to respect other games a moment ago. */
const FRESH_MS = 20_000;

/** What L1 says of the games. undefined while it can not be read: the gate waits then. */
async function readContracts({ deps, signal }: StepContext, wish: Wish): Promise<Discovery | undefined> {
  if (!isComplete(wish)) return undefined;
  const { discovery } = await checkChain(wish, { installed: true, now: deps.now(), signal, freshMs: FRESH_MS });
  return discovery;
}

function askedPods(
  names: readonly GateName[],
  pods: readonly PodTarget[],
  component: ComponentRef,
): readonly PodTarget[] {
  const own = pods.filter(isAbout(component));
  return own.length === 0 || names.some((name) => OF_ALL_NODES.includes(name)) ? pods : own;
}

/** A network may have hundreds of pods, and gates compare over time only those that they are about. */
function isAbout({ kind, name }: ComponentRef) {
  return ({ node, role }: { readonly node: string; readonly role: PodTarget['role'] }): boolean =>
    role === 'Sequencer' || (kind === 'OpNode' && node === name);
}

/** All but the last sample, without the nodes that are not compared over time: what is remembered stays small. */
export function withoutOtherNodes(samples: readonly Sample[], component: ComponentRef): readonly Sample[] {
  return samples.map((sample, index) =>
    index === samples.length - 1 ? sample : { ...sample, nodes: sample.nodes.filter(isAbout(component)) },
  );
}
