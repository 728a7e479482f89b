/** Writes what a sample says about each component into its status, when it is due (status/facts.ts). */

import type { Condition } from '../api/conditions.ts';
import type { KindName } from '../api/names.ts';
import type { OpBatcherStatus } from '../api/op-batcher.ts';
import type { OpChallengerStatus } from '../api/op-challenger.ts';
import type { OpNodeStatus } from '../api/op-node.ts';
import type { OpProposerStatus } from '../api/op-proposer.ts';
import type { NodeSample, Sample } from '../chain/samples.ts';
import { type ComponentRef, componentKey } from '../contract/plan.ts';
import type { KubeObject } from '../kube/index.ts';
import { batcherFacts } from '../status/batcher-facts.ts';
import { bestSync } from '../status/chain-health.ts';
import { challengerFacts } from '../status/challenger-facts.ts';
import { type ConditionInput, replaceConditions } from '../status/conditions.ts';
import { type Facts, withFacts } from '../status/facts.ts';
import { behindForeignChain } from '../status/follows.ts';
import { batching } from '../status/health/batching.ts';
import { challengingOne } from '../status/health/challenging.ts';
import { fundedSender } from '../status/health/funded.ts';
import type { HealthLimits } from '../status/health/limits.ts';
import { proposing } from '../status/health/proposing.ts';
import { type NodePod, nodeFacts } from '../status/node-facts.ts';
import { type PodsState, podsReady } from '../status/pods/pods-ready.ts';
import { proposerFacts } from '../status/proposer-facts.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { isReady, type Pod } from './gather/chain-targets.ts';
import { podsOfComponent } from './gather/live.ts';
import { proposalIntervalSeconds } from './gather/sender-targets.ts';
import type { Wish } from './gather/wish.ts';
import type { Look } from './look-once.ts';
import { changeStatus } from './state/change-status.ts';

export interface Observed {
  readonly samples: readonly Sample[];
  readonly limits: HealthLimits;
  /** By `<Kind>/<name>`. */
  readonly pods: ReadonlyMap<string, PodsState>;
}

export async function observeComponents(
  deps: ActivityDependencies,
  { wish, live }: Pick<Look, 'wish' | 'live'>,
  { samples, limits, pods: states }: Observed,
  attempt: Attempt,
): Promise<void> {
  const sample = samples.at(-1);
  if (!sample) return;
  const { foreign } = limits;
  const isBehind = (node: NodeSample) => {
    const follows = foreign?.[node.node];
    return follows !== undefined && behindForeignChain(node, sample, follows) !== undefined;
  };
  for (const object of wish.resources.components) {
    const component: ComponentRef = { kind: object.kind as ComponentRef['kind'], name: object.metadata.name };
    const pods = podsOfComponent(live, component);
    const state = states.get(componentKey(component));
    const judged = () => ({
      // What is stopped is not judged at all.
      inputs: isStopped(object)
        ? []
        : [...(state ? [podsReady(state)] : []), ...senderConditions(component, { samples, sample, limits })],
      generation: object.metadata.generation,
      now: deps.now(),
    });
    switch (component.kind) {
      case 'OpNode':
        await write<OpNodeStatus>(deps, object, pods, attempt, (before) =>
          withConditions(
            nodeFacts({
              role: (object['spec'] as { role?: string } | undefined)?.role === 'Sequencer' ? 'Sequencer' : 'Replica',
              pods: pods.map((pod, index) => nodePod(wish, component.name, pod, index)),
              samples: sample.nodes,
              maxLagBlocks: wish.network?.spec.rollout.gates.nodeSync.maxLag ?? 10,
              isBehind,
              before,
            }),
            before,
            judged(),
          ),
        );
        break;
      case 'OpBatcher':
        await write<OpBatcherStatus>(deps, object, pods, attempt, (before) =>
          withConditions(
            batcherFacts({
              pod: pods[0]?.metadata.name,
              isReady: pods.some((pod) => isReady(pod as Pod)),
              sample,
              before,
              now: new Date(deps.now()),
            }),
            before,
            judged(),
          ),
        );
        break;
      case 'OpProposer':
        await write<OpProposerStatus>(deps, object, pods, attempt, (before) =>
          withConditions(
            proposerFacts({
              pod: pods[0]?.metadata.name,
              sample,
              intervalSeconds: proposalIntervalSeconds(wish) ?? 0,
              before,
            }),
            before,
            judged(),
          ),
        );
        break;
      case 'OpChallenger':
        await write<OpChallengerStatus>(deps, object, pods, attempt, (before) =>
          withConditions(
            challengerFacts({ challenger: component.name, pod: pods[0]?.metadata.name, sample, before }),
            before,
            judged(),
          ),
        );
        break;
      default:
    }
  }
}

