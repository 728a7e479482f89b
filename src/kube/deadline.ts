/** Time-outs for requests. */

export interface Deadline {
  readonly signal: AbortSignal;
  readonly expired: boolean;
  /** Stops the clock but leaves the caller's signal connected, for a body that is read later. */
  keepForStream(): void;
  clear(): void;
}

/**
 * A deadline joined with the caller's signal; listeners are removed again, because that signal may live for hours.
 */
export function startDeadline(timeoutMs: number, parent: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let expired = false;
  let streaming = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  const onParentAbort = (): void => controller.abort(parent?.reason);
  if (parent?.aborted === true) onParentAbort();
  else parent?.addEventListener('abort', onParentAbort, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    keepForStream() {
      streaming = true;
    },
    clear() {
      clearTimeout(timer);
      if (!streaming) parent?.removeEventListener('abort', onParentAbort);
    },
  };
}

/** Waits for something that takes no signal itself, at most until the signal aborts. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
