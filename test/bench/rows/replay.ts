/** Replaying the recorded histories of real runs, as a worker does with every workflow after its restart. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, type ReplayHistoriesIterable, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../../../src/worker/replay/workflow-bundle.ts';
import { PAYLOAD_CONVERTER_PATH } from '../../../src/worker/temporal.ts';
import { atLeast, type Row } from '../row.ts';
import { sum } from '../statistics.ts';

const FOLDER = join(import.meta.dirname, '../../replay/histories');

interface Recorded {
  readonly workflowId: string;
  readonly history: { readonly events: readonly unknown[] };
}

export const replay: Row = {
  name: 'replay',
  what: 'replay recorded histories with the built bundle',
  targets: [atLeast('histories', 100, '/s of a core')],
  size: { runs: { usual: 50, of: 'rounds' } },
  async measure({ runs, progress }) {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    const workflowBundle = await bundleWorkflows();
    const histories = globSync('*/*.json', { cwd: FOLDER }).map(
      (file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recorded,
    );
    const options = { workflowBundle, dataConverter: { payloadConverterPath: PAYLOAD_CONVERTER_PATH } };
    const replayAll = async (rounds: number) => {
      const all = Array.from({ length: rounds }, () => histories).flat();
      for await (const { workflowId, error } of Worker.runReplayHistories(options, all as ReplayHistoriesIterable))
        if (error) throw new Error(`the history of ${workflowId} does not fit`, { cause: error });
      return all.length;
    };
    progress.step('replay: once, so that the bundle is compiled');
    await replayAll(1);
    const from = performance.now();
    const before = process.cpuUsage();
    const replayed = await replayAll(runs);
    const { user, system } = process.cpuUsage(before);
    const wallSeconds = (performance.now() - from) / 1000;
    const events = sum(histories.map(({ history }) => history.events.length));
    return {
      figures: [
        { name: 'histories', value: replayed / ((user + system) / 1e6), unit: '/s of a core' },
        { name: 'by the clock', value: replayed / wallSeconds, unit: '/s' },
      ],
      under: `CPU time of the process, all its threads; ${histories.length} histories with ${events} events in all; without the bundling`,
    };
  },
};
