/** The three probes of one running container. */
import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { type Clock, sleep } from './clock.ts';
import type { RecordEvent } from './events.ts';
import type { ProbeResult } from './probe.ts';

export type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

export interface ProbeLoopsOptions {
  readonly container: V1Container;
  readonly clock: Clock;
  /** Ends all probes: the container has ended. */
  readonly signal: AbortSignal;
  /** Ends startup and liveness probes: the pod is being deleted. Readiness goes on, as in the kubelet. */
  readonly ending: AbortSignal;
  readonly attempt: (probe: V1Probe, kind: ProbeKind) => Promise<ProbeResult>;
  readonly event: RecordEvent;
  readonly onStarted: () => void;
  readonly onReady: (ready: boolean) => void;
  /** A startup or liveness probe failed often enough: the container has to be killed. */
  readonly onFailed: (kind: ProbeKind, probe: V1Probe) => void;
}

/** Runs until `signal` aborts. Without a startup probe the container counts as started at once. */
export async function runProbes(options: ProbeLoopsOptions): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = options.container;
  const startedAt = options.clock.now();
  const lasting = AbortSignal.any([options.signal, options.ending]);
  if (startupProbe) {
    const passed = await loop('Startup', startupProbe, startedAt, lasting, options, (ok) => ok || 'failed');
    if (!passed) return;
  }
  options.onStarted();
  await Promise.all([
    readinessProbe
      ? loop('Readiness', readinessProbe, startedAt, options.signal, options, (ok) => {
          options.onReady(ok);
          return false;
        })
      : options.onReady(true),
    livenessProbe && loop('Liveness', livenessProbe, startedAt, lasting, options, (ok) => (ok ? false : 'failed')),
  ]);
}

/**
 * Probes once each period; `decide` hears of every result that its threshold confirmed.
 * @returns true when `decide` ended the loop with true; false after a failure or the signal
 */
async function loop(
  kind: ProbeKind,
  probe: V1Probe,
  startedAt: Date,
  signal: AbortSignal,
  { clock, event, attempt, onFailed }: ProbeLoopsOptions,
  decide: (ok: boolean) => boolean | 'failed',
): Promise<boolean> {
  const delay = (probe.initialDelaySeconds ?? 0) - clock.secondsSince(startedAt);
  if (delay > 0 && !(await sleep(clock.milliseconds(delay), signal))) return false;
  let last: boolean | undefined;
  let run = 0;
  while (!signal.aborted) {
    const result = await attempt(probe, kind);
    if (signal.aborted) return false;
    if (!result.ok) event('Warning', 'Unhealthy', `${kind} probe failed: ${result.message}`);
    run = result.ok === last ? run + 1 : 1;
    last = result.ok;
    if (run >= (result.ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3))) {
      const decision = decide(result.ok);
      if (decision === 'failed') onFailed(kind, probe);
      if (decision !== false) return decision === true;
    }
    await sleep(clock.milliseconds(probe.periodSeconds ?? 10), signal);
  }
  return false;
}
