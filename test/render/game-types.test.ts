import { describe, expect, test } from 'vitest';
import { afterUpgrade, challengedGameTypes, proposedGameType } from '../../src/render/game-types.ts';
import { permissionedGames } from './render-input.ts';

const several = { ...permissionedGames, gameType: 8, registeredGameTypes: [1, 8, 1337] };

describe('games that a challenger plays', () => {
  test('Auto: the respected ones and every other that L1 can make and op-challenger knows', () => {
    expect(challengedGameTypes({ gameTypes: ['Auto'] }, several)).toEqual(['permissioned', 'cannon-kona']);
    const unregistered = { ...several, registeredGameTypes: [1] };
    expect(challengedGameTypes({ gameTypes: ['Auto'] }, unregistered)).toEqual(['permissioned', 'cannon-kona']);
  });

  test('Auto goes on with those that it has played: their games are still in its window', () => {
    expect(challengedGameTypes({ gameTypes: ['Auto'] }, permissionedGames, ['cannon-kona', 'cannon'])).toEqual([
      'cannon',
      'permissioned',
      'cannon-kona',
    ]);
  });

  test('named ones are these, whatever was played and whatever L1 says', () => {
    expect(challengedGameTypes({ gameTypes: ['permissioned'] }, several, ['cannon'])).toEqual(['permissioned']);
  });
});

describe('games around an upgrade of the contracts', () => {
  const upgrade = { gameType: 8 };
  const asUpgraded = { ...permissionedGames, gameType: 8, registeredGameTypes: [1, 8] };

  test('are the same before L1 is upgraded as afterwards: a plan that waits for that is not outdated by it', () => {
    const [before, after] = [afterUpgrade(permissionedGames, upgrade), afterUpgrade(asUpgraded, upgrade)];
    const types = ['permissioned', 'cannon-kona'] as const;
    for (const contracts of [before, after, asUpgraded]) {
      expect(proposedGameType({ gameType: 'Auto' }, contracts)).toBe(8);
      expect(challengedGameTypes({ gameTypes: ['Auto'] }, contracts)).toEqual(types);
    }
    const retired = afterUpgrade({ ...asUpgraded, registeredGameTypes: [8] }, upgrade);
    expect(challengedGameTypes({ gameTypes: ['Auto'] }, retired, types)).toEqual(types);
  });

  test('hold the former type also while L1 does not answer', () => {
    const known = { ...permissionedGames, registeredGameTypes: [] };
    expect(challengedGameTypes({ gameTypes: ['Auto'] }, afterUpgrade(known, upgrade))).toEqual([
      'permissioned',
      'cannon-kona',
    ]);
  });

  test('are those of L1 where nothing is announced', () => {
    expect(afterUpgrade(permissionedGames, undefined)).toBe(permissionedGames);
  });
});
