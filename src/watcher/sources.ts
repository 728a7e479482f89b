/** The reflectors of the watcher: the five kinds, and what the operator has made of them. */
import type { Logger } from 'pino';
import { API_VERSION, KIND_NAMES, LABELS } from '../api/names.ts';
import {
  type Change,
  type KubeClient,
  type KubeObject,
  type Reflector,
  type ReflectorOptions,
  startReflector,
} from '../kube/index.ts';
import type { WatcherMetrics } from './metrics.ts';
import { type ManagedObject, type OwnObject, toManagedObject, toOwnObject } from './watched-objects.ts';

const NETWORK_KIND = 'OptimismNetwork';
const COMPONENT_KINDS = KIND_NAMES.filter((kind) => kind !== NETWORK_KIND);

/** Never Secrets: those are read by name when they are needed. */
const MANAGED_KINDS = [
  ['apps/v1', 'StatefulSet'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['v1', 'ServiceAccount'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Pod'],
] as const;

/** Conditions of each kind that the watcher writes, and so has to know. */
const NETWORK_CONDITIONS = ['Orchestrated'];
const COMPONENT_CONDITIONS = ['ConfigurationValid'];

export interface SourcesOptions {
  readonly kube: KubeClient;
  /** Undefined: all namespaces. */
  readonly namespaces: readonly string[] | undefined;
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
  readonly onNetwork: (change: Change<OwnObject>) => void;
  readonly onComponent: (change: Change<OwnObject>) => void;
  readonly onManaged: (change: Change<ManagedObject>) => void;
}

export interface Sources {
  readonly all: readonly Reflector<KubeObject>[];
  /** Whether all networks are known; what belongs to them is watched from then on. */
  readonly areNetworksKnown: boolean;
  /** Resolves when everything is known. */
  readonly synced: Promise<void>;
  network(namespace: string, name: string): OwnObject | undefined;
  networks(): OwnObject[];
  component(kind: string, namespace: string, name: string): OwnObject | undefined;
  components(): OwnObject[];
  close(): Promise<void>;
}

/** Networks first: whether a network exists decides what a change of its parts means. */
export function startSources(options: SourcesOptions): Sources {
  const { kube, logger, metrics } = options;
  const scopes = options.namespaces ?? [undefined];
  const all: Reflector<KubeObject>[] = [];
  let closed = false;

  function start<T extends KubeObject>(
    apiVersion: string,
    kind: string,
    rest: Pick<ReflectorOptions<T>, 'onChange' | 'transform' | 'labelSelector' | 'metadataOnly'>,
  ): Reflector<T>[] {
    metrics.onWatching(kind);
    return scopes.map((namespace) => {
      const reflector = startReflector<T>({
        client: kube,
        type: { apiVersion, kind, namespace },
        ...rest,
        observer: {
          onFailure: (error, retryInMs) => {
            metrics.onWatchFailure(kind);
            logger.warn({ kind, namespace, err: error, retryInMs: Math.round(retryInMs) }, 'Watch failed');
          },
          onHandlerError: (error) => logger.error({ kind, namespace, err: error }, 'Change could not be handled'),
          onCacheMiss: (keys) => {
            metrics.onCacheMiss(kind, keys.length);
            logger.error({ kind, namespace, objects: keys.slice(0, 20) }, 'Watch missed changes, listed again');
          },
        },
      });
      all.push(reflector as unknown as Reflector<KubeObject>);
      return reflector;
    });
  }

  const networkReflectors = start<OwnObject>(API_VERSION, NETWORK_KIND, {
    transform: toOwnObject(NETWORK_CONDITIONS),
    onChange: options.onNetwork,
  });
  const componentReflectors = new Map<string, Reflector<OwnObject>[]>();

  async function startParts(): Promise<void> {
    await Promise.all(networkReflectors.map(({ synced }) => synced));
    if (closed) return;
    for (const kind of COMPONENT_KINDS) {
      const transform = toOwnObject(COMPONENT_CONDITIONS);
      componentReflectors.set(kind, start<OwnObject>(API_VERSION, kind, { transform, onChange: options.onComponent }));
    }
    for (const [apiVersion, kind] of MANAGED_KINDS) {
      start<ManagedObject>(apiVersion, kind, {
        transform: toManagedObject,
        onChange: options.onManaged,
        labelSelector: LABELS.network,
        metadataOnly: true,
      });
    }
    await Promise.all(all.map(({ synced }) => synced));
  }

  const synced = startParts();
  synced.catch(() => {}); // it rejects when the watcher is closed before; nobody has to wait for it

  return {
    all,
    get areNetworksKnown() {
      return networkReflectors.every(({ hasSynced }) => hasSynced);
    },
    synced,
    network: (namespace, name) => find(networkReflectors, namespace, name),
    networks: () => networkReflectors.flatMap((reflector) => [...reflector.objects()]),
    component: (kind, namespace, name) => find(componentReflectors.get(kind) ?? [], namespace, name),
    components: () => [...componentReflectors.values()].flat().flatMap((reflector) => [...reflector.objects()]),
    async close() {
      closed = true;
      await Promise.all(all.map((reflector) => reflector.close()));
    },
  };
}

function find(reflectors: readonly Reflector<OwnObject>[], namespace: string, name: string): OwnObject | undefined {
  for (const reflector of reflectors) {
    const object = reflector.get({ namespace, name });
    if (object !== undefined) return object;
  }
  return undefined;
}
