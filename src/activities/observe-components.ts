/** Writes what a sample says about each component into its status, when it is due (status/facts.ts). */
import type { KindName } from '../api/names.ts';
import type { OpBatcherStatus } from '../api/op-batcher.ts';
import type { OpNodeStatus } from '../api/op-node.ts';
import type { NodeSample, Sample } from '../chain/samples.ts';
import type { ComponentRef } from '../contract/plan.ts';
import type { KubeObject } from '../kube/index.ts';
import { batcherFacts } from '../status/batcher-facts.ts';
import { type Facts, withFacts } from '../status/facts.ts';
import { behindForeignChain } from '../status/follows.ts';
import { type NodePod, nodeFacts } from '../status/node-facts.ts';
import type { Attempt } from './deadline.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { isReady, type Pod } from './gather/chain-targets.ts';
import { followLimits } from './gather/following.ts';
import { podsOfComponent } from './gather/live.ts';
import type { Wish } from './gather/wish.ts';
import type { Look } from './look-once.ts';
import { changeStatus } from './state/change-status.ts';

export async function observeComponents(
  deps: ActivityDependencies,
  { wish, live }: Pick<Look, 'wish' | 'live'>,
  sample: Sample,
  attempt: Attempt,
): Promise<void> {
  const foreign = followLimits(wish);
  const isBehind = (node: NodeSample) => {
    const limits = foreign?.[node.node];
    return limits !== undefined && behindForeignChain(node, sample, limits) !== undefined;
  };
  for (const object of wish.resources.components) {
    const component: ComponentRef = { kind: object.kind as ComponentRef['kind'], name: object.metadata.name };
    const pods = podsOfComponent(live, component);
    switch (component.kind) {
      case 'OpNode':
        await write<OpNodeStatus>(deps, object, pods, attempt, (before) =>
          nodeFacts({
            role: (object['spec'] as { role?: string } | undefined)?.role === 'Sequencer' ? 'Sequencer' : 'Replica',
            pods: pods.map((pod, index) => nodePod(wish, component.name, pod, index)),
            samples: sample.nodes,
            maxLagBlocks: wish.network?.spec.rollout.gates.nodeSync.maxLag ?? 10,
            isBehind,
            before,
          }),
        );
        break;
      case 'OpBatcher':
        await write<OpBatcherStatus>(deps, object, pods, attempt, (before) =>
          batcherFacts({ pod: pods[0]?.metadata.name, sample, before }),
        );
        break;
      default:
    }
  }
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
