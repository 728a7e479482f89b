/** Watches the forks that lie ahead: whether all nodes are ready for them, and how near they are. */
import { Context } from '@temporalio/activity';
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import { headTime, type ScheduledFork } from '../chain/facts/fork-readiness.ts';
import type { NodeSample, Sample } from '../chain/samples.ts';
import type { ConditionInput } from '../status/conditions.ts';
import {
  announcements,
  type ForkClock,
  forkReadyCondition,
  notReadyEvent,
  watchedForks,
} from '../status/fork-watch.ts';
import type { PodObject } from '../status/pods/pod-objects.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Look } from './look-once.ts';
import { tellEvent } from './network-event.ts';

/** Fork times are what a process was started with: nobody asks for them with every probe. */
const ASKED_EVERY_MS = 5 * 60_000;

type ForkReadings = Pick<NodeSample, 'rollupForks' | 'elForks'>;

interface Known {
  readonly at: number;
  /** Processes that were asked, and what for. */
  readonly key: string;
  readonly readings: ReadonlyMap<string, ForkReadings>;
}

/** What each network's nodes have said, by uid. */
const lastReadings = new Map<string, Known>();

/** Whether nodes are to be asked for their fork times now. */
export function asksForForks(look: Look, nowMs: number): boolean {
  const status = (look.wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const head = (Date.parse(status.health?.unsafe?.timestamp ?? '') || nowMs) / 1000;
  if (watchedForks(scheduled(look), { head, now: nowMs / 1000 }).length === 0) return false;
  const known = lastReadings.get(look.result.uid);
  const isComplete = [...(known?.readings.values() ?? [])].every(({ rollupForks, elForks }) =>
    [rollupForks, elForks].every((reading) => reading?.ok || reading?.kind === 'method-missing'),
  );
  return !known || !isComplete || known.key !== keyOf(look) || nowMs - known.at >= ASKED_EVERY_MS;
}

export interface ForksSeen {
  readonly conditions: readonly ConditionInput[];
  /** Forks that were told of, as the status shall remember them. */
  readonly told: NonNullable<OptimismNetworkStatus['forks']>;
}

/**
 * Judges what the sample, or one before, says of fork times, and tells what is new. Events are told before the status
 * remembers that they were: whoever is interrupted in between tells them again rather than never.
 * @param isMoving a plan is being executed: that its nodes are not ready yet is no news
 */
export function watchForks(
  deps: ActivityDependencies,
  at: { readonly namespace: string; readonly name: string },
  look: Look,
  { sample, isMoving }: { readonly sample: Sample; readonly isMoving: boolean },
): ForksSeen {
  const { uid } = look.result;
  const status = (look.wish.resources.network['status'] ?? {}) as OptimismNetworkStatus;
  const clock: ForkClock = { head: headTime(sample), now: sample.at / 1000 };
  const [condition] = forkReadyCondition(withReadings(look, sample), scheduled(look), clock);
  const wasKnown = status.conditions?.some(({ type, status: is }) => type === 'ForkReady' && is === 'False') ?? false;
  const notReady = notReadyEvent(condition, wasKnown || isMoving);
  const { events, told } = announcements(status.forks ?? [], clock);
  const { workflowId = '' } = Context.current().info.workflowExecution ?? {};
  for (const event of [...events, ...(notReady ? [notReady] : [])])
    tellEvent(deps, { ...at, uid }, event, { workflowId, head: status.audit });
  return { conditions: condition ? [condition] : [], told: [...told] };
}

/** Nodes with the fork times that they, the same processes, have told last. */
function withReadings(look: Look, { at, nodes }: Sample): readonly NodeSample[] {
  const { uid } = look.result;
  if (nodes.some(({ rollupForks }) => rollupForks)) {
    const readings = nodes.map(({ pod, rollupForks, elForks }) => [pod, readingsOf({ rollupForks, elForks })] as const);
    lastReadings.set(uid, { at, key: keyOf(look), readings: new Map(readings) });
  }
  const known = lastReadings.get(uid);
  return nodes.map((node) => ({ ...node, ...known?.readings.get(node.pod) }));
}

function readingsOf({
  rollupForks,
  elForks,
}: { [K in keyof ForkReadings]: ForkReadings[K] | undefined }): ForkReadings {
  return { ...(rollupForks ? { rollupForks } : {}), ...(elForks ? { elForks } : {}) };
}

function scheduled({ wish }: Look): readonly ScheduledFork[] {
  return wish.files?.facts.forks ?? [];
}

/** Changes when a container restarts, and when the chain is wished with other times. */
function keyOf(look: Look): string {
  const processes = look.live.pods.map((pod) => {
    const { containerStatuses = [], initContainerStatuses = [] } = (pod as unknown as PodObject).status ?? {};
    const restarts = [...initContainerStatuses, ...containerStatuses].map(({ restartCount }) => restartCount ?? 0);
    return [pod.metadata.uid, ...restarts];
  });
  return JSON.stringify([processes, scheduled(look)]);
}
