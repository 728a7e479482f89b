/** op-challenger. It has no RPC: what it does is read from its metrics. */
import type { ChallengerMetrics } from '../samples.ts';
import { type HttpOptions, httpRequest } from './http.ts';
import { RpcError } from './rpc-error.ts';

export async function challengerMetrics(url: string, options: HttpOptions = {}): Promise<ChallengerMetrics> {
  const { text, endpoint, status } = await httpRequest(url, '/metrics', { path: '/metrics' }, options);
  const series = readSeries(text);
  const highest = series.find(({ name }) => name === 'highest_acted_l1_block');
  if (status !== 200 || !highest) {
    const message = `${endpoint.host} serves no metrics of an op-challenger (HTTP ${status})`;
    throw new RpcError(message, { kind: 'rpc-error', host: endpoint.host, method: '/metrics' });
  }
  const sum = (wanted: string) =>
    series.filter(({ name }) => name === wanted).reduce((total, { value }) => total + value, 0);
  const version = /version="(v[^"-]+)/.exec(series.find(({ name }) => name === 'info')?.labels ?? '')?.[1];
  return {
    highestActedL1Block: highest.value,
    trackedGames: sum('tracked_games'),
    claimFailures: sum('claim_failures'),
    ...(version === undefined ? {} : { version }),
  };
}

interface Series {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Lines `op_challenger_name{labels} value` of the exposition format; all others are of no interest. */
function readSeries(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = /^op_challenger_([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name !== '' ? [{ name, labels, value: Number(value) }] : [];
  });
}
