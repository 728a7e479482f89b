/** From a change in a watch to the signal that Temporal has taken, as the watcher itself counts it. */
import { setTimeout as pause } from 'node:timers/promises';
import { API_VERSION } from '../../../src/api/names.ts';
import { NETWORK } from '../../devnet/chain.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import { atMost, distribution, type Row } from '../row.ts';
import { operatorMetrics, total } from '../stage/metrics.ts';
import { applyAtOnce, prepareNetworks, withoutPods } from '../stage/networks.ts';
import { watchPhases } from '../stage/phases.ts';
import { emptyServers, type ServerStage } from '../stage/servers.ts';
import { takeDown } from '../stage/take-down.ts';

/** More than the time that the watcher keeps between two pokes of one network, and than the look that follows takes. */
const PAUSE_MS = 1000;

export const poke: Row = {
  name: 'poke',
  what: 'watch event → workflow signalled',
  targets: [atMost('p99', 50, 'ms')],
  size: { runs: { usual: 200, of: 'changes, a second apart' } },
  async measure(bench) {
    const stage = await bench.on(emptyServers);
    const [network] = await prepareNetworks(stage, 'poke', 1, withoutPods);
    if (!network) throw new Error('no network was prepared');
    const phases = await watchPhases(stage.kube);
    await applyAtOnce(stage, network);
    await phases.allReady([network]);
    await phases.close();
    const milliseconds: number[] = [];
    for (let run = 0; run < bench.runs; run++) {
      await pause(PAUSE_MS);
      milliseconds.push((await secondsOfOnePoke(stage, network.namespace, run)) * 1000);
    }
    await takeDown(stage, network);
    return {
      figures: distribution(milliseconds, 'ms'),
      under:
        'one network that is Ready, one changed annotation each time; the watcher’s own clock, which begins when the event is decoded',
    };
  },
};

async function secondsOfOnePoke({ kube, watcher }: ServerStage, namespace: string, run: number): Promise<number> {
  const read = async () => {
    const samples = await operatorMetrics(watcher);
    const of = (name: string) => total(samples, name, () => true);
    return { count: of('opstack_poke_seconds_count'), seconds: of('opstack_poke_seconds_sum') };
  };
  const before = await read();
  const annotations = { 'optimism.io/bench': `change ${run}` };
  const ref = { apiVersion: API_VERSION, kind: 'OptimismNetwork', namespace, name: NETWORK };
  await kube.mergePatch(ref, { metadata: { annotations } });
  return waitUntil('the network is poked', async () => {
    const { count, seconds } = await read();
    if (count > before.count + 1) throw new Error('something else has poked the network as well');
    return count > before.count ? seconds - before.seconds : undefined;
  });
}
