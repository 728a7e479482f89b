import { isAddress } from 'ethers';
import type { Settings } from '../settings/settings.ts';
import { checkSignerSettings } from '../txmgr/open-signer.ts';
import { compareVersions, type Version } from '../version.ts';
import { type GameType, needsPrestate } from './game-types.ts';
import { hasMachineSetting } from './machine-settings.ts';

const ALWAYS = ['l1-eth-rpc', 'datadir', 'l1-beacon', 'l2-eth-rpc'];

/**
 * What is missing or does not go together on the command line, in op-challenger's words; undefined when it is complete.
 * @param release the challenger's own number of the release
 */
export function flagProblem(settings: Settings, types: readonly GameType[], release: Version): string | undefined {
  const missing = ALWAYS.find((flag) => !settings.isSet(flag));
  if (missing !== undefined) return `flag ${missing} is required`;
  for (const type of types) {
    const problem = answersProblem(settings, type, release) ?? machineProblem(settings, type, release);
    if (problem !== undefined) return problem;
  }
  return (
    factoryProblem(settings) ??
    (settings.number('max-concurrency') === 0 ? 'max-concurrency must not be 0' : checkSignerSettings(settings))
  );
}

/** No network is known by name here. */
function factoryProblem(settings: Settings): string | undefined {
  const factory = settings.string('game-factory-address');
  if (settings.isSet('game-factory-address')) return isAddress(factory) ? undefined : `invalid address: ${factory}`;
  if (settings.isSet('network')) return `unknown chain: ${settings.string('network')}`;
  return 'flag game-factory-address or network is required';
}

function answersProblem(settings: Settings, { answers }: GameType, release: Version): string | undefined {
  const superroot = compareVersions(release, '1.9.5') < 0 ? 'supernode-rpc' : 'superroot-rpc';
  const flag = answers === 'rollup' ? 'rollup-rpc' : superroot;
  return settings.isSet(flag) ? undefined : `flag ${flag} is required`;
}

function machineProblem(settings: Settings, type: GameType, release: Version): string | undefined {
  const { machine } = type;
  if (machine === undefined) return undefined;
  const required = (flag: string) => (settings.isSet(flag) ? undefined : `flag ${flag} is required`);
  const needed = needsPrestate(type, release);
  const prestates = hasMachineSetting(settings, type, 'prestates-url') || settings.isSet(`${machine}-prestate`);
  return (
    chainProblem(settings, type) ??
    required('cannon-bin') ??
    (needed ? required(`${machine}-server`) : undefined) ??
    (needed && !prestates ? `flag ${either(machine, 'prestates-url')} or ${machine}-prestate is required` : undefined)
  );
}

/** The chain is either known by name or given by files. */
function chainProblem(settings: Settings, type: GameType): string | undefined {
  const machine = type.machine ?? '';
  const names = (flags: readonly string[]) => flags.map((flag) => either(machine, flag));
  const given = (flag: string) => hasMachineSetting(settings, type, flag);
  const custom = `${machine}-l2-custom`;
  if (settings.isSet('network')) {
    const files = ['rollup-config', 'l2-genesis', 'l1-genesis'];
    if (!files.some(given) && !settings.bool(custom)) return undefined;
    return `flag network can not be used with ${names(files).join(', ')} or ${custom}`;
  }
  const files = ['rollup-config', 'l2-genesis', ...(type.answers === 'superroot' ? ['depset-config'] : [])];
  if (files.every(given)) return undefined;
  const all = names(files);
  return `flag network or ${all.slice(0, -1).join(', ')} and ${all.at(-1)} is required`;
}

const either = (machine: string, flag: string) => `${flag}/${machine}-${flag}`;
