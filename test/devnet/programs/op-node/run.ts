import { ZERO_HASH } from '../../ledger/block.ts';
import { faultIsOn } from '../environment.ts';
import { serveRpc, text } from '../rpc/server.ts';
import { createDerivation } from './derivation.ts';
import { messageOf } from './driver.ts';
import { followL1 } from './follow-l1.ts';
import { type Gossip, joinGossip } from './gossip.ts';
import { loadHeads } from './load-heads.ts';
import { nodeMetrics } from './metrics.ts';
import { announceReset } from './reset-log.ts';
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
  const derivation = createDerivation(driver, safeDb, sequencer.active);
  await serveNode(parts, nodeMethods({ ...parts, sequencer, gossip, engineClient, resetPipeline: derivation.reset }));
  await serveMetrics(parts, () => ({
    peers: ledger.gossip.peers(gossip?.host.peerId ?? '').length,
    active: sequencer.active(),
    heard: queue.newest(),
  }));
  log.info('Starting execution engine driver');
  startSequencing(parts, sequencer);

  process.spawn(async () => {
    if (!(await process.sleep(ledger.delays.zeroReferences))) return;
    announceReset(driver, 'reset: cannot continue derivation until Engine has been reset');
    await retry(parts, 'failed to load the heads', () => driver.exclusively(() => loadHeads(driver)));
    await derivation.begin();
    const frozen = () => faultIsOn(environment, process, 'freezeDerivation');
    await followL1(driver, derivation, queue, frozen);
  });
  process.spawn(() => sequencer.run());
  process.spawn(() => signers.run());
  if (gossip !== undefined) process.spawn(() => gossip.run());
  log.info('Rollup node started');
  log.info('State loop started');
  if (config.settings.bool('sequencer.enabled')) sequencer.sayNextAction();

  await process.terminated;
  return stopNode(parts, sequencer, config.settings.bool('sequencer.enabled'));
}

function startSequencing({ driver, adminState }: NodeParts, sequencer: Sequencer): void {
  const { settings } = driver.config;
  const enabled = settings.bool('sequencer.enabled');
  const stored = enabled ? adminState.read() : undefined;
  const stopped = stored === undefined ? settings.bool('sequencer.stopped') : !stored;
  if (stored !== undefined) {
    driver.log.info('Overriding sequencer.stopped with persisted state', { stopped });
  }
  driver.log.info('Starting driver', { sequencerEnabled: enabled, sequencerStopped: stopped, recoverMode: false });
  if (!enabled) return;
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
  const wasActive = sequencer.active();
  while (sequencer.active()) {
    try {
      await engineClient.call('eth_chainId', []);
      await sequencer.stop('exit');
    } catch (error) {
      log.warn('Engine temporary error', { err: `temp: failed to sync forkchoice with engine: ${messageOf(error)}` });
      await process.sleep(1_000);
    }
  }
  if (enabled) {
    const latestHead = driver.heads?.unsafe.hash ?? ZERO_HASH;
    if (!wasActive) log.info('stopping node: sequencer already stopped', { latestHead });
    adminState.write(false);
  }
  if (driver.config.p2p !== undefined) {
    const addr = `/ip4/${process.context.pod.ip}/tcp/${driver.config.settings.number('p2p.listen.tcp')}`;
    log.info('stopped listening network address', { addr });
    log.info('stopped P2P req-resp L2 block sync client');
  }
  log.info('State loop returned');
  return 0;
}

async function serveMetrics(
  { driver, version }: NodeParts,
  state: () => Parameters<typeof nodeMetrics>[2],
): Promise<void> {
  const { settings } = driver.config;
  if (!settings.bool('metrics.enabled')) return;
  const address = settings.string('metrics.addr');
  const port = settings.number('metrics.port');
  await serveRpc(driver.process, {
    address,
    port,
    methods: {},
    get: () => text(200, nodeMetrics(driver, version, state())),
    hanging: () => false,
  });
  driver.log.info('started metrics server', { addr: `${address}:${port}` });
}
