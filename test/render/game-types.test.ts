import { describe, expect, test } from 'vitest';
import { challengedGameTypes } from '../../src/render/game-types.ts';
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
