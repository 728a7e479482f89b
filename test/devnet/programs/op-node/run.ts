import { faultIsOn } from '../environment.ts';
import { serveRpc, text } from '../rpc/server.ts';
import { createDerivation } from './derivation.ts';
import { messageOf } from './driver.ts';
import { followL1 } from './follow-l1.ts';
import { type Gossip, joinGossip } from './gossip.ts';
import { loadHeads } from './load-heads.ts';
import { nodeMetrics } from './metrics.ts';
import { nodeMethods } from './rpc.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';
import { serveNode } from './serve.ts';
import type { NodeParts } from './set-up.ts';
import { createSignerWatch } from './signer-watch.ts';
import { SetupError } from './startup.ts';
import { createUnsafeQueue } from './unsafe-queue.ts';

/** Runs a node that was set up until SIGTERM. Resolves with the exit code. */
export async function runNode(parts: NodeParts): Promise<number> {
  const { driver, environment, safeDb, adminState, engineClient, l1Client } = parts;
  const { process, ledger, log, config } = driver;
  const signers = createSignerWatch(driver, l1Client);
  await signers.load().catch((error) => {
    throw new SetupError(`failed to init the runtime config: ${messageOf(error)}`);
  });
  const muted = () => faultIsOn(environment, process, 'dropGossip');
  const gossip: Gossip | undefined = joinGossip(driver, signers, muted, (block) => queue.push(block));
  const sequencer: Sequencer = createSequencer(driver, adminState, (block) => gossip?.publish(block));
  const queue = createUnsafeQueue(driver, sequencer.active, (block) =>
    ledger.gossip.hosts(gossip?.host.peerId ?? '').some((peer) => (peer.head()?.number ?? -1) >= block.number),
  );
  const derivation = createDerivation(driver, safeDb);
  const resetPipeline = () => derivation.reset('manual');
  await serveNode(parts, nodeMethods({ ...parts, sequencer, gossip, engineClient, resetPipeline }));
  await serveMetrics(parts, () => ({
    peers: ledger.gossip.peers(gossip?.host.peerId ?? '').length,
    active: sequencer.active(),
    heard: queue.newest(),
  }));
  startSequencing(parts, sequencer);

  process.spawn(async () => {
    await process.sleep(ledger.delays.zeroReferences);
    await retry(parts, 'failed to load the heads', () => driver.exclusively(() => loadHeads(driver)));
    derivation.reset('cannot continue derivation until Engine has been reset');
    const frozen = () => faultIsOn(environment, process, 'freezeDerivation');
    const blobsLost = () => faultIsOn(environment, process, 'loseBlobs');
    await followL1(driver, derivation, queue, { frozen, blobsLost, isSequencing: sequencer.active });
  });
  process.spawn(() => sequencer.run());
  process.spawn(() => signers.run());
  if (gossip !== undefined) process.spawn(() => gossip.run());
  log.info('Rollup node started');

  await process.terminated;
  return stopNode(parts, sequencer, config.settings.bool('sequencer.enabled'));
}

function startSequencing({ driver, adminState }: NodeParts, sequencer: Sequencer): void {
  const { settings } = driver.config;
  if (!settings.bool('sequencer.enabled')) return;
  const stored = adminState.read();
  const stopped = stored === undefined ? settings.bool('sequencer.stopped') : !stored;
  if (stored !== undefined) {
    driver.log.info('Overriding sequencer.stopped with persisted state', { stopped });
  }
  if (stopped || settings.bool('conductor.enabled')) adminState.write(false);
  else sequencer.resume();
}

async function retry({ driver }: NodeParts, what: string, action: () => Promise<void>): Promise<void> {
  while (!driver.process.ended.aborted) {
    try {
      return await action();
    } catch (error) {
      driver.log.warn(what, { err: messageOf(error) });
      await driver.process.sleep(driver.ledger.delays.engineBackoff);
    }
  }
}

/** A sequencer whose execution client went first retries it for ever and ignores SIGTERM (recorded). */
async function stopNode(
  { driver, engineClient, adminState }: NodeParts,
  sequencer: Sequencer,
  enabled: boolean,
): Promise<number> {
  const { log, process } = driver;
  while (sequencer.active()) {
    try {
      await engineClient.call('eth_chainId', []);
      await sequencer.stop('exit');
    } catch (error) {
      log.warn('Engine temporary error', { err: `temp: failed to sync forkchoice with engine: ${messageOf(error)}` });
      await process.sleep(1_000);
    }
  }
  if (enabled) adminState.write(false);
  log.info('State loop returned');
  return 0;
}

async function serveMetrics(
  { driver, version }: NodeParts,
  state: () => Parameters<typeof nodeMetrics>[2],
): Promise<void> {
  const { settings } = driver.config;
  if (!settings.bool('metrics.enabled')) return;
  await serveRpc(driver.process, {
    address: settings.string('metrics.addr'),
    port: settings.number('metrics.port'),
    methods: {},
    get: () => text(200, nodeMetrics(driver, version, state())),
    hanging: () => false,
  });
}
