/**
 * Keeps the watcher's two conditions right. Writes only when something has happened to this watcher or to the object
 * (Temporal went or came back, a network appeared or went), never because the stored condition differs: two watchers
 * with different views of Temporal would else write against each other for ever.
 */
import type { Logger } from 'pino';
import { entityWorkflowId } from '../contract/ids.ts';
import { createWorkQueue, type KubeClient, type WorkQueue, type WorkQueueObserver } from '../kube/index.ts';
import {
  changedCondition,
  networkNotFound,
  nobodyTakesDown,
  notOrchestrated,
  orchestrated,
  saysNetworkNotFound,
  type TemporalPlace,
  type WantedCondition,
} from './conditions.ts';
import type { Sources } from './sources.ts';
import { writeConditions } from './status-writer.ts';
import type { TemporalProblem } from './temporal-errors.ts';
import type { OwnObject } from './watched-objects.ts';

/** `kubectl apply` of a whole chain creates components before their network; that is not worth a condition. */
const MISSING_NETWORK_GRACE_MS = 2000;

export interface StatusKeeper {
  readonly queue: WorkQueue;
  /** The entity of this network has taken a poke. */
  pokeAccepted(network: OwnObject): void;
  /** Temporal answered a poke of this network with a refusal. */
  pokeRefused(network: OwnObject, problem: TemporalProblem): void;
  /** Temporal went away, or (undefined) came back. */
  temporalChanged(problem: TemporalProblem | undefined): void;
  /** A network appeared or went: components that name it are judged anew. */
  networkChanged(network: OwnObject): void;
  /** A component appeared or changed. */
  componentChanged(component: OwnObject): void;
  close(): Promise<void>;
}

export interface StatusKeeperOptions {
  readonly kube: KubeClient;
  readonly cluster: string;
  readonly place: TemporalPlace;
  readonly sources: () => Sources;
  readonly logger: Logger;
  readonly observer: WorkQueueObserver;
  readonly now?: (() => Date) | undefined;
}

export function createStatusKeeper(options: StatusKeeperOptions): StatusKeeper {
  const { kube, cluster, place, sources, logger, observer } = options;
  const now = options.now ?? (() => new Date());
  const timers = new Set<NodeJS.Timeout>();
  /** By `namespace/name`, how the last poke ended; absent: there was none yet. */
  const lastPoke = new Map<string, TemporalProblem | 'accepted'>();
  let away: TemporalProblem | undefined;

  const queue = createWorkQueue({
    minIntervalMs: 1000,
    concurrency: 8,
    backOff: { initialMs: 500, maxMs: 10_000 },
    observer: {
      ...observer,
      onRetry: (key, error, retryInMs) => {
        observer.onRetry?.(key, error, retryInMs);
        logger.warn({ object: key, err: error, retryInMs: Math.round(retryInMs) }, 'Condition could not be written');
      },
    },
    process: async (key, _, signal) => {
      const [kind = '', namespace = '', name = ''] = key.split('/');
      if (kind === 'OptimismNetwork') await keepOrchestrated(namespace, name, signal);
      else await keepReference(kind, namespace, name, signal);
    },
  });

  async function keepOrchestrated(namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const network = sources().network(namespace, name);
    const wanted = network === undefined ? undefined : wantedOrchestrated(network);
    if (network === undefined || wanted === undefined) return;
    const condition = changedCondition(network, wanted, now());
    if (condition !== undefined) await writeConditions(kube, network, [condition], signal);
  }

  function wantedOrchestrated(network: OwnObject): WantedCondition | undefined {
    const { namespace = '', name } = network.metadata;
    const last = lastPoke.get(networkKey(network));
    if (away !== undefined) return notOrchestrated(away, place);
    if (last === undefined) return undefined;
    if (last !== 'accepted') return notOrchestrated(last, place);
    return orchestrated(entityWorkflowId({ cluster, namespace, name }), place);
  }

  async function keepReference(kind: string, namespace: string, name: string, signal: AbortSignal): Promise<void> {
    const component = sources().component(kind, namespace, name);
    if (component?.network === undefined) return;
    if (sources().network(namespace, component.network) !== undefined) {
      if (saysNetworkNotFound(component)) await writeConditions(kube, component, [], signal);
      return;
    }
    const wanted =
      component.metadata.deletionTimestamp === undefined
        ? networkNotFound(component.network, namespace)
        : nobodyTakesDown(component, component.network);
    const condition = changedCondition(component, wanted, now());
    if (condition !== undefined) await writeConditions(kube, component, [condition], signal);
  }

  function later(key: string): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      queue.add(key, 'its network is missing');
    }, MISSING_NETWORK_GRACE_MS);
    timers.add(timer);
  }

  function judge(component: OwnObject): void {
    const exists = sources().network(component.metadata.namespace ?? '', component.network ?? '') !== undefined;
    if (!exists) later(statusKey(component));
    else if (saysNetworkNotFound(component)) queue.add(statusKey(component), 'its network is there');
  }

  function pokeEnded(network: OwnObject, end: TemporalProblem | 'accepted'): void {
    const key = networkKey(network);
    lastPoke.set(key, end);
    const wanted = wantedOrchestrated(network);
    if (wanted !== undefined && changedCondition(network, wanted, now()) !== undefined) {
      queue.add(statusKey(network), 'a poke ended');
    }
  }

  return {
    queue,
    pokeAccepted: (network) => pokeEnded(network, 'accepted'),
    pokeRefused: (network, problem) => pokeEnded(network, problem),
    temporalChanged(problem) {
      away = problem;
      for (const network of sources().networks()) queue.add(statusKey(network), 'Temporal went or came back');
    },
    networkChanged(network) {
      if (sources().network(network.metadata.namespace ?? '', network.metadata.name) === undefined) {
        lastPoke.delete(networkKey(network));
      } else if (away !== undefined) {
        queue.add(statusKey(network), 'it appeared while Temporal is away');
      }
      for (const component of sources().components()) {
        const same = component.metadata.namespace === network.metadata.namespace;
        if (same && component.network === network.metadata.name) judge(component);
      }
    },
    componentChanged: judge,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await queue.close();
    },
  };
}

function networkKey({ metadata }: OwnObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function statusKey(object: OwnObject): string {
  return `${object.kind}/${networkKey(object)}`;
}
