import { argumentsOf, type Environment } from '../environment.ts';
import { type Process, ProgramExit } from '../process.ts';
import { opNodeFlags } from '../settings/op-node-flags.ts';
import { readOpSettings } from '../settings/op-settings.ts';
import { versionOfTag } from '../version.ts';
import { type NodeConfig, readConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { runNode } from './run.ts';
import { setUp } from './set-up.ts';
import { SetupError } from './startup.ts';

/** The program op-node. */
export async function opNode(process: Process, environment: Environment): Promise<number> {
  const version = versionOfTag(process.context.imageTag);
  const argv = argumentsOf(process.context.argv, ['op-node']);
  const { settings, log } = readOpSettings(process, 'OP_NODE', opNodeFlags(version), argv);
  const failed = (message: string) =>
    new ProgramExit(1, [log.line('crit', 'Application failed', { message: `failed to setup: ${message}` })]);
  let config: NodeConfig;
  try {
    config = await readConfig(process, environment, settings, version, log);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw failed(`unable to create the rollup node config: ${error.message}`);
  }
  try {
    return await runNode(await setUp(process, environment, config, log));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    log.error('Error initializing the rollup node', { err: error.message });
    throw failed(`unable to create the rollup node: ${error.message}`);
  }
}
