/** A poke that finds nothing to do. */

import { SIGNALS } from '../../../src/contract/messages.ts';
import { NETWORK } from '../../devnet/chain.ts';
import { atMost, type Row } from '../row.ts';
import { requestsOf } from '../stage/metrics.ts';
import { untilQuiet, wholeNetwork } from '../stage/whole-network.ts';
import { percentile } from '../statistics.ts';

export const noOpLook: Row = {
  name: 'no-op-look',
  what: 'a look that finds no difference',
  targets: [atMost('history events', 25, '')],
  size: { runs: { usual: 10, of: 'pokes' } },
  async measure(bench) {
    const { temporal, network, clusterName, watcher, worker } = await bench.on(wholeNetwork);
    const { entityId, namespace } = network;
    const handle = temporal.workflow.getHandle(entityId);
    const operators = [watcher, worker];
    let events = await untilQuiet(temporal, entityId);
    const seen: { events: number; reads: number; writes: number }[] = [];
    for (let run = 0; run < bench.runs; run++) {
      const before = await requestsOf(operators);
      await handle.signal(SIGNALS.poke, { cluster: clusterName, network: `${namespace}/${NETWORK}`, reason: 'bench' });
      const now = await untilQuiet(temporal, entityId);
      const after = await requestsOf(operators);
      seen.push({ events: now - events, reads: after.reads - before.reads, writes: after.writes - before.writes });
      events = now;
    }
    return {
      figures: [
        { name: 'history events', value: Math.max(...seen.map((item) => item.events)), unit: '' },
        {
          name: 'Kubernetes reads p50',
          value: percentile(
            seen.map(({ reads }) => reads),
            50,
          ),
          unit: '',
        },
        {
          name: 'Kubernetes writes p50',
          value: percentile(
            seen.map(({ writes }) => writes),
            50,
          ),
          unit: '',
        },
      ],
      under: 'a network of all five kinds that is Ready; the most that one poke added',
    };
  },
};
