import { argumentsOf, type Environment } from '../environment.ts';
import type { Log } from '../log.ts';
import { type Process, ProgramExit } from '../process.ts';
import { SetupError } from '../service/setup-error.ts';
import { opProposerFlags, superRootFlag } from '../settings/op-proposer-flags.ts';
import { readOpSettings } from '../settings/op-settings.ts';
import { versionOfTag } from '../version.ts';
import { checkSettings } from './check-settings.ts';
import { ClosedChannel, type Driver, NotRunning } from './driver.ts';
import { setUp } from './set-up.ts';

/** The program op-proposer. */
export async function opProposer(process: Process, environment: Environment): Promise<number> {
  const version = versionOfTag(process.context.imageTag);
  const argv = argumentsOf(process.context.argv, ['op-proposer']);
  const { settings, log } = readOpSettings(process, 'OP_PROPOSER', opProposerFlags(version), argv);
  const crit = (message: string) => new ProgramExit(1, [log.line('crit', 'Application failed', { message })]);
  if (!settings.isSet('l1-eth-rpc')) throw crit('failed to setup: flag l1-eth-rpc is required');
  const problem = checkSettings(settings, version);
  if (problem !== undefined) throw crit(`failed to setup: invalid CLI flags: ${problem}`);
  if (settings.list(superRootFlag(version)).length > 0) throw new Error('super roots are not simulated');
  log.info('Initializing L2Output Submitter');
  /** What is said at the end, whether it comes soon or late. */
  const lastWords = ['L2Output Submitter stopped'];
  if (settings.bool('metrics.enabled')) lastWords.unshift('balance metrics shutting down');
  try {
    const driver = await setUp(process, environment, settings, log, `v${version.join('.')}`);
    await run(process, log, driver);
    for (const words of ['Stopped RPC server', ...lastWords]) log.info(words);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    for (const words of ['Stopping Proposer', ...lastWords]) log.info(words);
    throw crit(error.message);
  }
}

/** Proposes until SIGTERM. */
async function run(process: Process, log: Log, driver: Driver): Promise<void> {
  log.info('Starting Proposer');
  const started = driver.start().catch((error) => {
    throw new SetupError(`failed to start: ${error instanceof Error ? error.message : String(error)}`);
  });
  await Promise.race([started.then(() => process.terminated), process.terminated]);
  log.info('Stopping Proposer');
  try {
    await driver.stop('exit');
  } catch (error) {
    if (error instanceof NotRunning) return;
    if (!(error instanceof ClosedChannel)) throw error;
    throw new ProgramExit(2, [`panic: ${error.message}`, '', 'goroutine 1 [running]:']);
  }
}
