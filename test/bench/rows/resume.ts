/** The worker dies in the middle of a plan and is started again at once. */
import type { Client } from '@temporalio/client';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import { atMost, distribution, type Row } from '../row.ts';
import { applyAtOnce, prepareNetworks, withoutPods } from '../stage/networks.ts';
import { watchPhases } from '../stage/phases.ts';
import { emptyServers } from '../stage/servers.ts';
import { percentile } from '../statistics.ts';

/** Events of a plan's history after which the worker is killed, in turn: one step has about five. */
const KILLED_AFTER = [8, 13, 18, 23];

export const resume: Row = {
  name: 'resume',
  what: 'kill -9 of the worker in the middle of a plan → activity of the next step',
  targets: [atMost('max', 15, 's')],
  size: { runs: { usual: 12, of: 'kills' } },
  async measure(bench) {
    const stage = await bench.on(emptyServers);
    const { temporal, worker, kube } = stage;
    const networks = await prepareNetworks(stage, 'resume', bench.runs, withoutPods);
    const phases = await watchPhases(kube);
    const nextStep: number[] = [];
    const anyStep: number[] = [];
    for (const [index, network] of networks.entries()) {
      const plan = `${network.entityId}/install-1`;
      await applyAtOnce(stage, network);
      const least = KILLED_AFTER[index % KILLED_AFTER.length] ?? 0;
      await waitUntil(`${plan} has ${least} events`, async () => {
        const { historyLength } = await temporal.workflow.getHandle(plan).describe();
        return historyLength >= least ? true : undefined;
      });
      const killedAt = Date.now();
      await worker.process.kill('SIGKILL');
      await worker.process.restart();
      await phases.allReady([network]);
      const after = await activitiesAfter(temporal, plan, killedAt);
      if (!after) continue; // it was at its end
      nextStep.push((after.nextStep - killedAt) / 1000);
      anyStep.push((after.first - killedAt) / 1000);
    }
    await phases.close();
    return {
      figures: [
        ...distribution(nextStep, 's'),
        { name: 'first activity p50', value: percentile(anyStep, 50), unit: 's' },
      ],
      under: `${nextStep.length} kills hit a plan of 6 steps, each at another place; the same process is started again at once, and its start (TypeScript sources, bundling the workflows) is part of it; times of Temporal`,
    };
  },
};

/** When an activity was started that was scheduled before the kill, or after it. Undefined: nothing was left to be done. */
async function activitiesAfter(
  temporal: Client,
  workflowId: string,
  killedAt: number,
): Promise<{ first: number; nextStep: number } | undefined> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = new Map<string, number>();
  const started: { scheduledAt: number; startedAt: number }[] = [];
  for (const {
    eventId,
    eventTime,
    activityTaskScheduledEventAttributes,
    activityTaskStartedEventAttributes,
  } of events ?? []) {
    const at = Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
    if (activityTaskScheduledEventAttributes) scheduled.set(String(eventId), at);
    if (!activityTaskStartedEventAttributes) continue;
    const scheduledAt = scheduled.get(String(activityTaskStartedEventAttributes.scheduledEventId)) ?? 0;
    if (at > killedAt) started.push({ scheduledAt, startedAt: at });
  }
  const [first] = started;
  const next = started.find(({ scheduledAt }) => scheduledAt > killedAt);
  return first && next ? { first: first.startedAt, nextStep: next.startedAt } : undefined;
}
