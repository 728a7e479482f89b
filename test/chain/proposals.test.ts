/** What is read and tried of proposals, against real contracts. */
import { toBeHex, Wallet } from 'ethers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { lastProposal, type ProposalTarget, proposalBond, tryProposal } from '../../src/chain/clients/proposals.ts';
import { deployOutputOracle } from '../devnet/programs/testing/output-oracle.ts';
import { artifact } from '../devnet/servers/contract-artifacts.ts';
import { type Deployment, deployContracts } from '../devnet/servers/contracts.ts';
import { type Hex, jsonRpc } from '../devnet/servers/json-rpc.ts';
import { encodeCall } from '../devnet/servers/transaction-batch.ts';

const l1 = { rpcUrl: inject('l1RpcUrl'), chainId: inject('l1ChainId') };
const BOND = '80000000000000000';
const PERMISSIONED = 1;

let deployment: Deployment;
let games: ProposalTarget;

beforeAll(async () => {
  deployment = await deployContracts(l1, { l2ChainId: 4201 });
  games = { kind: 'games', factory: deployment.addresses['DisputeGameFactoryProxy'] ?? '', gameType: PERMISSIONED };
});

const lower = (role: 'proposer' | 'challenger') => deployment.accounts[role].toLowerCase();

async function propose(l2Block: number): Promise<void> {
  const account = new Wallet(deployment.keys.proposer);
  const claim = `0x${'c1'.repeat(31)}${l2Block.toString(16).padStart(2, '0')}`;
  const args = [PERMISSIONED, claim, toBeHex(l2Block, 32)];
  const data = encodeCall(artifact('DisputeGameFactory'), 'create', args);
  const nonce = await jsonRpc<Hex>(l1.rpcUrl, 'eth_getTransactionCount', [account.address, 'pending']);
  const raw = await account.signTransaction({
    type: 2,
    chainId: l1.chainId,
    nonce: Number(nonce),
    to: (games as { factory: string }).factory,
    data,
    value: BigInt(BOND),
    gasLimit: 1_000_000,
    maxFeePerGas: 10n ** 11n,
    maxPriorityFeePerGas: 10n ** 9n,
  });
  await jsonRpc(l1.rpcUrl, 'eth_sendRawTransaction', [raw]);
}

describe('a proposal that is only tried', () => {
  it('would be accepted from the proposer, and from nobody else, not even the challenger', async () => {
    expect(await proposalBond(l1.rpcUrl, games)).toBe(BOND);
    const from = (address: string) => tryProposal(l1.rpcUrl, { address, bondWei: BOND, target: games });
    expect(await from(lower('proposer'))).toEqual({ outcome: 'accepted' });
    expect(await from(lower('challenger'))).toMatchObject({ outcome: 'refused', data: '0xd386ef3e' });
  });

  it('says that nobody has registered the type, and that the bond is another one', async () => {
    const unknown: ProposalTarget = { ...games, gameType: 7 } as ProposalTarget;
    expect(await proposalBond(l1.rpcUrl, unknown)).toBe('0');
    const address = lower('proposer');
    expect(await tryProposal(l1.rpcUrl, { address, bondWei: '0', target: unknown })).toMatchObject({
      outcome: 'refused',
      data: expect.stringMatching(/^0x031c6de4/),
    });
    expect(await tryProposal(l1.rpcUrl, { address, bondWei: '1', target: games })).toMatchObject({
      outcome: 'refused',
      data: '0x8620aa19',
    });
  });

  it('is no answer when L1 has no factory there, or does not answer', async () => {
    const nowhere: ProposalTarget = { kind: 'games', factory: `0x${'77'.repeat(20)}`, gameType: 1 };
    await expect(proposalBond(l1.rpcUrl, nowhere)).rejects.toMatchObject({ kind: 'rpc-error' });
    await expect(
      tryProposal('http://127.0.0.1:1', { address: lower('proposer'), bondWei: BOND, target: games }),
    ).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

describe('the last proposal', () => {
  it('is the newest game of the address, and is not looked for twice', async () => {
    const of = (address: string, from = 0) => lastProposal(l1.rpcUrl, { address, target: games, from });
    expect(await of(lower('proposer'))).toEqual({ seen: 0 });
    await propose(7);
    await propose(9);
    await expect
      .poll(() => of(lower('proposer')), { timeout: 20_000 })
      .toMatchObject({
        seen: 2,
        last: { gameType: PERMISSIONED, l2Block: 9, address: expect.stringMatching(/^0x[0-9a-f]{40}$/) },
      });
    expect(await of(lower('proposer'), 2)).toEqual({ seen: 2 });
    expect(await of(lower('challenger'))).toEqual({ seen: 2 });
  });
});

describe('an L2OutputOracle', () => {
  it('takes outputs of the proposer only, when they are due', async () => {
    const oracle = await deployOutputOracle({ deployment, l1Url: l1.rpcUrl }, { submissionInterval: 1 });
    const later = await deployOutputOracle({ deployment, l1Url: l1.rpcUrl }, { submissionInterval: 1_000_000_000 });
    const at = (target: string, address: string) =>
      tryProposal(l1.rpcUrl, { address, bondWei: '0', target: { kind: 'outputs', oracle: target } });
    expect(await at(oracle.address, lower('proposer'))).toEqual({ outcome: 'accepted' });
    expect(await at(later.address, lower('proposer'))).toEqual({ outcome: 'notDue' });
    expect(await at(later.address, lower('challenger'))).toMatchObject({
      outcome: 'refused',
      text: expect.stringContaining('only the proposer address can propose'),
    });
    const target: ProposalTarget = { kind: 'outputs', oracle: oracle.address };
    expect(await lastProposal(l1.rpcUrl, { address: lower('proposer'), target, from: 0 })).toEqual({ seen: 0 });
  });
});
