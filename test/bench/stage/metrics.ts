/** Reads metrics in the text format of Prometheus: the operator's own, and those of the API server. */
import type { KubeClient } from '../../../src/kube/index.ts';
import type { Operator } from '../../devnet/operator.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function parseMetrics(text: string): Sample[] {
  return [...text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text])),
    value: Number(value),
  }));
}

/** Sum of all series of a metric that `where` accepts. */
export function total(samples: readonly Sample[], name: string, where: (labels: Sample['labels']) => boolean): number {
  return samples.reduce((sum, item) => (item.name === name && where(item.labels) ? sum + item.value : sum), 0);
}

export async function operatorMetrics({ healthUrl }: Operator): Promise<Sample[]> {
  return parseMetrics(await (await fetch(`${healthUrl}/metrics`)).text());
}

export async function apiServerMetrics(kube: KubeClient): Promise<Sample[]> {
  return parseMetrics((await kube.raw('GET', '/metrics')).text);
}

export interface Requests {
  readonly reads: number;
  readonly writes: number;
}

/** What these processes have asked of the API server since they started, watches apart from reads. */
export async function requestsOf(operators: readonly Operator[]): Promise<Requests> {
  const samples = (await Promise.all(operators.map(operatorMetrics))).flat();
  const count = (isRead: boolean) =>
    total(samples, 'rest_client_requests_total', ({ method }) => (method === 'GET') === isRead);
  return { reads: count(true), writes: count(false) };
}
