/** op-challenger. It has no RPC: what it does is read from its metrics. */
import type { ChallengerMetrics } from '../samples.ts';
import type { HttpOptions } from './http.ts';
import { programMetrics } from './metrics.ts';

const METRICS = { program: 'op-challenger', prefix: 'op_challenger', expected: 'highest_acted_l1_block' };

export async function challengerMetrics(url: string, options: HttpOptions = {}): Promise<ChallengerMetrics> {
  const series = await programMetrics(url, METRICS, options);
  const sum = (wanted: string) =>
    series.filter(({ name }) => name === wanted).reduce((total, { value }) => total + value, 0);
  const version = /version="(v[^"-]+)/.exec(series.find(({ name }) => name === 'info')?.labels ?? '')?.[1];
  return {
    highestActedL1Block: sum(METRICS.expected),
    trackedGames: sum('tracked_games'),
    inflightGames: sum('inflight_games'),
    claimFailures: sum('claim_failures'),
    ...(version === undefined ? {} : { version }),
  };
}
