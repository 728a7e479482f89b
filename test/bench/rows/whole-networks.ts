/** Whole networks at once, until the chain of each is proven to work. */
import { atLeast, type Row } from '../row.ts';
import { coresOf, watchLoad } from '../stage/load.ts';
import { applyAtOnce } from '../stage/networks.ts';
import { watchPhases } from '../stage/phases.ts';
import { startWholeNetwork, type WholeNetwork, wholeNetwork } from '../stage/whole-network.ts';

const PATIENCE_MS = 600_000;

export const wholeNetworks: Row = {
  name: 'whole-networks',
  what: 'networks of all five kinds at once → all Ready on the simulator',
  targets: [atLeast('networks', 4, '/s')],
  size: { networks: { usual: 4, target: 200, most: 16 } },
  async measure(bench) {
    const stage = await bench.on(wholeNetwork);
    const started: WholeNetwork[] = [];
    try {
      for (let index = 0; index < bench.networks; index++)
        started.push(await startWholeNetwork(stage, `more-${index}`));
      const phases = await watchPhases(stage.kube);
      const load = watchLoad(stage.processes);
      const own = process.cpuUsage();
      const from = performance.now();
      await Promise.all(started.map((network) => applyAtOnce(stage, network)));
      const readyAt = await phases.allReady(started, PATIENCE_MS);
      await phases.close();
      const { user, system } = process.cpuUsage(own);
      const seconds = (readyAt - from) / 1000;
      const violations = started.flatMap(({ chain }) => chain.referee.violations());
      if (violations.length > 0) throw new Error(`the referee saw: ${violations.join('; ')}`);
      return {
        figures: [
          { name: 'networks', value: started.length / seconds, unit: '/s' },
          { name: 'all', value: seconds, unit: 's' },
          { name: 'one alone', value: stage.installSeconds, unit: 's' },
          ...coresOf(load.stop()),
          { name: 'simulator and bench CPU', value: (user + system) / 1e6 / seconds, unit: 'cores' },
        ],
        under:
          'none was lost, or the row would have failed; recorded delays of the programs five times faster than life, blocks each second; most of an install is waiting for blocks, probes and channels, and the pods of all networks run in the one process of the bench',
      };
    } finally {
      for (const { chain } of started) await chain.stop();
    }
  },
};
