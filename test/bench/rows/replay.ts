/** Replaying the recorded histories of real runs, as a worker does with every workflow after its restart. */
import { misfitText } from '../../../src/worker/replay/misfit.ts';
import { installQuietRuntime } from '../../../src/worker/replay/quiet-runtime.ts';
import { replayHistories } from '../../../src/worker/replay/replay-histories.ts';
import { bundleWorkflows } from '../../../src/worker/replay/workflow-bundle.ts';
import { historyFiles, recordedHistory } from '../../replay/recorded-histories.ts';
import { atLeast, type Row } from '../row.ts';
import { sum } from '../statistics.ts';

export const replay: Row = {
  name: 'replay',
  what: 'replay recorded histories with the built bundle',
  targets: [atLeast('histories', 100, '/s of a core')],
  size: { runs: { usual: 50, of: 'rounds' } },
  async measure({ runs, progress }) {
    installQuietRuntime();
    const bundle = await bundleWorkflows();
    const histories = historyFiles.map((file) => recordedHistory(file));
    const replayAll = async (rounds: number) => {
      const all = async function* () {
        for (let round = 0; round < rounds; round++) yield* histories;
      };
      let replayed = 0;
      for await (const { workflowId, misfit } of replayHistories(all(), bundle)) {
        if (misfit) throw new Error(`the history of ${workflowId} does not fit: ${misfitText(misfit)}`);
        replayed += 1;
      }
      return replayed;
    };
    progress.step('replay: once, so that the bundle is compiled');
    await replayAll(1);
    const from = performance.now();
    const before = process.cpuUsage();
    const replayed = await replayAll(runs);
    const { user, system } = process.cpuUsage(before);
    const wallSeconds = (performance.now() - from) / 1000;
    const events = sum(histories.map(({ history }) => history.events?.length ?? 0));
    return {
      figures: [
        { name: 'histories', value: replayed / ((user + system) / 1e6), unit: '/s of a core' },
        { name: 'by the clock', value: replayed / wallSeconds, unit: '/s' },
      ],
      under: `CPU time of the process, all its threads; ${histories.length} histories with ${events} events in all; without the bundling`,
    };
  },
};
