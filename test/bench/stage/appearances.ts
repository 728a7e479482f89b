/** When objects appeared, as somebody sees it who watches the API server. */
import { type KubeClient, type KubeObject, type Reflector, startReflector } from '../../../src/kube/index.ts';

export interface Appearance {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** By performance.now(). */
  readonly at: number;
}

export interface Appearances {
  /** The first object that matches, whether it is there already or comes later. */
  first(what: string, match: (appearance: Appearance) => boolean, timeoutMs?: number): Promise<Appearance>;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;

interface Wait {
  readonly match: (appearance: Appearance) => boolean;
  readonly found: (appearance: Appearance) => void;
}

/** Resolves when everything that is there already has been seen. */
export async function watchAppearances(
  kube: KubeClient,
  types: readonly { readonly apiVersion: string; readonly kind: string }[],
): Promise<Appearances> {
  const seen: Appearance[] = [];
  const waits = new Set<Wait>();

  function appeared(kind: string, { metadata }: KubeObject): void {
    const { namespace = '', name, uid = '' } = metadata;
    const appearance = { kind, namespace, name, uid, at: performance.now() };
    seen.push(appearance);
    for (const wait of waits) if (wait.match(appearance)) wait.found(appearance);
  }

  const reflectors: Reflector<KubeObject>[] = types.map((type) =>
    startReflector({
      client: kube,
      type,
      metadataOnly: true,
      onChange: (change) => {
        if (change.type === 'added') appeared(type.kind, change.object);
      },
    }),
  );
  await Promise.all(reflectors.map(({ synced }) => synced));

  return {
    async first(what, match, timeoutMs = PATIENCE_MS) {
      const known = seen.find(match);
      if (known) return known;
      return new Promise<Appearance>((resolve, reject) => {
        const wait: Wait = {
          match,
          found(appearance) {
            end();
            resolve(appearance);
          },
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`not within ${timeoutMs / 1000} s: ${what}`));
        }, timeoutMs);
        const end = () => {
          clearTimeout(timer);
          waits.delete(wait);
        };
        waits.add(wait);
      });
    },
    async close() {
      await Promise.all(reflectors.map((reflector) => reflector.close()));
    },
  };
}
