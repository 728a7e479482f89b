import { argumentsOf, type Environment, faultIsOn, nodeName } from '../environment.ts';
import type { Log } from '../log.ts';
import { decodeRollupConfig, type RollupConfig } from '../op-node/rollup-config.ts';
import { type Process, ProgramExit } from '../process.ts';
import { createRpcClient } from '../rpc/client.ts';
import { withModules } from '../rpc/server.ts';
import { dialFor } from '../service/dial.ts';
import { sayServed } from '../service/say-served.ts';
import { serveMetrics, serveService } from '../service/serve.ts';
import { SetupError } from '../service/setup-error.ts';
import { opBatcherFlags } from '../settings/op-batcher-flags.ts';
import { readOpSettings } from '../settings/op-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { checkSignerSettings, openSigner } from '../txmgr/open-signer.ts';
import { createTxManager } from '../txmgr/tx-manager.ts';
import { watchBalance } from '../txmgr/watch-balance.ts';
import { versionOfTag } from '../version.ts';
import { createEndpoints } from './endpoints.ts';
import { batcherMetrics } from './metrics.ts';
import { batcherMethods } from './rpc.ts';
import { createSubmitter, type Submitter } from './submitter.ts';
import { throttleEndpoints } from './throttling.ts';

/** The program op-batcher. */
export async function opBatcher(process: Process, environment: Environment): Promise<number> {
  const version = versionOfTag(process.context.imageTag);
  const argv = argumentsOf(process.context.argv, ['op-batcher']);
  const { settings, log } = readOpSettings(process, 'OP_BATCHER', opBatcherFlags(version), argv);
  const crit = (message: string) => log.line('crit', 'Application failed', { message: `failed to setup: ${message}` });
  const missing = ['l1-eth-rpc', 'l2-eth-rpc', 'rollup-rpc'].find((flag) => !settings.isSet(flag));
  if (missing !== undefined) throw new ProgramExit(1, [crit(`flag ${missing} is required`)]);
  if (settings.list('l2-eth-rpc').length !== settings.list('rollup-rpc').length) {
    throw new ProgramExit(1, [crit('invalid CLI flags: number of rollup and eth URLs must match')]);
  }
  const problem = checkSignerSettings(settings);
  if (problem !== undefined) throw new ProgramExit(1, [crit(`invalid CLI flags: ${problem}`)]);
  log.info('Initializing Batch Submitter');
  try {
    return await run(process, environment, settings, log, `v${version.join('.')}`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    log.info('Stopping batcher');
    log.info('Batch Submitter stopped');
    throw new ProgramExit(1, [crit(error.message)]);
  }
}

async function run(
  process: Process,
  environment: Environment,
  settings: Settings,
  log: Log,
  version: string,
): Promise<number> {
  const l1 = createRpcClient(process, settings.string('l1-eth-rpc'), {
    timeoutMs: settings.duration('network-timeout'),
  });
  if (!(await dialFor(process, log, environment.delays.batcherDial, l1.url))) {
    throw new SetupError('failed to dial L1 RPC: context deadline exceeded');
  }
  const endpoints = await createEndpoints(process, log, environment.delays, settings);
  const rollup = await readRollupConfig(endpoints);
  const ledger = environment.ledgerOf(rollup.genesis.l2.hash);
  sayConfiguration(log, settings, rollup);
  const transactions = createTxManager({
    service: 'batcher',
    process,
    l1,
    signer: await openSigner(process, log, settings),
    chainId: rollup.l1ChainId,
    settings,
    delays: environment.delays,
    log,
  });
  const actor = ledger.newActor(nodeName(process));
  const balance = watchBalance(process, l1, transactions.address);
  await serveMetrics(process, settings, () => batcherMetrics(version, balance(), transactions, submitter));
  if (settings.bool('metrics.enabled')) {
    log.info('Started metrics server', {
      addr: `${settings.string('metrics.addr')}:${settings.string('metrics.port')}`,
    });
  }
  const type = settings.string('throttle.controller-type');
  log.info('Setting throttle controller', { type });
  log.info('Successfully set throttle controller', { old_type: '', new_type: type });
  let giveUp: (reason: string) => void = () => {};
  const unavailable = new Promise<string>((resolve) => {
    giveUp = resolve;
  });
  const submitter: Submitter = createSubmitter({
    process,
    log,
    ledger,
    settings,
    endpoints,
    l1,
    transactions,
    inbox: rollup.batchInbox,
    channelTimeout: rollup.channelTimeout,
    record: (event) => (process.killed() ? undefined : ledger.record(actor, event)),
    stalled: () => faultIsOn(environment, process, 'stallBatcher'),
    throttle: (until) =>
      throttleEndpoints({ process, log, settings, endpoints, onUnavailable: (reason) => giveUp(reason) }, until),
  });
  process.onEnd((how) => {
    if (submitter.running()) ledger.record(actor, { type: 'batcher-stopped', address: transactions.address, how });
  });
  const methods = withModules(batcherMethods(submitter, settings, version));
  await serveService(process, environment, settings, methods, version, log);
  sayServed(log, settings, ['admin', 'txmgr']);
  log.info('Starting batcher', { notSubmittingOnStart: settings.bool('stopped') });

  const starting = (async () => {
    if (!settings.bool('stopped')) await start(submitter);
    return unavailable;
  })();
  const reason = await Promise.race([starting, process.terminated]);
  if (typeof reason === 'string') log.error('Critical error detected, attempting batcher shut down', { err: reason });
  else log.info('Stopping batcher');
  if (typeof reason === 'string') transactions.close();
  await submitter.shutDown();
  log.info('Stopped RPC server');
  log.info('balance metrics shutting down');
  log.info('Batch Submitter stopped');
  return 0;
}

function sayConfiguration(log: Log, settings: Settings, rollup: RollupConfig): void {
  log.info('Rollup Config', {
    l2_chain_id: rollup.l2ChainId,
    l1_chain_id: rollup.l1ChainId,
    l2_start_time: rollup.genesis.l2Time,
    l2_block_hash: rollup.genesis.l2.hash,
    l1_block_hash: rollup.genesis.l1.hash,
  });
  const type = settings.string('data-availability-type');
  if (type === 'calldata') log.warn('Ecotone upgrade is active, but batcher is not configured to use Blobs!');
  log.info('Initialized channel-config', {
    da_type: type,
    target_num_frames: settings.number('target-num-frames'),
    compressor: settings.string('compressor'),
    compression_algo: settings.string('compression-algo'),
    batch_type: settings.number('batch-type'),
    max_channel_duration: settings.number('max-channel-duration'),
    channel_timeout: rollup.channelTimeout,
    sub_safety_margin: settings.number('sub-safety-margin'),
  });
}

async function readRollupConfig(endpoints: Awaited<ReturnType<typeof createEndpoints>>) {
  try {
    const { rollup } = await endpoints.active();
    return decodeRollupConfig(JSON.stringify(await rollup.call('optimism_rollupConfig', [])));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(`failed to load rollup config: failed to retrieve rollup config: ${why}`);
  }
}

/** @throws SetupError when L1 cannot be read: the real one ends then, too */
async function start(submitter: Submitter): Promise<void> {
  try {
    await submitter.start();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(`failed to start: error starting batch submitter: ${why}`);
  }
}
