import { superRootFlag } from '../settings/op-proposer-flags.ts';
import type { Settings } from '../settings/settings.ts';
import { checkSignerSettings } from '../txmgr/open-signer.ts';
import { compareVersions, type Version } from '../version.ts';

const OUTPUT_ROOT_TYPES = [0, 1, 2, 3, 6, 8, 254, 255, 1337];

/** What is wrong with the settings, in op-proposer's words: as read in its sources, none of these was recorded. */
export function checkSettings(settings: Settings, version: Version): string | undefined {
  return checkSignerSettings(settings) ?? checkContract(settings, version) ?? checkSource(settings, version);
}

function checkContract(settings: Settings, version: Version): string | undefined {
  const hasFactory = settings.string('game-factory-address') !== '';
  const hasOracle = settings.string('l2oo-address') !== '';
  const hasInterval = settings.duration('proposal-interval') !== 0;
  if (hasFactory && hasOracle) return 'both the `DisputeGameFactory` and `L2OutputOracle` addresses were provided';
  if (!hasFactory && !hasOracle) {
    return compareVersions(version, '1.11.0') < 0
      ? 'neither the `DisputeGameFactory` nor `L2OutputOracle` address was provided'
      : '`DisputeGameFactory` is required';
  }
  if (hasFactory && !hasInterval)
    return 'the `DisputeGameFactory` address was provided but the `ProposalInterval` was not set';
  if (hasInterval && !hasFactory)
    return 'the `ProposalInterval` was provided but the `DisputeGameFactory` address was not set';
  return undefined;
}

function checkSource(settings: Settings, version: Version): string | undefined {
  const superRoots = superRootFlag(version);
  const name = superRoots.replace('-rpcs', '');
  const hasRollup = settings.string('rollup-rpc') !== '';
  const hasSuperRoots = settings.list(superRoots).length > 0;
  if (hasRollup && hasSuperRoots) return `must specify exactly one of rollup rpc or ${name} rpc`;
  const ofOutputRoots = OUTPUT_ROOT_TYPES.includes(settings.number('game-type'));
  if (ofOutputRoots && !hasRollup) return 'missing rollup rpc';
  if (!hasRollup && !hasSuperRoots) return `missing proposal source rpc (rollup or ${name})`;
  return undefined;
}
