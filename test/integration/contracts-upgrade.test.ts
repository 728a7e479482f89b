/** L1 comes to respect another type of game: announced in the spec, done by the owners, and waited for by a plan. */
import { Interface } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { OptimismNetworkStatus } from '../../src/api/optimism-network.ts';
import { UPDATES } from '../../src/contract/messages.ts';
import { NETWORK } from '../devnet/chain.ts';
import { sendL1 } from '../devnet/programs/testing/l1-transactions.ts';
import { waitUntil } from '../devnet/servers/wait-until.ts';
import { podUids, read, resource } from './cluster-objects.ts';
import { type Devnet, expectFairPlay, useDevnet } from './devnet.ts';
import { PATIENCE_MS, planAfter, waitForProposal, waitForStatus } from './plans-in-status.ts';

const PROPOSER = 'devnet-proposer';
/** Anybody may make games of it here, and the challenger plays them. */
const ALPHABET = 255;
const DECIDES = { approver: 'ana', by: 'ana', reason: 'of the test' };
const portal = new Interface(['function setRespectedGameType(uint32)']);

function say({ temporal, entityId }: Devnet, update: string, more: object = {}): Promise<string> {
  return temporal.workflow
    .getHandle(entityId)
    .executeUpdate<string, [object]>(update, { args: [{ ...DECIDES, ...more }] });
}

/** The plan is approved, the proposer is down, and L1 is waited for. */
async function waitsForL1(devnet: Devnet): Promise<OptimismNetworkStatus> {
  const plan = await waitForProposal(devnet);
  expect(plan).toMatchObject({ kind: 'upgrade' });
  await say(devnet, UPDATES.approvePlan, { plan: plan.hash });
  const status = await waitForStatus(
    devnet,
    'L1 is waited for',
    ({ pendingOnChain = [], plan: now }) =>
      pendingOnChain.length > 0 &&
      now?.steps?.some(({ action, state, message }) => action === 'awaitOnChain' && state === 'Waiting' && message) ===
        true,
  );
  expect(Object.keys(await podUids(devnet))).not.toContain(`${PROPOSER}-0`);
  return status;
}

/** Whether the plan's page in the Temporal UI says that its wait for L1 is done. */
async function isPastL1({ temporal }: Devnet, workflowId: string): Promise<true | undefined> {
  const { currentDetails } = await temporal.workflow
    .getHandle(workflowId)
    .query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return /L1 contracts.*\| done \|/.test(currentDetails) || undefined;
}

async function proposedType(devnet: Devnet): Promise<string | undefined> {
  const set = await read(devnet, 'StatefulSet', PROPOSER);
  const { template } = set['spec'] as {
    template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
  };
  return template.spec.containers[0]?.env.find(({ name }) => name === 'OP_PROPOSER_GAME_TYPE')?.value;
}

