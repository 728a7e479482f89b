/** One watch from its start to its end, with a guard against connections that are dead without saying so. */
import type { KubeClient, Selection } from './client.ts';
import type { ResourceType } from './objects.ts';
import type { WatchEvent } from './watch-stream.ts';

/** A watch that ends sooner, and without an event, counts as a failure: reconnecting at once would be a busy loop. */
const SHORTEST_WATCH_MS = 1000;

export interface WatchRun {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly selection: Selection;
  /** Resource version to start from. */
  readonly from: string;
  readonly serverTimeoutSeconds: number;
  /** Without an event or a bookmark for this long, the connection is given up. */
  readonly idleMs: number;
  /** Belongs to this watch alone; whoever aborts it ends the watch with his reason. */
  readonly abort: AbortController;
  /** Ends this and any other watch. */
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** The next event waits until this one is dealt with. */
  readonly onEvent: (event: WatchEvent) => Promise<void>;
}

/**
 * Resolves when the server ends the watch.
 * @throws the reason of an abort, or what client and stream throw
 */
export async function runWatch(run: WatchRun): Promise<void> {
  const { client, type, abort, signal, idleMs } = run;
  const stop = (): void => abort.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const silence = setTimeout(() => abort.abort(new Error(`no event and no bookmark for ${idleMs} ms`)), idleMs);
  const started = performance.now();
  let events = 0;
  try {
    const stream = await client.watch(type, {
      ...run.selection,
      resourceVersion: run.from,
      serverTimeoutSeconds: run.serverTimeoutSeconds,
      signal: abort.signal,
    });
    run.onOpen();
    for await (const event of stream) {
      silence.refresh();
      events += 1;
      await run.onEvent(event);
    }
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
  }
  if (events === 0 && performance.now() - started < SHORTEST_WATCH_MS) {
    throw new Error(`watch ${type.kind}: the server ended the watch at once and said nothing`);
  }
}
