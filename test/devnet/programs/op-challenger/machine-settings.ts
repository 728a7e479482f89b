import type { Settings } from '../settings/settings.ts';
import type { GameType } from './game-types.ts';

/** Flags in which a setting of the type's virtual machine may stand: its own ones first, then that of all machines. */
const places = (type: GameType, flag: string): readonly string[] => [
  ...(type.name === 'super-cannon-kona' ? [`${type.name}-${flag}`] : []),
  `${type.machine}-${flag}`,
  flag,
];

/** True when the setting was given, also when empty. */
export const hasMachineSetting = (settings: Settings, type: GameType, flag: string): boolean =>
  places(type, flag).some((place) => settings.isSet(place));

/** The setting; empty when it was not given. */
export const machineSetting = (settings: Settings, type: GameType, flag: string): string =>
  places(type, flag)
    .map((place) => settings.string(place))
    .find((value) => value !== '') ?? '';