describe('an upgrade of the contracts', { timeout: 2 * PATIENCE_MS }, () => {
  const use = useDevnet('contracts-upgrade', { whole: true });

  it('comes after an install', async () => {
    const { chain } = use();
    expect(await planAfter(use(), () => chain.apply(...chain.resources))).toMatchObject({ outcome: 'completed' });
  });

  it('stops the proposer, and says what the owners have to do', async () => {
    const devnet = use();
    const { deployment } = devnet.chain;
    await devnet.chain.apply(resource(devnet, NETWORK, { contracts: { upgrade: { gameType: ALPHABET } } }));
    const { plan, pendingOnChain } = await waitsForL1(devnet);
    expect(pendingOnChain).toEqual([
      {
        id: 'respectedGameType',
        contract: expect.stringMatching(new RegExp(deployment.addresses['OptimismPortal2Proxy'] ?? '', 'i')),
        function: `setRespectedGameType(${ALPHABET}) by the guardian, unless the upgrade itself sets it`,
        signer: expect.stringMatching(/^guardian 0x/),
      },
    ]);
    expect(plan?.steps?.find(({ action }) => action === 'awaitOnChain')?.message).toMatch(
      new RegExp(
        `^OptimismPortal 0x\\w+ respects games of type 1, expected ${ALPHABET} \\(L1 block \\d+\\) → the owners`,
      ),
    );
  });

  it('can be given up: the proposer starts as it was, by a repair, while somebody is asked again', async () => {
    const devnet = use();
    const { plan } = await devnet.chain.status();
    await say(devnet, UPDATES.abort);
    await waitUntil(
      'the proposer is back',
      async () => ((await podUids(devnet))[`${PROPOSER}-0`] === undefined ? undefined : true),
      PATIENCE_MS,
    );
    expect(await proposedType(devnet)).toBe('1');
    const { pendingOnChain, history } = await waitForStatus(
      devnet,
      'somebody is asked again',
      ({ phase, plan: asked }) => phase === 'AwaitingApproval' && asked?.kind === 'upgrade',
    );
    expect(pendingOnChain).toBeUndefined();
    expect(history?.slice(0, 2).map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['drift', 'completed'],
      [plan?.kind, 'aborted'],
    ]);
    await waitsForL1(devnet);
  });

  it('can be taken back as long as L1 is as it was: the proposer starts with the game that it had', async () => {
    const devnet = use();
    await say(devnet, UPDATES.rollback);
    const { pendingOnChain } = await waitForStatus(devnet, 'all is as before', ({ phase }) => phase === 'RolledBack');
    expect(pendingOnChain).toBeUndefined();
    expect(Object.keys(await podUids(devnet))).toContain(`${PROPOSER}-0`);
    expect(await proposedType(devnet)).toBe('1');
  });

  it('starts the proposer with the new game when the owners have done it, and nothing leads back', async () => {
    const devnet = use();
    const { deployment } = devnet.chain;
    await say(devnet, UPDATES.retry);
    await waitsForL1(devnet);
    await say(devnet, UPDATES.pause);
    const to = deployment.addresses['OptimismPortal2Proxy'] ?? expect.fail();
    const data = portal.encodeFunctionData('setRespectedGameType', [ALPHABET]);
    await sendL1(deployment, [{ key: deployment.keys.guardian, to, data }]);
    const upgraded = await waitForStatus(
      devnet,
      'L1 is seen to be upgraded',
      ({ plan }) => plan?.steps?.some(({ action, state }) => action === 'awaitOnChain' && state === 'Done') === true,
    );
    expect(upgraded.pendingOnChain).toBeUndefined();
    // The status says so before the workflow has heard it; until then nothing was done that can not be undone.
    await waitUntil('the workflow knows it', () => isPastL1(devnet, upgraded.plan?.workflowId ?? expect.fail()));
    const said = await say(devnet, UPDATES.rollback).catch((error: Error & { cause?: Error }) => error.cause?.message);
    expect(said).toContain(`L1 respects games of type ${ALPHABET} by now`);
    const past = await planAfter(devnet, () => say(devnet, UPDATES.resume));
    expect(past).toMatchObject({ kind: 'upgrade', outcome: 'completed' });
    expect(await proposedType(devnet)).toBe(String(ALPHABET));
    await waitUntil(
      'a game of the new type is made',
      async () => {
        const { lastGame } = (await read(devnet, 'OpProposer', PROPOSER))['status'] as {
          lastGame?: { gameType?: number };
        };
        return lastGame?.gameType === ALPHABET ? true : undefined;
      },
      PATIENCE_MS,
    );
  });

  it('is forgotten when it is taken out of the spec: nothing moves', async () => {
    const devnet = use();
    const pods = await podUids(devnet);
    const { appliedRevision } = await devnet.chain.status();
    await devnet.chain.apply(resource(devnet, NETWORK));
    await waitForStatus(
      devnet,
      'the spec without it is applied',
      (status) => status.phase === 'Ready' && status.appliedRevision !== appliedRevision,
    );
    expect(await podUids(devnet)).toEqual(pods);
    expectFairPlay(devnet);
  });
});
