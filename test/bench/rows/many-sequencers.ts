/** Many networks with one sequencer each, all at once. */

import { inParallel } from '../../../src/chain/clients/in-parallel.ts';
import type { StageType } from '../bench.ts';
import { atMost, type Row } from '../row.ts';
import { coresOf, watchLoad } from '../stage/load.ts';
import { APPLIES_AT_ONCE, applyAtOnce, oneSequencer, prepareNetworks } from '../stage/networks.ts';
import { openServers, type ServerStage } from '../stage/servers.ts';

/** Its own: what this row leaves behind waits for pods that never come. */
const crowded: StageType<ServerStage> = { name: 'servers for many sequencers', open: openServers };
const PATIENCE_MS = 1_800_000;

export const manySequencers: Row = {
  name: 'many-sequencers',
  what: 'networks with one sequencer each applied at once → all StatefulSets exist',
  targets: [atMost('all', 100, 's')],
  elsewhere: '191 s, 108 s with its client limit lifted',
  size: { networks: { usual: 100, target: 1000 } },
  async measure(bench) {
    const stage = await bench.on(crowded);
    const networks = await prepareNetworks(stage, 'many', bench.networks, oneSequencer);
    const load = watchLoad(stage.processes);
    const from = performance.now();
    const existing = Promise.all(
      networks.map(async (network) => {
        const { at } = await stage.appearances.first(
          `StatefulSet in ${network.namespace}`,
          ({ kind, namespace }) => kind === 'StatefulSet' && namespace === network.namespace,
          PATIENCE_MS,
        );
        return (at - from) / 1000;
      }),
    );
    await inParallel(networks, APPLIES_AT_ONCE / 2, (network) => applyAtOnce(stage, network));
    const appliedSeconds = (performance.now() - from) / 1000;
    const seconds = await existing;
    const all = Math.max(...seconds);
    return {
      figures: [
        { name: 'all', value: all, unit: 's' },
        { name: 'first', value: Math.min(...seconds), unit: 's' },
        { name: 'networks', value: networks.length / all, unit: '/s' },
        { name: 'applied after', value: appliedSeconds, unit: 's' },
        ...coresOf(load.stop()),
      ],
      under:
        'a namespace for each, no kubelet, so those that have their StatefulSet keep asking for its pod; all servers and the bench itself on the same cores',
    };
  },
};
