/** What is read and tried of proposals, against real contracts. */
import { AbiCoder, id, toBeHex, Wallet } from 'ethers';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  lastProposal,
  outputInterval,
  type ProposalTarget,
  proposalBond,
  tryProposal,
} from '../../src/chain/clients/proposals.ts';
import { deployOutputOracle } from '../devnet/programs/testing/output-oracle.ts';
import { artifact } from '../devnet/servers/contract-artifacts.ts';
import { type Deployment, deployContracts } from '../devnet/servers/contracts.ts';
import { type Hex, jsonRpc } from '../devnet/servers/json-rpc.ts';
import { encodeCall } from '../devnet/servers/transaction-batch.ts';
import { answering } from './answering-server.ts';

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

describe('a game that can not be read', () => {
  it('does not hide the others: only the one that was found is asked for its block', async () => {
    const proposer = `0x${'aa'.repeat(20)}`;
    const gameAt = (index: number) => `0x${index.toString(16).padStart(40, '0')}`;
    const coder = AbiCoder.defaultAbiCoder();
    const answer = ({ to, data }: { to: string; data: string }) => {
      if (data.startsWith(id('gameCount()').slice(0, 10))) return { result: coder.encode(['uint256'], [3]) };
      if (data.startsWith(id('gameAtIndex(uint256)').slice(0, 10))) {
        const index = Number(BigInt(`0x${data.slice(10)}`));
        return { result: coder.encode(['uint32', 'uint64', 'address'], [1, 1000 + index, gameAt(index + 1)]) };
      }
      // The newest one is of a kind that nobody knows, and the first one's block can not be read.
      if (to === gameAt(3)) return { error: { code: 3, message: 'execution reverted', data: '0x' } };
      if (data.startsWith(id('gameCreator()').slice(0, 10))) return { result: coder.encode(['address'], [proposer]) };
      if (to === gameAt(2)) return { result: coder.encode(['uint256'], [77]) };
      return { error: { code: 3, message: 'execution reverted', data: '0x' } };
    };
    await using server = await answering(({ body }) => ({
      body: (body as unknown as { id: number; params: [{ to: string; data: string }] }[]).map(
        ({ id: call, params }) => ({
          jsonrpc: '2.0',
          id: call,
          ...answer(params[0]),
        }),
      ),
    }));
    const target: ProposalTarget = { kind: 'games', factory: `0x${'ff'.repeat(20)}`, gameType: 1 };
    expect(await lastProposal(server.url, { address: proposer, target, from: 0 })).toEqual({
      seen: 3,
      last: { address: gameAt(2), gameType: 1, l2Block: 77, timestamp: 1001 },
    });
  });
});

describe('a refusal', () => {
  it.each(['0xd386ef3e', 'Reverted 0xd386ef3e'])('is one with the data %s, whichever client says it', async (data) => {
    await using server = await answering(({ body }) => ({
      body: (body as unknown as { id: number }[]).map(({ id: call }) => ({
        jsonrpc: '2.0',
        id: call,
        error: { code: -32015, message: 'VM execution error.', data },
      })),
    }));
    const target: ProposalTarget = { kind: 'games', factory: `0x${'ff'.repeat(20)}`, gameType: 1 };
    const trial = tryProposal(server.url, { address: `0x${'aa'.repeat(20)}`, bondWei: '0', target });
    expect(await trial).toMatchObject({ outcome: 'refused', data: '0xd386ef3e' });
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
    const target: ProposalTarget = { kind: 'outputs', oracle: later.address };
    expect(await outputInterval(l1.rpcUrl, target)).toBe(1_000_000_000);
    expect(await lastProposal(l1.rpcUrl, { address: lower('proposer'), target, from: 0 })).toEqual({ seen: 0 });
  });
});
