import type { Environment } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import type { Settings } from '../settings/settings.ts';
import type { Version } from '../version.ts';
import type { GameType } from './game-types.ts';

/** What one start of op-challenger has. */
export interface ChallengerOptions {
  readonly process: Process;
  readonly environment: Environment;
  readonly settings: Settings;
  readonly log: Log;
  /** As it is printed. */
  readonly version: string;
  /** The challenger's own number. */
  readonly release: Version;
  readonly types: readonly GameType[];
}
