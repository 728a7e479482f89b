/** Waits for the phases of many networks, without asking for all of them again and again. */
import { API_VERSION } from '../../../src/api/names.ts';
import type { OptimismNetworkStatus } from '../../../src/api/optimism-network.ts';
import { type KubeClient, type KubeObject, startReflector } from '../../../src/kube/index.ts';
import type { BenchNetwork } from './networks.ts';

type WithPhase = KubeObject & { readonly phase: string | undefined };

export interface Phases {
  /** Resolves when each of these networks is, or has been, Ready; with when the last one was, by performance.now(). */
  allReady(networks: readonly Pick<BenchNetwork, 'namespace'>[], timeoutMs?: number): Promise<number>;
  close(): Promise<void>;
}

const PATIENCE_MS = 180_000;

export async function watchPhases(kube: KubeClient): Promise<Phases> {
  const readyAt = new Map<string, number>();
  let changed = () => {};
  const reflector = startReflector<WithPhase>({
    client: kube,
    type: { apiVersion: API_VERSION, kind: 'OptimismNetwork' },
    transform: ({ apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, ...rest }) => {
      const { phase } = (rest['status'] ?? {}) as OptimismNetworkStatus;
      return {
        apiVersion,
        kind,
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
        phase,
      };
    },
    onChange: ({ type, object: { metadata, phase } }) => {
      const { namespace = '' } = metadata;
      if (type === 'deleted' || phase !== 'Ready' || readyAt.has(namespace)) return;
      readyAt.set(namespace, performance.now());
      changed();
    },
  });
  await reflector.synced;

  return {
    allReady(networks, timeoutMs = PATIENCE_MS) {
      return new Promise((resolve, reject) => {
        const missing = () => networks.filter(({ namespace }) => !readyAt.has(namespace)).length;
        const timer = setTimeout(
          () =>
            reject(
              new Error(`${missing()} of ${networks.length} networks were not Ready within ${timeoutMs / 1000} s`),
            ),
          timeoutMs,
        );
        changed = () => {
          if (missing() > 0) return;
          clearTimeout(timer);
          resolve(Math.max(...networks.map(({ namespace }) => readyAt.get(namespace) ?? 0)));
        };
        changed();
      });
    },
    close: () => reflector.close(),
  };
}
