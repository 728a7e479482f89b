/** What a failed call to Temporal means to a network. */
import { isGrpcServiceError } from '@temporalio/client';

export interface TemporalProblem {
  /** Reason of the condition `Orchestrated`. */
  readonly reason: 'TemporalUnreachable' | 'TemporalRefused';
  /** The server's or the network's own words, for logs and for a refusal's condition. */
  readonly detail: string;
}

/** gRPC codes that say that nobody answered: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const NOBODY_ANSWERED: readonly number[] = [1, 4, 8, 14];

/** Finds the gRPC error in what the client threw; without one, nobody answered. */
export function temporalProblem(error: unknown): TemporalProblem {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!isGrpcServiceError(cause)) continue;
    const reason = NOBODY_ANSWERED.includes(cause.code) ? 'TemporalUnreachable' : 'TemporalRefused';
    return { reason, detail: cause.details === '' ? cause.message : cause.details };
  }
  return { reason: 'TemporalUnreachable', detail: error instanceof Error ? error.message : String(error) };
}
