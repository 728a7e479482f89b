/** What networks cost that nobody touches. */
import { setTimeout as pause } from 'node:timers/promises';
import type { KubeClient } from '../../../src/kube/index.ts';
import { atMost, type Row } from '../row.ts';
import { idleNetworks, workflowsOf } from '../stage/idle-networks.ts';
import { coresOf, watchLoad } from '../stage/load.ts';
import { apiServerMetrics, requestsOf, total } from '../stage/metrics.ts';

const MINUTE_MS = 60_000;
/** spec.probeInterval by default. */
const PROBE_SECONDS = 30;
const WRITES = ['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION'];

export const idle: Row = {
  name: 'idle',
  what: 'networks that are Ready and left alone, a probe each 30 s',
  targets: [
    atMost('history events', 0, ''),
    atMost('writes', 1, '/min of a network'),
    atMost('worker RSS', 350, 'MB'),
    atMost('watcher RSS', 200, 'MB'),
    atMost('operator CPU', 1, 'cores'),
  ],
  elsewhere: '90 writes/s for ever',
  size: { networks: { usual: 50, target: 1000 }, runs: { usual: 5, of: 'minutes' } },
  async measure(bench) {
    const stage = await bench.on(idleNetworks);
    const { kube, watcher, worker, fleet, progress } = stage;
    const operators = [watcher, worker];
    progress.step(`leaving ${fleet.length} networks alone for ${bench.runs} min`);
    const before = {
      ...(await workflowsOf(stage)),
      requests: await requestsOf(operators),
      server: await writesByResource(kube),
    };
    const watching = watchLoad(stage.processes);
    await pause(bench.runs * MINUTE_MS);
    const load = watching.stop();
    const after = {
      ...(await workflowsOf(stage)),
      requests: await requestsOf(operators),
      server: await writesByResource(kube),
    };
    const minutes = load.seconds / 60;
    const perNetwork = (count: number) => count / minutes / fleet.length;
    const others = [...after.server]
      .map(([resource, count]) => ({ resource, count: count - (before.server.get(resource) ?? 0) }))
      .filter(({ count }) => count > 0)
      .map(({ resource, count }) => `${resource} ${count}`);
    return {
      figures: [
        { name: 'history events', value: after.events - before.events, unit: '' },
        {
          name: 'writes',
          value: perNetwork(after.requests.writes - before.requests.writes),
          unit: '/min of a network',
        },
        { name: 'worker RSS', value: load.peakMegabytes['worker'] ?? 0, unit: 'MB' },
        { name: 'watcher RSS', value: load.peakMegabytes['watcher'] ?? 0, unit: 'MB' },
        {
          name: 'operator CPU',
          value: (load.cores['worker'] ?? 0) + (load.cores['watcher'] ?? 0),
          unit: 'cores',
        },
        {
          name: 'probes made of those due',
          value: ((after.probes - before.probes) / ((load.seconds / PROBE_SECONDS) * fleet.length)) * 100,
          unit: '%',
        },
        { name: 'reads', value: (after.requests.reads - before.requests.reads) / load.seconds, unit: '/s' },
        {
          name: 'reads of a probe',
          value: (after.requests.reads - before.requests.reads) / Math.max(1, after.probes - before.probes),
          unit: '',
        },
        ...coresOf(load),
      ],
      under: `each is an OpNode with \`replicas: 0\` and so without pods and without a node to ask; RSS is the most that was seen; writes that the API server counts, of everybody: ${others.join(', ') || 'none'}`,
    };
  },
};

/** Writes that the API server has answered, by resource. */
async function writesByResource(kube: KubeClient): Promise<ReadonlyMap<string, number>> {
  const samples = await apiServerMetrics(kube);
  const name = 'apiserver_request_total';
  const nameOf = (labels: Readonly<Record<string, string>>) =>
    `${labels['resource']}${labels['subresource'] ? `/${labels['subresource']}` : ''}`;
  const isWrite = ({ verb = '' }: Readonly<Record<string, string>>) => WRITES.includes(verb);
  const written = samples.filter((sample) => sample.name === name && isWrite(sample.labels));
  return new Map(
    [...new Set(written.map(({ labels }) => nameOf(labels)))].map((resource) => [
      resource,
      total(written, name, (labels) => nameOf(labels) === resource),
    ]),
  );
}
