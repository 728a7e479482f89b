import { isAddress } from 'ethers';
import type { Environment } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { withModules } from '../rpc/server.ts';
import { dialFor } from '../service/dial.ts';
import { serveMetrics, serveService } from '../service/serve.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';
import { openSigner } from '../txmgr/open-signer.ts';
import { createTxManager } from '../txmgr/tx-manager.ts';
import { watchBalance } from '../txmgr/watch-balance.ts';
import { connectFactory } from './dispute-game-factory.ts';
import { createDriver, type Driver } from './driver.ts';
import { createRecord } from './ledger-record.ts';
import { proposerMetrics } from './metrics.ts';
import { connectOracle } from './output-oracle.ts';
import { createOutputSource, type Output } from './output-source.ts';
import type { ProposalContract } from './proposal-contract.ts';
import { createRollupProvider } from './rollup-provider.ts';
import { proposerMethods } from './rpc.ts';

/**
 * Dials, connects and serves, in the order of the real program; only the driver is not started yet.
 * @throws SetupError with the whole message of the last line
 */
export async function setUp(
  process: Process,
  environment: Environment,
  settings: Settings,
  log: Log,
  version: string,
): Promise<Driver> {
  const { delays } = environment;
  try {
    const l1 = createRpcClient(process, settings.string('l1-eth-rpc'), {
      timeoutMs: settings.duration('network-timeout'),
    });
    if (!(await dialFor(process, log, delays.batcherDial, l1.url)))
      throw new SetupError('failed to dial L1 RPC: context deadline exceeded');
    const rollups = await createRollupProvider(process, log, delays, settings);
    const signer = await openSigner(process, log, settings);
    const chainId = await chainIdOf(l1);
    const transactions = createTxManager({
      service: 'proposer',
      process,
      l1,
      signer,
      chainId,
      settings,
      delays,
      log,
    });
    const { address } = transactions;
    const balance = watchBalance(process, l1, address);
    let proposed: () => Output | undefined = () => undefined;
    await serveMetrics(process, settings, () => proposerMetrics(version, balance(), transactions, proposed()));
    if (settings.bool('metrics.enabled'))
      log.info('Started metrics server', {
        addr: `${settings.string('metrics.addr')}:${settings.number('metrics.port')}`,
      });

    const contract = await connectContract(l1, log, settings, address);
    const record = createRecord(process, environment, rollups);
    const driver = createDriver({
      process,
      log,
      delays,
      settings,
      l1,
      rollups,
      source: createOutputSource(rollups, settings),
      contract,
      transactions,
      record: (event) => (process.killed() ? undefined : record(event)),
    });
    proposed = driver.lastProposed;
    process.onEnd((how) => {
      if (driver.proposing()) record({ type: 'proposer-stopped', address, how });
    });

    if (settings.bool('rpc.enable-admin')) {
      for (const namespace of ['admin', 'txmgr']) log.info('registered API', { route: '', namespace });
      log.info('Admin RPC enabled');
    }
    log.info('Starting JSON-RPC server');
    const methods = withModules(proposerMethods(driver, settings, log, version));
    await serveService(process, environment, settings, methods, version);
    log.info('Started RPC server', {
      endpoint: `http://${settings.string('rpc.addr')}:${settings.string('rpc.port')}`,
    });
    return driver;
  } catch (error) {
    throw error instanceof SetupError ? new SetupError(`failed to setup: ${error.message}`) : error;
  }
}

async function chainIdOf(l1: RpcClient): Promise<number> {
  try {
    return Number(await l1.call('eth_chainId', []));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SetupError(`failed to init Tx manager: could not dial fetch L1 chain ID: ${why}`);
  }
}

/** An address that is none counts as not given. */
function connectContract(l1: RpcClient, log: Log, settings: Settings, proposer: string): Promise<ProposalContract> {
  if (isAddress(settings.string('l2oo-address'))) return connectOracle(l1, log, settings);
  if (isAddress(settings.string('game-factory-address'))) return connectFactory(l1, log, settings, proposer);
  throw new SetupError('failed to init Driver: missing DisputeGameFactory address');
}
