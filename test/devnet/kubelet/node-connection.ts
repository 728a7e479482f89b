/** Whether the node can reach the API server; a cut-off node runs on, but neither hears nor reports anything. */
export class NodeConnection {
  #back: PromiseWithResolvers<void> | undefined;

  get lost(): boolean {
    return this.#back !== undefined;
  }

  lose(): void {
    this.#back ??= Promise.withResolvers();
  }

  restore(): void {
    this.#back?.resolve();
    this.#back = undefined;
  }

  /** Resolves at once while connected, else when the node is back or the signal aborts. */
  async connected(signal: AbortSignal): Promise<void> {
    while (this.#back && !signal.aborted) {
      const aborted = Promise.withResolvers<void>();
      const abort = () => aborted.resolve();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([this.#back.promise, aborted.promise]);
      signal.removeEventListener('abort', abort);
    }
  }
}
