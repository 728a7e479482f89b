import { argumentsOf, type Environment } from '../environment.ts';
import { type Process, ProgramExit } from '../process.ts';
import { SetupError } from '../service/setup-error.ts';
import { challengerRelease, opChallengerFlags } from '../settings/op-challenger-flags.ts';
import { readOpSettings } from '../settings/op-settings.ts';
import { versionOfTag } from '../version.ts';
import { parseGameTypes, UnknownGameType } from './game-types.ts';
import { flagProblem } from './required-flags.ts';
import { run } from './run.ts';

/** Commit and time of the recorded build. */
const COMMIT = 'cba7aba0-1775073220';

/** The program op-challenger. Almost everything that is wrong at its start ends it at once. */
export async function opChallenger(process: Process, environment: Environment): Promise<number> {
  const version = versionOfTag(process.context.imageTag);
  const release = challengerRelease(version);
  const argv = argumentsOf(process.context.argv, ['op-challenger']);
  const { settings, log } = readOpSettings(process, 'OP_CHALLENGER', opChallengerFlags(version), argv, 'err');
  const printed = `v${version.join('.')}`;
  log.info('Starting op-challenger', { version: `${printed}-${COMMIT}` });
  try {
    const types = parseGameTypes(settings.list('trace-type'));
    const problem = flagProblem(settings, types, release);
    if (problem !== undefined) throw new SetupError(problem);
    return await run({ process, environment, settings, log, version: printed, release, types });
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof UnknownGameType)) throw error;
    throw new ProgramExit(1, [log.line('crit', 'Application failed', { err: `failed to setup: ${error.message}` })]);
  }
}
