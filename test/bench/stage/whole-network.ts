/** One network of all five kinds, installed and Ready, with the simulated programs in its pods. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type DevnetChain, NETWORK, startDevnetChain } from '../../devnet/chain.ts';
import { jsonRpc } from '../../devnet/servers/json-rpc.ts';
import { waitUntil } from '../../devnet/servers/wait-until.ts';
import type { StageType } from '../bench.ts';
import { manifests } from './manifests.ts';
import { type BenchNetwork, withSpec } from './networks.ts';
import { watchPhases } from './phases.ts';
import { openServers, type ServerStage } from './servers.ts';

/** Like the tests: probes, back-offs and recorded delays of the simulator are five times faster than life. */
const SIMULATOR = { timeScale: 0.2, files: { blockTimeSeconds: 1 } };
const PATIENCE_MS = 300_000;
/** Nothing is added to a history for this long: whatever was going on is over. */
const QUIET_MS = 3000;
const LOOK_EVERY_MS = 200;

export interface WholeNetwork extends BenchNetwork {
  readonly chain: DevnetChain;
}

export interface WholeStage extends ServerStage {
  readonly network: WholeNetwork;
  /** How long its install took, alone, from the start of `kubectl apply` to Ready. */
  readonly installSeconds: number;
}

export const wholeNetwork: StageType<WholeStage> = {
  name: 'one whole network',
  async open(place) {
    const stage = await openServers(place);
    const { progress, kube } = stage;
    try {
      const network = await startWholeNetwork(stage, 'whole');
      const close = async () => {
        await network.chain.stop();
        await stage.close();
      };
      const phases = await watchPhases(kube);
      const files = await manifests(stage, network.resources);
      progress.step('installing the whole network');
      const from = performance.now();
      await stage.kubectl('apply', ...files);
      const readyAt = await phases.allReady([network], PATIENCE_MS);
      await phases.close();
      await untilQuiet(stage.temporal, network.entityId);
      return { ...stage, network, installSeconds: (readyAt - from) / 1000, close };
    } catch (error) {
      progress.note(await stage.explain());
      await stage.close();
      throw error;
    }
  },
};

/** Contracts, ledger and pod runner of its own; nothing is applied yet. */
export async function startWholeNetwork(stage: ServerStage, namespace: string): Promise<WholeNetwork> {
  const { servers, dir, clusterName } = stage;
  const chain = await startDevnetChain({ servers, namespace, dir: join(dir, namespace), whole: true, ...SIMULATOR });
  await untilFinal(servers.l1RpcUrl);
  // What is measured is what somebody does, not what the observation of the chain adds meanwhile.
  const resources = chain.resources.map((object) =>
    object.kind === 'OptimismNetwork' ? withSpec(object, { probeInterval: '10m' }) : object,
  );
  return { chain, namespace, resources, entityId: `optimismnetwork/${clusterName}/${namespace}/${NETWORK}` };
}

/** Until everything that is on L1 now is final: whoever looks before waits for its next probe. */
async function untilFinal(rpcUrl: string): Promise<void> {
  const blockAt = async (tag: string) =>
    Number((await jsonRpc<{ number: string }>(rpcUrl, 'eth_getBlockByNumber', [tag, false])).number);
  const head = await blockAt('latest');
  await waitUntil('the contracts are final on L1', async () => (await blockAt('finalized')) >= head || undefined);
}

/** @returns events in the history, once nothing is added to it any more */
export async function untilQuiet(temporal: Client, workflowId: string): Promise<number> {
  const handle = temporal.workflow.getHandle(workflowId);
  let events = -1;
  let since = performance.now();
  for (;;) {
    const { historyLength, raw } = await handle.describe();
    const isBusy = raw.pendingActivities?.some(({ activityType }) => activityType?.name !== 'observe') ?? false;
    if (historyLength !== events || isBusy) since = performance.now();
    events = historyLength;
    if (performance.now() - since > QUIET_MS) return events;
    await pause(LOOK_EVERY_MS);
  }
}
