import { type Environment, faultIsOn, fileError, nodeName } from '../environment.ts';
import { createL1Source } from '../l1/l1-source.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { createToken } from '../rpc/jwt.ts';
import { compareVersions, type Version } from '../version.ts';
import { type AdminState, openAdminState } from './admin-state.ts';
import { createBlobSource } from './blobs.ts';
import type { NodeConfig } from './config.ts';
import { createDriver, type Driver } from './driver.ts';
import { createEngine } from './engine.ts';
import { openSafeDb, type SafeDb } from './safe-db.ts';
import { checkBeacon, checkL1, checkL2, SetupError } from './startup.ts';

/** Everything of an op-node that is up and has found its L1 and its execution client good. */
export interface NodeParts {
  readonly driver: Driver;
  readonly l1Client: RpcClient;
  readonly engineClient: RpcClient;
  readonly safeDb: SafeDb;
  readonly adminState: AdminState;
  readonly environment: Environment;
  /** As `/healthz` shows it. */
  readonly version: string;
}

/** Checks L1, beacon and execution client like op-node, with its delays. @throws SetupError */
export async function setUp(
  process: Process,
  environment: Environment,
  config: NodeConfig,
  log: Log,
): Promise<NodeParts> {
  const { settings, rollup, version } = config;
  const ledger = environment.ledgerOf(rollup.genesis.l2.hash);
  const shown = shownVersion(version);
  const adminState = openState(process, config);
  if (settings.bool('sequencer.enabled') && adminState.read() === undefined) {
    log.info('No persisted sequencer state loaded');
  }
  log.info('Rollup Config', {
    l2_chain_id: rollup.l2ChainId,
    l1_chain_id: rollup.l1ChainId,
    l2_start_time: rollup.genesis.l2Time,
    l2_block_hash: rollup.genesis.l2.hash,
    l1_block_hash: rollup.genesis.l1.hash,
  });
  log.info('Initializing rollup node', { version: shown });
  log.info('Safety levels', { unsafe: 'enabled', safe: 'enabled' });
  const l1Client = createRpcClient(process, settings.string('l1'), { timeoutMs: ledger.delays.l1Request });
  const engineClient = createRpcClient(process, settings.string('l2'), {
    timeoutMs: settings.duration('l2.engine-rpc-timeout'),
    authorization: () => `Bearer ${createToken(config.jwtSecret, Math.floor(Date.now() / 1000))}`,
  });
  const beacon = createRpcClient(process, settings.string('l1.beacon'));
  await checkBeacon(process, log, config, beacon, ledger);
  await checkL1(process, log, config, l1Client, ledger);
  await checkL2(process, log, config, engineClient, ledger);
  log.info('Supervisor disabled, using legacy sync mode');
  const safeDb = openDb(process, config, log);
  const actor = ledger.newActor(nodeName(process));
  const engine = createEngine(engineClient, ledger, log);
  const l1 = createL1Source(l1Client, await resolved(process, l1Client.url), environment.l1Caches);
  const blobs = createBlobSource(beacon, () => faultIsOn(environment, process, 'loseBlobs'));
  const driver = createDriver({ process, config, ledger, actor, log, engine, l1, blobs });
  const sequencer = settings.bool('sequencer.enabled');
  driver.record({ type: 'node-started', sequencer, version: shown, inbox: rollup.batchInbox });
  process.onEnd((how) => driver.recordEnd({ type: 'node-stopped', how }));
  return { driver, l1Client, engineClient, safeDb, adminState, environment, version: shown };
}

async function resolved(process: Process, url: string): Promise<string> {
  const parsed = new URL(url);
  parsed.hostname = (await process.resolve(parsed.hostname)) ?? parsed.hostname;
  return parsed.href;
}

/** `/healthz` of 1.16 carries commit and time, later releases only the version (recorded). */
function shownVersion(version: Version): string {
  const plain = `v${version.join('.')}`;
  return compareVersions(version, '1.18.0') < 0 ? `${plain}-cba7aba0-1775073220` : plain;
}

function openState(process: Process, { settings }: NodeConfig): AdminState {
  const path = settings.string('rpc.admin-state');
  if (path === '') return openAdminState(undefined, () => false);
  try {
    return openAdminState(process.context.hostPath(path), () => !process.killed());
  } catch (error) {
    throw new SetupError(`failed to persist initial sequencer state: ${fileError('mkdir', path, error)}`);
  }
}

function openDb(process: Process, { settings }: NodeConfig, log: Log): SafeDb {
  const path = settings.string('safedb.path');
  if (path === '') return openSafeDb(undefined, () => false);
  try {
    const database = openSafeDb(process.context.hostPath(path), () => !process.killed());
    log.info('Safe head database enabled', { path });
    return database;
  } catch (error) {
    throw new SetupError(`failed to create safe head database at ${path}: ${fileError('mkdir', path, error)}`);
  }
}
