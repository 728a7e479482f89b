/**
 * Who may act on a network: one attempt of one step at a time, by compare-and-swap on the Lease `<network>-executor`.
 *
 * Temporal gives an attempt up when its heartbeats stop, but a worker that was only frozen wakes up and goes on. Just
 * before its effect each attempt therefore takes the Lease; the next attempt takes it over, and the one that wakes up
 * finds a foreign holder and stops without effect. A holder of another run (a child that was terminated by hand) is
 * waited out instead, because nothing says that its activity has ended. Whoever lets go leaves word: an attempt that was
 * cut off from Temporal, and comes to a Lease that is free again, sees that a later one was there.
 */
import { ANNOTATIONS } from '../api/names.ts';
import { OperatorError } from '../contract/failures.ts';
import { isKubeStatus, type KubeClient, readLease, swapLease } from '../kube/index.ts';

/** The longest startToClose of an effectful step, and a margin for clocks. */
export const HOLD_SECONDS = 65;

export interface Holder {
  readonly runId: string;
  /** When the step's activity was scheduled, by Temporal's clock: a step that is retried counts its attempts anew. */
  readonly scheduledAt: number;
  readonly attempt: number;
}

export interface ExecutorLease {
  /** @throws OperatorError NotExecutor when a later attempt, or another run, holds it */
  take(holder: Holder): Promise<void>;
  /** Lets go, if it is still held. A lease that is not released is waited out by other runs. */
  release(holder: Holder, control?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Another attempt of the same step acts now: this one is nobody any more. */
export class TakenOver extends OperatorError {}

export interface ExecutorLeaseOptions {
  readonly kube: KubeClient;
  readonly network: { readonly namespace: string; readonly name: string };
  /** Uid of the OptimismNetwork: the Lease goes with it. */
  readonly uid: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export function createExecutorLease({ kube, network, uid, now, signal }: ExecutorLeaseOptions): ExecutorLease {
  const ref = { namespace: network.namespace, name: `${network.name}-executor` };
  const metadata = {
    labels: { 'optimism.io/network': network.name },
    ownerReferences: [{ apiVersion: 'optimism.io/v1alpha1', kind: 'OptimismNetwork', name: network.name, uid }],
  };

  async function take(holder: Holder): Promise<void> {
    const expected = await readLease(kube, ref, { signal });
    const current = parseHolder(expected?.holder);
    if (current && current.runId !== holder.runId) {
      const left = Math.ceil(((expected?.renewTime?.getTime() ?? 0) + HOLD_SECONDS * 1000 - now()) / 1000);
      if (left > 0)
        throw notExecutor(
          `an earlier run of this network's plans may still be acting; waiting ${left} s`,
          Math.min(left, 10),
        );
    }
    const last = current
      ? { holder: current, at: expected?.renewTime?.getTime() ?? 0 }
      : parseSeen(expected?.annotations?.[ANNOTATIONS.releasedBy]);
    requireNotTakenOver(holder, last, now());
    const swap = {
      ...ref,
      expected,
      holder: formatHolder(holder),
      durationSeconds: HOLD_SECONDS,
      now: new Date(now()),
      metadata,
    };
    try {
      if (await swapLease(kube, swap, { signal })) return;
    } catch (error) {
      // Nothing can be created in a namespace that ends, and its own end is what everybody there is waiting for.
      if (isKubeStatus(error, 403) && error.message.includes('is being terminated')) return;
      throw error;
    }
    throw notExecutor('somebody else has taken the executor lease at the same moment', 1);
  }

  async function release(holder: Holder, control: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const expected = await readLease(kube, ref, control);
    if (expected?.holder !== formatHolder(holder)) return;
    // Losing this race means that it was taken over, or is gone with its namespace: not ours to release any more.
    const annotations = { [ANNOTATIONS.releasedBy]: formatSeen({ holder, at: now() }) };
    const swap = { ...ref, expected, holder: undefined, now: new Date(now()), metadata: { ...metadata, annotations } };
    await swapLease(kube, swap, control);
  }

  return { take, release };
}

/**
 * By Temporal's clock, which may go back: at a fail-over to another of its hosts, or with another server. What is earlier
 * is therefore refused only as long as an attempt can last, and not for ever.
 */
function isLater(a: Holder, b: Holder): boolean {
  return a.scheduledAt > b.scheduledAt || (a.scheduledAt === b.scheduledAt && a.attempt > b.attempt);
}

/** Who was there, and when; milliseconds since the epoch. */
export interface SeenHolder {
  readonly holder: Holder;
  readonly at: number;
}

/** @throws TakenOver when a later attempt was there, which may still be acting */
export function requireNotTakenOver(own: Holder, seen: SeenHolder | undefined, now: number): void {
  if (seen && isLater(seen.holder, own) && now - seen.at < HOLD_SECONDS * 1000)
    throw notExecutor('a later attempt of this plan has taken over', 10, TakenOver);
}

/** As annotations hold it: `<run>/<scheduled at>/<attempt>@<unix milliseconds>`. */
export function formatSeen({ holder, at }: SeenHolder): string {
  return `${formatHolder(holder)}@${at}`;
}

export function parseSeen(annotation = ''): SeenHolder | undefined {
  const [text, at] = annotation.split('@');
  const holder = parseHolder(text);
  return holder && at !== undefined ? { holder, at: Number(at) } : undefined;
}

function formatHolder({ runId, scheduledAt, attempt }: Holder): string {
  return `${runId}/${scheduledAt}/${attempt}`;
}

function parseHolder(text: string | undefined): Holder | undefined {
  const [runId, scheduledAt, attempt] = (text ?? '').split('/');
  if (!runId || scheduledAt === undefined || attempt === undefined) return undefined;
  return { runId, scheduledAt: Number(scheduledAt), attempt: Number(attempt) };
}

function notExecutor(message: string, retryAfterSeconds: number, Failure = OperatorError): OperatorError {
  return new Failure({ type: 'NotExecutor', message, fix: 'nothing to do: it is tried again' }, { retryAfterSeconds });
}
