/** Prometheus metrics of a program, for what it says nowhere else. */
import { type HttpOptions, httpRequest } from './http.ts';
import { RpcError } from './rpc-error.ts';

export interface Series {
  /** Without the program's prefix. */
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/**
 * Lines `<prefix>_name{labels} value` of the exposition format; all others are of no interest.
 * @param expected a series that every such program has
 * @throws RpcError; `rpc-error` where something else answers
 */
export async function programMetrics(
  url: string,
  { program, prefix, expected }: { readonly program: string; readonly prefix: string; readonly expected: string },
  options: HttpOptions = {},
): Promise<Series[]> {
  const { text, endpoint, status } = await httpRequest(url, '/metrics', { path: '/metrics' }, options);
  const line = new RegExp(`^${prefix}_([a-z0-9_]+)(?:\\{(.*)\\})? (\\S+)$`);
  const series = text.split('\n').flatMap((text) => {
    const [, name = '', labels = '', value = ''] = line.exec(text) ?? [];
    return name !== '' ? [{ name, labels, value: Number(value) }] : [];
  });
  if (status === 200 && series.some(({ name }) => name === expected)) return series;
  const message = `${endpoint.host} serves no metrics of an ${program} (HTTP ${status})`;
  throw new RpcError(message, { kind: 'rpc-error', host: endpoint.host, method: '/metrics' });
}
