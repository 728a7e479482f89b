/** One network at a time: from the apply to the first thing that runs. */
import { atMost, distribution, type Row } from '../row.ts';
import { applyAtOnce, oneSequencer, prepareNetworks } from '../stage/networks.ts';
import { emptyServers } from '../stage/servers.ts';
import { takeDown } from '../stage/take-down.ts';

export const firstObject: Row = {
  name: 'first-object',
  what: 'apply of one network → its first workload object exists, settle time included',
  targets: [atMost('p50', 0.6, 's'), atMost('p99', 1.5, 's')],
  size: { runs: { usual: 30, of: 'networks, one after the other' } },
  async measure(bench) {
    const stage = await bench.on(emptyServers);
    const networks = await prepareNetworks(stage, 'first', bench.runs, oneSequencer);
    const seconds: number[] = [];
    for (const network of networks) {
      const from = performance.now();
      await applyAtOnce(stage, network);
      const { at } = await stage.appearances.first(
        `StatefulSet in ${network.namespace}`,
        ({ kind, namespace }) => kind === 'StatefulSet' && namespace === network.namespace,
      );
      seconds.push((at - from) / 1000);
      await takeDown(stage, network);
    }
    return {
      figures: distribution(seconds, 's'),
      under:
        'OptimismNetwork and sequencer sent by server-side apply at the same time, clock from the sending to the StatefulSet in a watch; 4 gates and steps come before it; nothing else runs',
    };
  },
};
