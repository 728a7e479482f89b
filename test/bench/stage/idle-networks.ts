/** Many networks that are rolled out and need nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import { inParallel } from '../../../src/chain/clients/in-parallel.ts';
import type { StageType } from '../bench.ts';
import { sum } from '../statistics.ts';
import { APPLIES_AT_ONCE, applyAtOnce, type BenchNetwork, prepareNetworks, withoutPods } from './networks.ts';
import { watchPhases } from './phases.ts';
import { openServers, type ServerStage } from './servers.ts';

/** Half a probe interval: who has something to do does it within. */
const QUIET_MS = 15_000;
const QUIET_ROUNDS = 20;
const DESCRIPTIONS_AT_ONCE = 8;
/** Of one network; a thousand of them share the machine. */
const PATIENCE_MS = 120_000;
const PATIENCE_PER_NETWORK_MS = 1500;

export interface IdleStage extends ServerStage {
  readonly fleet: readonly BenchNetwork[];
}

export const idleNetworks: StageType<IdleStage> = {
  name: 'idle networks',
  isSized: true,
  async open(place) {
    const stage = await openServers(place);
    const { progress, networks, kube } = stage;
    try {
      const fleet = await prepareNetworks(stage, 'idle', networks, withoutPods);
      const phases = await watchPhases(kube);
      progress.step(`applying ${networks} networks`);
      await inParallel(fleet, APPLIES_AT_ONCE / 2, (network) => applyAtOnce(stage, network));
      await phases.allReady(fleet, PATIENCE_MS + networks * PATIENCE_PER_NETWORK_MS);
      await phases.close();
      progress.step('all are Ready; waiting until nothing is added to their histories any more');
      const idle = { ...stage, fleet };
      await untilQuiet(idle);
      return idle;
    } catch (error) {
      progress.note(await stage.explain());
      await stage.close();
      throw error;
    }
  },
};

export interface Workflows {
  /** Events in the histories of all entities. */
  readonly events: number;
  /** Attempts of their observations: probes. */
  readonly probes: number;
}

/** As Temporal's own records have it, not its list, which lags behind. */
export async function workflowsOf({ temporal, fleet }: IdleStage): Promise<Workflows> {
  const seen = await inParallel(fleet, DESCRIPTIONS_AT_ONCE, async ({ entityId }) => {
    const { historyLength, raw } = await temporal.workflow.getHandle(entityId).describe();
    const observation = raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'observe');
    return { events: historyLength, probes: observation?.attempt ?? 0 };
  });
  return { events: sum(seen.map(({ events }) => events)), probes: sum(seen.map(({ probes }) => probes)) };
}

async function untilQuiet(stage: IdleStage): Promise<void> {
  let { events } = await workflowsOf(stage);
  for (let round = 0; round < QUIET_ROUNDS; round++) {
    const before = events;
    await pause(QUIET_MS);
    ({ events } = await workflowsOf(stage));
    if (events === before) return;
  }
  throw new Error(`something is added to the histories of ${stage.fleet.length} idle networks again and again`);
}
