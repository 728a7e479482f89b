/** Whether L1 is what its owners were about to upgrade it to, by recorded contracts. */
import { describe, expect, it } from 'vitest';
import { pendingUpgrade, type UpgradeSight } from '../../src/activities/gather/contracts-upgrade.ts';
import type { Verified } from '../../src/activities/gather/rolled-out.ts';
import type { OptimismNetwork, OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { parseObject } from '../../src/api/parse.ts';
import { discover } from '../../src/chain/discovery/discover.ts';
import type { ContractsUpgrade } from '../../src/contract/plan.ts';
import { missingOnChain } from '../../src/plan/on-chain.ts';
import { sample } from '../api/sample-objects.ts';
import { type Recording, readRecording, replayL1 } from '../chain/l1-replay.ts';
import { devnet, permissionedGames, renderInput } from '../render/render-input.ts';
import { object } from '../render/rendered.ts';

async function discoveryOf(name: string) {
  const recording = readRecording<Recording>(name);
  await using l1 = await replayL1(recording);
  return await discover({ l1: l1.url, systemConfig: recording.systemConfig, expected: {} });
}

function wishOf(upgrade: ContractsUpgrade | undefined) {
  const network = parseObject('OptimismNetwork', sample('OptimismNetwork', { 'spec.contracts.upgrade': upgrade }));
  if (!network.ok) throw new Error('the sample is not valid');
  return { network: network.value as OptimismNetwork };
}

/** A proposer that is rolled out with games of a type. */
function proposing(gameType: number): Verified[] {
  const contracts = { ...permissionedGames, gameType };
  const set = object(renderInput(devnet(), { contracts }), 'StatefulSet', 'devnet-proposer');
  return [
    { component: { kind: 'OpProposer', name: 'devnet-proposer' }, render: { objects: [set] } },
  ] as unknown as Verified[];
}

const seen = (more: Partial<UpgradeSight>): UpgradeSight => ({
  discovery: undefined,
  status: {},
  verified: proposing(1),
  ...more,
});

describe('an upgrade of v5 contracts to v6', () => {
  const upgrade = { gameType: 0, generation: 'v6' };

  it('is missing what the new generation brings, until it is there', async () => {
    const [before, after] = [
      await discoveryOf('v5.0.0-permissionless'),
      await discoveryOf('v5.0.0-upgraded-to-v6.0.0'),
    ];
    expect(missingOnChain(upgrade, before).map(({ id, is }) => [id, is])).toEqual([
      ['generation', 'is of generation v5, expected v6'],
    ]);
    expect(missingOnChain(upgrade, after)).toEqual([]);
  });

  it('holds nobody up, since what is proposed stays as it is', async () => {
    const discovery = await discoveryOf('v5.0.0-permissionless');
    expect(pendingUpgrade(wishOf(upgrade), seen({ discovery, verified: proposing(0) }))).toBeUndefined();
  });
});

describe('an upgrade to games of cannon-kona', () => {
  const upgrade = { gameType: 8, absolutePrestate: `0x03${'CC'.repeat(31)}` };

  it('is missing, by name and address, what the permissioned chain does not have', async () => {
    const discovery = await discoveryOf('v7.0.0');
    const registry = discovery.addresses['anchorStateRegistry'];
    expect(missingOnChain(upgrade, discovery).at(-1)).toEqual({
      id: 'respectedGameType',
      contract: `AnchorStateRegistry ${registry}`,
      address: registry,
      is: 'respects games of type 1, expected 8',
      call: 'setRespectedGameType(8) by the guardian, unless the upgrade itself sets it',
      signer: `guardian ${discovery.roles.guardian}`,
    });
  });

  it('waits until L1 is there, and no longer', async () => {
    const before = seen({ discovery: await discoveryOf('v7.0.0') });
    expect(pendingUpgrade(wishOf(upgrade), before)).toEqual(upgrade);
    const { gameType = expect.fail(), respectedGame, ...rest } = await discoveryOf('v7.0.0-permissionless');
    const after = seen({ discovery: { ...rest, gameType } });
    const absolutePrestate = respectedGame?.absolutePrestate ?? expect.fail();
    expect(pendingUpgrade(wishOf({ gameType, absolutePrestate }), after)).toBeUndefined();
  });

  it('is over for a proposer that makes these games already, whatever L1 respects by now', async () => {
    const discovery = await discoveryOf('v7.0.0');
    expect(pendingUpgrade(wishOf(upgrade), seen({ discovery, verified: proposing(8) }))).toBeUndefined();
  });

  it('is taken from what L1 said last while it does not answer', () => {
    const contracts = { gameType: 8, absolutePrestate: upgrade.absolutePrestate.toLowerCase() };
    const status = (game: object): OptimismNetworkStatus => ({ contracts: { ...contracts, ...game } });
    const there = status({ implementations: { game: `0x${'1'.repeat(40)}` } });
    expect(pendingUpgrade(wishOf(upgrade), seen({ status: there }))).toBeUndefined();
    expect(pendingUpgrade(wishOf(upgrade), seen({ status: status({}) }))).toEqual(upgrade);
    expect(pendingUpgrade(wishOf(upgrade), seen({ status: {} }))).toEqual(upgrade);
  });

  it('is none where the spec names none', () => {
    expect(pendingUpgrade(wishOf(undefined), seen({}))).toBeUndefined();
  });
});
