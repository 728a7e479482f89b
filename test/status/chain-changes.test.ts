import { describe, expect, it } from 'vitest';
import { changesOnChain, describeChanges } from '../../src/status/chain-changes.ts';

const [a, b] = ['aa', 'bb'].map((byte) => `0x${byte.repeat(20)}`) as [string, string];
const before = {
  contracts: { blockNumber: 40, generation: 'v5', gameType: 1, implementations: { systemConfig: a } },
  roles: { batcher: a, proposer: a },
};

describe('what has changed on L1', () => {
  it('is every field with both values, in whatever case they are written', () => {
    const now = {
      contracts: { blockNumber: 50, generation: 'v6', gameType: 0, implementations: { systemConfig: b } },
      roles: { batcher: a.toUpperCase().replace('0X', '0x'), owner: b },
    };
    expect(changesOnChain(before, now)).toEqual([
      { field: 'contracts.gameType', from: '1', to: '0' },
      { field: 'contracts.generation', from: 'v5', to: 'v6' },
      { field: 'contracts.implementations.systemConfig', from: a, to: b },
      { field: 'roles.owner', to: b },
      { field: 'roles.proposer', from: a },
    ]);
    expect(describeChanges(changesOnChain(before, now).slice(3), 50)).toBe(
      `on L1 at block 50: roles.owner none → ${b}; roles.proposer ${a} → none`,
    );
  });

  it('is nothing while the chain is read for the first time', () => {
    expect(changesOnChain({}, before)).toEqual([]);
  });

  it('is neither the block, nor what could not be read, nor what the spec says beside it', () => {
    const now = {
      ...before,
      contracts: { ...before.contracts, blockNumber: 50, unread: ['x'], contradictions: ['y'] },
    };
    expect(changesOnChain(before, now)).toEqual([]);
  });

  it('is no address that the spec names, or named until now', () => {
    const named = { contracts: { ...before.contracts, proxyAdmin: a, contradictions: [`proxyAdmin is ${a} in …`] } };
    const changed = { contracts: { ...before.contracts, proxyAdmin: b } };
    expect(changesOnChain({ ...before, ...named }, { ...before, ...changed })).toEqual([]);
    expect(changesOnChain({ ...before, ...changed }, { ...before, ...named }, ['proxyAdmin'])).toEqual([]);
  });

  it('is nothing that an operator of before did not ask for, unless the contracts are others', () => {
    const version = (text: string) => ({ ...before.contracts, version: text });
    const old = { ...before, contracts: version('3.4.0') };
    expect(changesOnChain(old, { ...before, contracts: { ...version('3.4.0'), ethLockbox: a } })).toEqual([]);
    expect(
      changesOnChain(old, { ...before, contracts: { ...version('3.7.0'), ethLockbox: a } }).map(({ field }) => field),
    ).toEqual(['contracts.ethLockbox', 'contracts.version']);
  });
});
