/** What is seen of a network's sequencers: what each op-node says, its key, and its pod. */
import type { OptimismNetworkStatus } from '../../api/optimism-network.ts';
import { sequencerActive } from '../../chain/clients/op-node.ts';
import { reading } from '../../chain/clients/reading.ts';
import { type SequencerState, sequencerState } from '../../chain/sequencer-state.ts';
import type { KubeObject } from '../../kube/index.ts';
import { chooseSequencer, type SeenSequencer, type SequencerChoice } from '../../plan/choose-sequencer.ts';
import { componentRole } from '../../plan/component-role.ts';
import { sequencersConfigMapName } from '../../render/names.ts';
import { isReady, nodePods, opNodeUrl, type Pod } from './chain-targets.ts';
import { editorsOf } from './editor.ts';
import { type LiveObjects, podsOfComponent } from './live.ts';
import type { Wish } from './wish.ts';

const RPC_TIMEOUT_MS = 3000;
/** A pod that restarts is ready again within 5 to 14 s (pods-observed.md, table 3). */
const LONGEST_RESTART_MS = 30_000;
/** What a kubelet may take to report the end of a pod whose grace period is over. */
const REPORT_MS = 10_000;

export interface SequencerSight extends SeenSequencer {
  /** Value of its key in the sequencers ConfigMap. */
  readonly key?: string;
  /** Field managers that have written it, without the operator. */
  readonly keyEditedBy?: readonly string[];
  /** Its pod, when it is ready and not being replaced: whose "no" is no moment of a restart. */
  readonly readyPod?: string;
}

/** @returns those whose OpNode is there, the oldest first, then those of which only a pod is left */
export async function gatherSequencers(
  wish: Pick<Wish, 'resources' | 'problems'>,
  live: LiveObjects,
  now: number,
  signal: AbortSignal,
): Promise<SequencerSight[]> {
  const names = sequencerNames(wish, live);
  const states = await Promise.all(names.map(async (name) => [name, await stateOf(name, live, signal)] as const));
  return sequencersInState(wish, live, new Map(states), now);
}

/** The same with states that are known already. Pure. */
export function sequencersInState(
  wish: Pick<Wish, 'resources' | 'problems'>,
  live: LiveObjects,
  states: ReadonlyMap<string, SequencerState>,
  now: number,
): SequencerSight[] {
  const config = sequencersConfigOf(live, wish.resources.network.metadata.name);
  const staying = stayingSequencers(wish);
  const stays = (name: string) => staying.some(({ metadata }) => metadata.name === name);
  return sequencerNames(wish, live).map((name): SequencerSight => {
    const pods = podsOfComponent(live, { kind: 'OpNode', name }) as Pod[];
    const ready = pods.find((pod) => isReady(pod) && !pod.metadata.deletionTimestamp);
    const state = states.get(name) ?? 'unknown';
    const key = config?.data?.[name];
    const editors = config && key !== undefined ? editorsOf(config, [`data.${name}`]) : [];
    return {
      name,
      stays: stays(name),
      barred: staying.some((node) => node.metadata.name === name && node.spec?.sequencer?.stopped === true),
      state,
      may: key === 'false',
      lost: state === 'unknown' && isLost(pods, now),
      ...(key === undefined ? {} : { key }),
      ...(editors.length === 0 ? {} : { keyEditedBy: editors }),
      ...(ready ? { readyPod: ready.metadata.name } : {}),
    };
  });
}

function sequencerNames(wish: Pick<Wish, 'resources' | 'problems'>, live: LiveObjects): string[] {
  const others = nodePods(live).flatMap(({ role, node }) => (role === 'Sequencer' ? [node] : []));
  return [...new Set([...stayingSequencers(wish).map(({ metadata }) => metadata.name), ...others])];
}

type RawNode = KubeObject & { readonly spec?: { readonly sequencer?: { readonly stopped?: boolean } } };

/** Also one whose spec can not be read: what runs of it is looked after. One that is refused has nothing that runs. */
function stayingSequencers({ resources, problems }: Pick<Wish, 'resources' | 'problems'>): RawNode[] {
  const isRefused = (name: string) =>
    problems.some(({ type, object }) => type === 'DuplicateRole' && object === `OpNode/${name}`);
  return resources.components.filter(
    (object) =>
      componentRole(object) === 'sequencer' &&
      object.metadata.deletionTimestamp === undefined &&
      !isRefused(object.metadata.name),
  );
}

function sequencersConfigOf(live: LiveObjects, network: string) {
  const found = live.objects.get(`ConfigMap/${sequencersConfigMapName(network)}`);
  return found as (KubeObject & { readonly data?: Readonly<Record<string, string>> }) | undefined;
}

/** Of several pods of one node, one may have been orphaned: any that sequences counts. */
async function stateOf(node: string, live: LiveObjects, signal: AbortSignal): Promise<SequencerState> {
  const states = await Promise.all(
    nodePods(live)
      .filter((target) => target.node === node)
      .map(async (target) => {
        const url = opNodeUrl(target);
        return url
          ? sequencerState(await reading(sequencerActive(url, { timeoutMs: RPC_TIMEOUT_MS, signal })))
          : 'unknown';
      }),
  );
  if (states.includes('active')) return 'active';
  return states.length > 0 && states.every((state) => state === 'stopped') ? 'stopped' : 'unknown';
}

/** By its pods alone: the Node objects of a cluster are nothing that the operator may read. */
function isLost(pods: readonly Pod[], now: number): boolean {
  const isSilent = ({ metadata, status }: Pod) => {
    const end = Date.parse(metadata.deletionTimestamp ?? '');
    if (now - end > REPORT_MS) return true;
    const condition = status?.conditions?.find(({ type }) => type === 'Ready');
    return condition?.status === 'False' && now - Date.parse(condition.lastTransitionTime ?? '') > LONGEST_RESTART_MS;
  };
  return pods.length > 0 && pods.every(isSilent);
}

/** @param preferred who is to sequence; absent: as the spec says */
export function choiceOf(
  { network, resources }: Pick<Wish, 'network' | 'resources'>,
  seen: readonly SequencerSight[],
  preferred = network?.spec.sequencer?.preferred,
): SequencerChoice {
  const { sequencer } = (resources.network['status'] ?? {}) as OptimismNetworkStatus;
  return chooseSequencer(seen, { preferred, lastActive: sequencer?.active });
}