function isStopped(sender: KubeObject): boolean {
  return (sender['spec'] as { stopped?: boolean } | undefined)?.stopped === true;
}

/** What holds for one sender, as conditions of its own object. */
function senderConditions(
  { kind, name }: ComponentRef,
  { samples, sample, limits }: { samples: readonly Sample[]; sample: Sample; limits: HealthLimits },
): ConditionInput[] {
  const sender = limits.senders.find((item) => item.kind === kind && item.name === name);
  if (!sender) return [];
  const best = bestSync(sample.nodes);
  const funds = fundedSender(samples, sample, sender, limits.spending);
  const challenger = limits.challenging.find((item) => kind === 'OpChallenger' && item.name === name);
  const challenges = challenger && challengingOne(samples, sample, challenger);
  return [
    ...(funds ? [funds] : []),
    ...(kind === 'OpBatcher' ? batching(samples, sample, best, limits) : []),
    ...(kind === 'OpProposer' ? proposing(sample, best, limits) : []),
    ...(challenges ? [challenges] : []),
  ];
}

/** Types that the observation of a component writes, and takes back where they do not apply any more. */
const COMPONENT_CONDITIONS = ['PodsReady', 'Batching', 'Proposing', 'Challenging', 'Funded'] as const;

interface Judged {
  readonly inputs: readonly ConditionInput[];
  readonly generation: number | undefined;
  readonly now: number;
}

function withConditions<S extends { conditions?: Condition[] | undefined }>(
  { fields, signs }: Facts<S>,
  { conditions = [] }: S,
  { inputs, generation, now }: Judged,
): Facts<S> {
  const next = replaceConditions(conditions, inputs, COMPONENT_CONDITIONS, new Date(now), generation);
  return {
    fields: { ...fields, conditions: next.length === 0 ? undefined : next },
    // Their messages have numbers that move.
    signs: (status) => [signs(status), status.conditions?.map(({ type, status: is, reason }) => [type, is, reason])],
  };
}

/** Costs no request while there is nothing to write: the look has just read the object. */
async function write<S extends { updatedAt?: string | undefined }>(
  deps: ActivityDependencies,
  object: KubeObject,
  pods: readonly KubeObject[],
  attempt: Attempt,
  factsOf: (before: S) => Facts<S>,
): Promise<void> {
  const status = (object['status'] ?? {}) as S;
  // One that was never rolled out has nothing to be seen.
  if (pods.length === 0 && status.updatedAt === undefined) return;
  const change = (before: S) => withFacts(before, factsOf(before), new Date(deps.now()));
  if (change(status) === undefined) return;
  const { name, namespace = '', uid } = object.metadata;
  await changeStatus<S>(
    deps.kube,
    { kind: object.kind as KindName, namespace, name, ...(uid ? { uid } : {}) },
    change,
    attempt,
  );
}

interface Containers {
  readonly containers?: readonly {
    readonly name: string;
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
  }[];
}

function nodePod(wish: Wish, node: string, pod: KubeObject, index: number): NodePod {
  const { name } = pod.metadata;
  const ordinal = Number(/-(\d+)$/.exec(name)?.[1] ?? index);
  const peerId = wish.identities.get(node)?.identity.peerIds[ordinal];
  const container = (pod['spec'] as Containers | undefined)?.containers?.find((item) => item.name === 'op-node');
  return {
    name,
    ready: isReady(pod as Pod),
    env: Object.fromEntries((container?.env ?? []).map((item) => [item.name, item.value ?? ''])),
    ...(peerId ? { peerId } : {}),
  };
}
