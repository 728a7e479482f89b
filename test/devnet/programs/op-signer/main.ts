/**
 * The program op-signer (ethereum-optimism/infra, release 1.6.2): signs for clients that it knows by their certificate.
 * From its source; nothing of it was recorded.
 */
import { argumentsOf, type Environment, faultIsOn } from '../environment.ts';
import { type Process, ProgramExit } from '../process.ts';
import { SetupError } from '../service/setup-error.ts';
import { readOpSettings } from '../settings/op-settings.ts';
import { opSignerFlags } from '../settings/op-signer-flags.ts';
import { versionOfTag } from '../version.ts';
import { readAuthConfig } from './auth-config.ts';
import { readLocalKeys } from './local-keys.ts';
import { serveSigner } from './serve.ts';

export async function opSigner(process: Process, environment: Environment): Promise<number> {
  const version = versionOfTag(process.context.imageTag);
  const argv = argumentsOf(process.context.argv, ['op-signer']);
  const { settings, log } = readOpSettings(process, 'OP_SIGNER', opSignerFlags(version), argv);
  try {
    const rows = readAuthConfig(process, settings.string('config'));
    const keys = readLocalKeys(
      process,
      log,
      rows.map(({ key }) => key),
    );
    const parts = { rows, keys, version: `v${version.join('.')}`, log };
    await serveSigner(process, settings, log, parts, () => faultIsOn(environment, process, 'hangRpc'));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const message = `failed to setup: ${error.message}`;
    throw new ProgramExit(1, [log.line('crit', 'Application failed', { message })]);
  }
  await process.terminated;
  return 0;
}
