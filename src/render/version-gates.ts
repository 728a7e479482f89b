/**
 * Settings that a version no longer has (op-stack.md 1.5, op-stack-observed-2.md 4). A variable that a program does not
 * know is a warning in its log, and a flag is its end. What got another name is not here: op-challenger goes on reading
 * the former name of its game types, and where super roots come from is nothing that is set.
 */
import { isBelow, type Version, versionOfImage } from '../catalogue/version.ts';
import type { EnvVar } from './manifest.ts';
import type { Program } from './reserved.ts';

export interface RemovedSetting {
  readonly program: Program;
  /** First version without it. */
  readonly version: string;
  readonly flag: string;
  readonly variable?: string;
}

const REMOVED: readonly RemovedSetting[] = [
  { program: 'op-node', version: 'v1.18.0', flag: 'rollup.halt', variable: 'OP_NODE_ROLLUP_HALT' },
  {
    program: 'op-node',
    version: 'v1.18.0',
    flag: 'rollup.load-protocol-versions',
    variable: 'OP_NODE_ROLLUP_LOAD_PROTOCOL_VERSIONS',
  },
  {
    program: 'op-node',
    version: 'v1.20.1',
    flag: 'sequencer.max-safe-lag',
    variable: 'OP_NODE_SEQUENCER_MAX_SAFE_LAG',
  },
  { program: 'op-proposer', version: 'v1.16.0', flag: 'l2oo-address', variable: 'OP_PROPOSER_L2OO_ADDRESS' },
  { program: 'op-reth', version: 'v2.4.3', flag: 'minimal' },
];

/** What a version of a program no longer has; nothing for one that nobody knows. */
export function removedSettings(program: Program, version: Version | undefined): RemovedSetting[] {
  return REMOVED.filter(
    (setting) => setting.program === program && version !== undefined && !isBelow(version, setting.version),
  );
}

/** The variables of a container that the version of its image still knows. */
export function knownVariables(program: Program, image: string | undefined, env: readonly EnvVar[]): EnvVar[] {
  const removed = removedSettings(program, versionOfImage(image));
  return env.filter(({ name }) => !removed.some(({ variable }) => variable === name));
}
