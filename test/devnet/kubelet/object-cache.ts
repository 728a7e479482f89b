import { isKubeStatus, type KubeClient, type KubeObject, type ResourceType } from '../../../src/kube/index.ts';
import { sleep } from './clock.ts';

const RETRY_MILLISECONDS = 300;
const WATCH_SECONDS = 300;

/**
 * All objects of one kind in a namespace, kept up to date. Not the operator's reflector on purpose: the devnet must not
 * go blind by the same bug as what it tests.
 */
export class ObjectCache<T extends KubeObject> {
  readonly #client: KubeClient;
  readonly #type: ResourceType;
  readonly #onChange: () => void;
  readonly #closed = new AbortController();
  readonly #listed = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #objects = new Map<string, T>();
  /** Up to which everything is known; undefined: list again. */
  #version: string | undefined;

  /** @param onChange called after each change, without saying which: look at everything */
  constructor(client: KubeClient, type: ResourceType, onChange: () => void) {
    this.#client = client;
    this.#type = type;
    this.#onChange = onChange;
    this.#ended = this.#run();
  }

  /** Resolves after the first list. */
  get synced(): Promise<void> {
    return this.#listed.promise;
  }

  values(): T[] {
    return [...this.#objects.values()];
  }

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#listed.resolve();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        else await this.#watch(this.#version, signal);
      } catch (error) {
        if (isKubeStatus(error, 410)) this.#version = undefined;
        await sleep(RETRY_MILLISECONDS, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = await this.#client.list<T>(this.#type, { signal });
    this.#objects = new Map(items.map((item) => [item.metadata.name, item]));
    this.#version = resourceVersion;
    this.#listed.resolve();
    this.#onChange();
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const serverTimeoutSeconds = WATCH_SECONDS;
    const stream = await this.#client.watch(this.#type, {
      resourceVersion,
      serverTimeoutSeconds,
      // One of its own, so that nothing of a finished watch stays behind on the cache's.
      signal: AbortSignal.any([signal]),
    });
    for await (const event of stream) {
      if (event.type === 'BOOKMARK') {
        this.#version = event.resourceVersion;
        continue;
      }
      const object = event.object as T;
      this.#version = object.metadata.resourceVersion ?? this.#version;
      if (event.type === 'DELETED') this.#objects.delete(object.metadata.name);
      else this.#objects.set(object.metadata.name, object);
      this.#onChange();
    }
  }
}
