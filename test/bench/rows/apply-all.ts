/** All objects of a network by one `kubectl apply`, in orders in which components come before their network as well. */
import { atMost, distribution, type Row } from '../row.ts';
import { manifests } from '../stage/manifests.ts';
import { allKinds, prepareNetworks } from '../stage/networks.ts';
import { emptyServers } from '../stage/servers.ts';
import { takeDown } from '../stage/take-down.ts';
import { percentile } from '../statistics.ts';

/** A wait that a lost race has caused would be a retry or a resync, which both take longer. */
const LATE_SECONDS = 10;

export const applyAll: Row = {
  name: 'apply-all',
  what: '`kubectl apply -f` of all objects of a network at once → its first StatefulSet',
  targets: [atMost('p99', 1.5, 's')],
  elsewhere: 'median 0.06 s, but 10–24 % wait 60 s for a lost race',
  size: { runs: { usual: 50, of: 'networks, one after the other' } },
  async measure(bench) {
    const stage = await bench.on(emptyServers);
    const networks = await prepareNetworks(stage, 'all', bench.runs, allKinds);
    const seconds: number[] = [];
    const withKubectl: number[] = [];
    for (const [index, network] of networks.entries()) {
      const { namespace: own, resources } = network;
      const files = await manifests(stage, index % 2 === 0 ? resources : [...resources].reverse());
      const from = performance.now();
      const applied = stage.kubectl('apply', ...files);
      const first = await stage.appearances.first(`an object in ${own}`, ({ namespace }) => namespace === own);
      const { at } = await stage.appearances.first(
        `StatefulSet in ${own}`,
        ({ kind, namespace }) => kind === 'StatefulSet' && namespace === own,
      );
      await applied;
      seconds.push((at - first.at) / 1000);
      withKubectl.push((at - from) / 1000);
      await takeDown(stage, network);
    }
    return {
      figures: [
        ...distribution(seconds, 's'),
        { name: `later than ${LATE_SECONDS} s`, value: seconds.filter((item) => item > LATE_SECONDS).length, unit: '' },
        { name: 'p50 with the start of kubectl', value: percentile(withKubectl, 50), unit: 's' },
      ],
      under:
        'OptimismNetwork, sequencer, replica, batcher, proposer and challenger, every other time with the network last; clock from the first of them in a watch to the StatefulSet in a watch',
    };
  },
};
