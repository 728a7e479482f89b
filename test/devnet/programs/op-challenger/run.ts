import { createRpcClient, type RpcClient } from '../rpc/client.ts';
import { serveMetrics } from '../service/serve.ts';
import { SetupError } from '../service/setup-error.ts';
import { openSigner } from '../txmgr/open-signer.ts';
import { createTxManager, type TxManager } from '../txmgr/tx-manager.ts';
import { watchBalance } from '../txmgr/watch-balance.ts';
import { messageOf } from './challenger.ts';
import { factoryAt } from './contract.ts';
import { challengerMetrics } from './metrics.ts';
import type { ChallengerOptions } from './options.ts';
import { play } from './play.ts';
import type { Scheduler } from './scheduler.ts';
import { checkFactory, dialEndpoints, warnOfMissingGames } from './startup.ts';

/** Starts the service, plays until SIGTERM and stops. @throws SetupError when it can not start */
export async function run(options: ChallengerOptions): Promise<number> {
  const { process, settings, log, version } = options;
  let metered = false;
  const logStopped = () => {
    if (metered) log.info('balance metrics shutting down');
    log.info('Stopped challenger game service', { err: '<nil>' });
  };
  try {
    const l1 = createRpcClient(process, settings.string('l1-eth-rpc'), {
      timeoutMs: settings.duration('network-timeout'),
    });
    const transactions = await openTransactions(options, l1);
    const counters = { moves: 0, bonds: 0n, claimFailures: 0 };
    let scheduler: Scheduler | undefined;
    metered = settings.bool('metrics.enabled');
    if (metered) {
      const balance = watchBalance(process, l1, transactions.address);
      // Before everything else: they answer while the op-node is still being waited for.
      await serveMetrics(process, settings, () =>
        challengerMetrics({ version, transactions, counters, scheduler, balance: balance() }),
      );
      const addr = `${settings.string('metrics.addr')}:${settings.number('metrics.port')}`;
      log.info('started metrics server', { addr });
    }
    const factory = factoryAt(l1, settings.string('game-factory-address'));
    await checkFactory(factory);
    await dialEndpoints(options);
    await warnOfMissingGames(options, factory);
    await play(options, { l1, factory, transactions, counters, onStart: (started) => (scheduler = started) });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    log.info('Stopping challenger game service');
    logStopped();
    throw new SetupError(`failed to init challenger game service: ${error.message}`);
  }
  logStopped();
  return 0;
}

async function openTransactions(options: ChallengerOptions, l1: RpcClient): Promise<TxManager> {
  const { process, settings, log } = options;
  const { delays } = options.environment;
  const what = 'failed to init tx manager: failed to create the transaction manager';
  const chainId = await l1.call('eth_chainId', []).catch((error: unknown) => {
    throw new SetupError(`${what}: could not fetch L1 chain ID: ${messageOf(error)}`);
  });
  const signer = await openSigner(process, log, settings, what);
  return createTxManager({
    service: 'challenger',
    process,
    l1,
    signer,
    chainId: Number(chainId),
    settings,
    delays,
    log,
  });
}
