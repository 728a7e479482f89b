import { describe, expect, test } from 'vitest';
import { parseGameTypes } from './op-challenger/game-types.ts';
import { machineSetting } from './op-challenger/machine-settings.ts';
import { flagProblem } from './op-challenger/required-flags.ts';
import { challengerRelease, opChallengerFlags } from './settings/op-challenger-flags.ts';
import { parseSettings, type Settings, SettingsError } from './settings/settings.ts';
import { versionOfTag } from './version.ts';

const ALWAYS = ['--l1-eth-rpc=x', '--datadir=/data', '--l1-beacon=x', '--l2-eth-rpc=x'];
const BASE = [...ALWAYS, `--game-factory-address=0x${'1'.repeat(40)}`, '--rollup-rpc=x'];
const CANNON = ['--cannon-bin=x', '--cannon-server=x', '--cannon-prestate=x'];
const KONA = ['--cannon-bin=x', '--cannon-kona-server=x', '--cannon-kona-prestate=x'];
const FILES = ['--rollup-config=x', '--l2-genesis=x'];

function settingsOf(tag: string, argv: readonly string[], env: Record<string, string> = {}): Settings {
  return parseSettings(opChallengerFlags(versionOfTag(tag)), argv, env);
}

function problem(tag: string, argv: readonly string[]): string | undefined {
  const settings = settingsOf(tag, argv);
  const types = parseGameTypes(settings.list('game-types'));
  return flagProblem(settings, types, challengerRelease(versionOfTag(tag)));
}

const NEW = 'v1.10.0';

describe('what op-challenger needs', () => {
  test.each([
    ['an L1', [], 'flag l1-eth-rpc is required'],
    ['a data directory', ALWAYS.slice(0, 1), 'flag datadir is required'],
    ['a beacon node', ALWAYS.slice(0, 2), 'flag l1-beacon is required'],
    ['an L2', ALWAYS.slice(0, 3), 'flag l2-eth-rpc is required'],
    ['an op-node', [...ALWAYS, '--game-types=alphabet'], 'flag rollup-rpc is required'],
    [
      'a factory',
      [...ALWAYS, '--rollup-rpc=x', '--game-types=alphabet'],
      'flag game-factory-address or network is required',
    ],
    ['nothing more for alphabet games', [...BASE, '--game-types=alphabet'], undefined],
    [
      'the chain',
      [...BASE, '--game-types=cannon', ...CANNON, '--rollup-config=x'],
      'flag network or rollup-config/cannon-rollup-config and l2-genesis/cannon-l2-genesis is required',
    ],
    [
      'the chain in one way only',
      [...BASE, '--game-types=cannon', ...CANNON, ...FILES, '--network=x'],
      'flag network can not be used with rollup-config/cannon-rollup-config, l2-genesis/cannon-l2-genesis, l1-genesis/cannon-l1-genesis or cannon-l2-custom',
    ],
    ['cannon', [...BASE, '--game-types=cannon', ...FILES], 'flag cannon-bin is required'],
    ['its server', [...BASE, '--game-types=cannon', ...FILES, '--cannon-bin=x'], 'flag cannon-server is required'],
    [
      'prestates',
      [...BASE, '--game-types=cannon', ...FILES, ...CANNON.slice(0, 2)],
      'flag prestates-url/cannon-prestates-url or cannon-prestate is required',
    ],
    ['all that for cannon games', [...BASE, '--game-types=cannon', ...FILES, ...CANNON], undefined],
    [
      'the server of kona for its games',
      [...BASE, '--game-types=cannon-kona', ...FILES, '--cannon-bin=x'],
      'flag cannon-kona-server is required',
    ],
    [
      'files with the prefix of the machine or with none',
      [...BASE, '--game-types=cannon-kona', '--cannon-kona-rollup-config=x', '--l2-genesis=x', ...KONA],
      undefined,
    ],
    [
      'but not those of another machine',
      [...BASE, '--game-types=cannon-kona', '--cannon-rollup-config=x', '--l2-genesis=x', ...KONA],
      'flag network or rollup-config/cannon-kona-rollup-config and l2-genesis/cannon-kona-l2-genesis is required',
    ],
    [
      'little for games that are over when they are made',
      [...BASE, '--superroot-rpc=x', '--game-types=super-permissioned'],
      undefined,
    ],
    ['super roots for their games', [...BASE, '--game-types=super-cannon-kona'], 'flag superroot-rpc is required'],
    [
      'a dependency set for games of super roots',
      [...BASE, '--superroot-rpc=x', '--game-types=super-cannon-kona', ...FILES, ...KONA],
      'flag network or rollup-config/cannon-kona-rollup-config, l2-genesis/cannon-kona-l2-genesis and depset-config/cannon-kona-depset-config is required',
    ],
    [
      'it under any of three names',
      [
        ...[...BASE, '--superroot-rpc=x', '--game-types=super-cannon-kona', ...FILES, ...KONA],
        '--super-cannon-kona-depset-config=x',
      ],
      undefined,
    ],
    ['threads', [...BASE, '--game-types=alphabet', '--max-concurrency=0'], 'max-concurrency must not be 0'],
    [
      'an address as factory',
      [...BASE, '--game-types=alphabet', '--game-factory-address=0x12'],
      'invalid address: 0x12',
    ],
  ])('%s', (_, argv, expected) => {
    expect(problem(NEW, argv)).toBe(expected);
  });

  test('is a type that it knows', () => {
    expect(() => problem(NEW, [...BASE, '--game-types=asterisc'])).toThrow('unknown game type: "asterisc"');
  });
});

