/** What is missing until L1 is upgraded, in words for those who have to do it. */
import { describe, expect, it } from 'vitest';
import { type ContractsSight, missingOnChain, missingWords, pendingOnChain } from '../../src/plan/on-chain.ts';

const at = (digit: string) => `0x${digit.repeat(40)}`;
const hash = (digit: string) => `0x${digit.repeat(64)}`;

/** The upgrade of v6 contracts to v7, with games of cannon-kona. */
const upgrade = { gameType: 8, absolutePrestate: hash('c'), generation: 'v7' };

const v6: ContractsSight = {
  generation: 'v6',
  addresses: {
    systemConfig: at('1'),
    disputeGameFactory: at('2'),
    anchorStateRegistry: at('3'),
    optimismPortal: at('4'),
  },
  gameType: 1,
  registeredGameTypes: [0, 1],
  games: [{ type: 1, absolutePrestate: hash('a') }],
  roles: { guardian: at('5'), proxyAdminOwner: at('6'), disputeGameFactoryOwner: at('7') },
};
const v7: ContractsSight = {
  ...v6,
  generation: 'v7',
  gameType: 8,
  registeredGameTypes: [8],
  games: [{ type: 8, absolutePrestate: hash('C') }],
};

const isMissing = (sight: ContractsSight, wished: Parameters<typeof missingOnChain>[0] = upgrade) =>
  missingOnChain(wished, sight).map(({ contract, is }) => `${contract} ${is}`);

describe('of an upgrade on L1', () => {
  it('nothing is missing when all of it is there', () => {
    expect(isMissing(v7)).toEqual([]);
  });

  it('everything is missing before, with what is and what is expected', () => {
    expect(isMissing(v6)).toEqual([
      `SystemConfig ${at('1')} is of generation v6, expected v7`,
      `DisputeGameFactory ${at('2')} has no implementation for games of type 8, expected one`,
      `AnchorStateRegistry ${at('3')} respects games of type 1, expected 8`,
    ]);
  });

  it('a type that is respected without an implementation is not enough: nothing could be proposed', () => {
    expect(isMissing({ ...v7, games: [], registeredGameTypes: [1] })).toEqual([
      `DisputeGameFactory ${at('2')} has no implementation for games of type 8, expected one`,
    ]);
  });

  it('another prestate is not enough, nor one that can not be read', () => {
    const expected = `for games of type 8, expected ${hash('c')}`;
    expect(isMissing({ ...v7, games: [{ type: 8, absolutePrestate: hash('d') }] })).toEqual([
      `DisputeGameFactory ${at('2')} has prestate ${hash('d')} ${expected}`,
    ]);
    expect(isMissing({ ...v7, games: [] })).toEqual([`DisputeGameFactory ${at('2')} has prestate unknown ${expected}`]);
  });

  it('only what the spec names is asked for', () => {
    expect(isMissing({ ...v7, generation: 'v6', games: [] }, { gameType: 8 })).toEqual([]);
  });

  it('the game type is respected by the portal before v4, where it is set', () => {
    const [missing] = missingOnChain({ gameType: 0 }, { ...v6, generation: 'v3', games: [{ type: 0 }] });
    expect(missing?.contract).toBe(`OptimismPortal ${at('4')}`);
  });

  it('it is said who does what, and how to get the proposer back', () => {
    expect(missingWords(missingOnChain(upgrade, v6)).fix).toBe(
      'the owners of the contracts go on: OPContractsManager.upgrade, by the owner of the ProxyAdmin; ' +
        'OPContractsManager.upgrade by the owner of the ProxyAdmin, or setImplementation of type 8 by the owner of the factory; ' +
        'setRespectedGameType(8) by the guardian, unless the upgrade itself sets it. Until then abort or rollback starts the proposer as it was',
    );
  });

  it('there is no OPContractsManager before v1.8', () => {
    const [missing] = missingOnChain({ gameType: 8 }, { ...v6, generation: 'v1.4' });
    expect(missing?.call).toBe('setImplementation of type 8 by the owner of the factory');
    expect(missing?.signer).toBe(`owner of the factory ${at('7')}`);
  });

  it('the status shows what to call where, and who signs', () => {
    expect(pendingOnChain(missingOnChain({ gameType: 8 }, { ...v6, games: [{ type: 8 }] }))).toEqual([
      {
        id: 'respectedGameType',
        contract: at('3'),
        function: 'setRespectedGameType(8) by the guardian, unless the upgrade itself sets it',
        signer: `guardian ${at('5')}`,
      },
    ]);
  });

  it('the status leaves out what has no address', () => {
    expect(pendingOnChain(missingOnChain({ gameType: 8 }, { ...v6, addresses: {} }))).toEqual([]);
  });
});
