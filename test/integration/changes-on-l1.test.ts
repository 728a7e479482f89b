/** What the owners of the L1 contracts change while the network runs: seen, told, on record, and answered by a plan. */
import { Interface } from 'ethers';
import { describe, expect, it } from 'vitest';
import { NETWORK } from '../devnet/chain.ts';
import { sendL1 } from '../devnet/programs/testing/l1-transactions.ts';
import { auditOf, operatorEvents, podUids, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';

const contracts = new Interface(['function transferOwnership(address)', 'function setRespectedGameType(uint32)']);
const NEW_OWNER = '0x7777777777777777777777777777777777777777';
/** Op-challenger knows a name for it, and nobody has registered it here. */
const ALPHABET = 255;

/** Sends a transaction of one of the chain's roles. */
async function onL1(
  { chain }: Devnet,
  role: 'deployer' | 'guardian',
  contract: string,
  name: string,
  argument: unknown,
): Promise<void> {
  const { deployment } = chain;
  const to = deployment.addresses[contract] ?? expect.fail(`${contract} was not deployed`);
  await sendL1(deployment, [{ key: deployment.keys[role], to, data: contracts.encodeFunctionData(name, [argument]) }]);
}

describe('a change on L1', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('changes-on-l1', { whole: true });

  it('comes after an install', async () => {
    const { chain } = use();
    expect(await planAfter(use(), () => chain.apply(...chain.resources))).toMatchObject({ outcome: 'completed' });
    // From now on changes ask.
    await chain.apply(resource(use(), NETWORK, { approval: { change: 'Required' } }));
  });

  it('of the game type asks for a plan that takes the proposer along, and for none when it is taken back', async () => {
    const devnet = use();
    const pods = await podUids(devnet);
    const { gameType: before } = (await devnet.chain.status()).contracts ?? {};
    await onL1(devnet, 'guardian', 'OptimismPortal2Proxy', 'setRespectedGameType', ALPHABET);
    const plan = await waitForProposal(devnet);
    expect(plan.steps?.map(({ component }) => component)).toContain('OpProposer/devnet-proposer');
    expect((await devnet.chain.status()).contracts?.gameType).toBe(ALPHABET);
    await onL1(devnet, 'guardian', 'OptimismPortal2Proxy', 'setRespectedGameType', before);
    await waitForStatus(devnet, 'nothing is left to do', ({ phase, plan: left }) => phase === 'Ready' && !left);
    expect(await podUids(devnet)).toEqual(pods);
    const { records } = await auditOf(devnet);
    const changes = records
      .filter(({ type }) => type === 'contractsChanged')
      .map(({ details }) => details?.['message']);
    expect(changes).toEqual([
      expect.stringContaining(`contracts.gameType ${before} → ${ALPHABET}`),
      expect.stringContaining(`contracts.gameType ${ALPHABET} → ${before}`),
    ]);
  });

  it('of the owner is in status, told and on record, and changes nothing that runs', async () => {
    const devnet = use();
    const pods = await podUids(devnet);
    await onL1(devnet, 'deployer', 'SystemConfigProxy', 'transferOwnership', NEW_OWNER);
    const { phase } = await waitForStatus(
      devnet,
      'status has the new owner',
      ({ roles }) => roles?.owner?.toLowerCase() === NEW_OWNER,
    );
    expect(phase).toBe('Ready');
    const { records } = await auditOf(devnet);
    expect(records.findLast(({ type }) => type === 'contractsChanged')?.details?.['message']).toMatch(
      new RegExp(`^on L1 at block \\d+: roles.owner 0x[0-9a-fA-F]{40} → ${NEW_OWNER}$`),
    );
    const events = await operatorEvents(devnet);
    expect(events.map(({ reason }) => reason)).toContain('ContractsChanged');
    expect(await podUids(devnet)).toEqual(pods);
    expectFairPlay(devnet);
  });
});
