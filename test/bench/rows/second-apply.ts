/** The same files once more. */
import { atMost, type Row } from '../row.ts';
import { manifests } from '../stage/manifests.ts';
import { requestsOf } from '../stage/metrics.ts';
import { untilQuiet, wholeNetwork } from '../stage/whole-network.ts';

export const secondApply: Row = {
  name: 'second-apply',
  what: 'an unchanged second apply',
  targets: [atMost('plans', 0, ''), atMost('Kubernetes writes', 0, '')],
  size: { runs: { usual: 5, of: 'applies' } },
  async measure(bench) {
    const stage = await bench.on(wholeNetwork);
    const { temporal, network, watcher, worker } = stage;
    const files = await manifests(stage, network.resources);
    const plans = async () => (await network.chain.status()).history?.length ?? 0;
    const before = {
      events: await untilQuiet(temporal, network.entityId),
      plans: await plans(),
      ...(await requestsOf([watcher, worker])),
    };
    for (let run = 0; run < bench.runs; run++) {
      await stage.kubectl('apply', ...files);
      await untilQuiet(temporal, network.entityId);
    }
    const after = {
      events: await untilQuiet(temporal, network.entityId),
      plans: await plans(),
      ...(await requestsOf([watcher, worker])),
    };
    return {
      figures: [
        { name: 'plans', value: after.plans - before.plans, unit: '' },
        { name: 'Kubernetes writes', value: after.writes - before.writes, unit: '' },
        { name: 'history events', value: after.events - before.events, unit: '' },
      ],
      under:
        '`kubectl apply` of all five kinds, the network Ready; sums over all applies, each watched until nothing happened for 3 s; probes are 10 min apart, which write health',
    };
  },
};