describe('releases of op-challenger', () => {
  test.each([
    ['v1.9.4', 'cannon,cannon-kona'],
    ['v1.9.5', 'cannon-kona'],
    // The recorded one, by the number that it prints.
    ['v1.16.11', 'cannon,cannon-kona'],
  ])('%s plays %s by default', (tag, types) => {
    expect(settingsOf(tag, []).string('game-types')).toBe(types);
  });

  test('v1.7.0 has game types under their old name only, which every other one knows too', () => {
    const env = { OP_CHALLENGER_GAME_TYPES: 'alphabet' };
    expect(settingsOf('v1.7.0', [], env).string('trace-type')).not.toBe('alphabet');
    expect(settingsOf('v1.8.0', [], env).string('trace-type')).toBe('alphabet');
    for (const tag of ['v1.7.0', 'v1.8.0', 'v1.9.5']) {
      expect(settingsOf(tag, [], { OP_CHALLENGER_TRACE_TYPE: 'alphabet' }).string('trace-type')).toBe('alphabet');
    }
  });

  test.each([
    ['v1.9.3', 'flag cannon-server is required'],
    ['v1.9.4', undefined],
  ])('%s needs a server and prestates for permissioned games: %s', (tag, expected) => {
    expect(problem(tag, [...BASE, ...FILES, '--game-types=permissioned', '--cannon-bin=x'])).toBe(expected);
  });

  test.each([
    ['v1.9.4', 'supernode-rpc', 'superroot-rpc'],
    ['v1.9.5', 'superroot-rpc', 'supernode-rpc'],
  ])('%s knows %s and not %s', (tag, known, unknown) => {
    expect(settingsOf(tag, [`--${known}=x`]).string(known)).toBe('x');
    expect(() => settingsOf(tag, [`--${unknown}=x`])).toThrow(SettingsError);
  });
});

test('variables are named after the flags, with the prefix of the program and of the machine', () => {
  const settings = settingsOf(NEW, [], {
    OP_CHALLENGER_TRACE_TYPE: 'permissioned',
    OP_CHALLENGER_PRESTATES_URL: 'for all',
    OP_CHALLENGER_CANNON_KONA_PRESTATES_URL: 'for kona',
    OP_CHALLENGER_SUPER_CANNON_KONA_PRESTATES_URL: 'for super kona',
  });
  expect(settings.string('game-types')).toBe('permissioned');
  const urls = parseGameTypes(['cannon', 'cannon-kona', 'super-cannon-kona']).map((type) =>
    machineSetting(settings, type, 'prestates-url'),
  );
  expect(urls).toEqual(['for all', 'for kona', 'for super kona']);
});
