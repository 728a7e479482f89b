import { isDeepStrictEqual } from 'node:util';
import { isKubeStatus, type KubeClient } from '../../../src/kube/index.ts';
import { sleep } from './clock.ts';
import type { Pod, PodStatus } from './pod-object.ts';

const RETRY_MILLISECONDS = 500;

/** Writes the newest status of one pod; what changes while a write is under way is written next, in one piece. */
export class StatusWriter {
  readonly #client: KubeClient;
  readonly #pod: Pod;
  readonly #compute: () => PodStatus;
  readonly #gate: (signal: AbortSignal) => Promise<void>;
  readonly #closed = new AbortController();
  #written: PodStatus | undefined;
  #dirty = false;
  #writing: Promise<void> | undefined;

  /** @param gate resolves when the node can reach the API server */
  constructor(options: {
    client: KubeClient;
    pod: Pod;
    compute: () => PodStatus;
    gate: (signal: AbortSignal) => Promise<void>;
  }) {
    this.#client = options.client;
    this.#pod = options.pod;
    this.#compute = options.compute;
    this.#gate = options.gate;
  }

  /** The status may have changed. Returns at once. */
  changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Somebody else may have written the status: write it again even if it has not changed. */
  rewrite(): void {
    this.#written = undefined;
    this.changed();
  }

  /** Resolves when the newest status is written, or the pod is gone, or the writer closed. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  close(): void {
    this.#closed.abort();
  }

  async #write(): Promise<void> {
    const { signal } = this.#closed;
    while (this.#dirty && !signal.aborted) {
      // One turn of the loop later, so that changes made together are written together.
      await sleep(0, signal);
      await this.#gate(signal);
      if (signal.aborted) return;
      this.#dirty = false;
      const status = this.#compute();
      if (isDeepStrictEqual(status, this.#written)) continue;
      try {
        await this.#patch(status, signal);
        this.#written = status;
      } catch (error) {
        // 404: deleted; 409: another pod has the name.
        if (isKubeStatus(error, 404, 409)) return;
        this.#dirty = true;
        await sleep(RETRY_MILLISECONDS, signal);
      }
    }
  }

  async #patch(status: PodStatus, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata;
    // A strategic merge leaves conditions of others alone, but also fields of ours that are not sent any more.
    const conditions = status.conditions?.map((condition) => ({ reason: null, message: null, ...condition }));
    // The uid makes the server refuse it for a successor.
    await this.#client.raw('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      contentType: 'application/strategic-merge-patch+json',
      body: { metadata: { uid }, status: { ...status, conditions } },
      signal,
    });
  }
}
