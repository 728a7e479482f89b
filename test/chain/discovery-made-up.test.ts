/** Contracts that nobody has recorded: releases to come, and what a chain should not be like. */
import { AbiCoder, concat, id, zeroPadValue } from 'ethers';
import { describe, expect, it } from 'vitest';
import { discover } from '../../src/chain/discovery/discover.ts';
import { type L1Replay, type Recording, readRecording, replayL1 } from './l1-replay.ts';

const recording = readRecording<Recording & { expected: { addresses: Record<string, string> } }>('v7.0.0');
const { addresses } = recording.expected;
const find = (l1: L1Replay) =>
  discover({ l1: l1.url, systemConfig: recording.systemConfig, expected: { l1ChainId: 900, l2ChainId: 901 } });

const abi = AbiCoder.defaultAbiCoder();
const ABSENT = { error: { code: 3, message: 'execution reverted', data: '0x' } };
const EMPTY = { result: '0x' };
const word = (value: number) => zeroPadValue(`0x${value.toString(16).padStart(8, '0')}`, 32);

type Answers = Readonly<Record<string, { result: string } | typeof ABSENT>>;

/** The chain of v7.0.0 with other answers: `<contract>.<function>(<argument types>)` and, with arguments, `…:<word>`. */
function withAnswers(answers: Answers): Promise<L1Replay> {
  const calls = new Map(
    Object.entries(answers).map(([name, answer]) => {
      const [call = '', argument = ''] = name.split(':');
      const [contract = '', signature = ''] = call.split('.');
      const to = (contract === 'systemConfig' ? recording.systemConfig : addresses[contract]) ?? '';
      return [`${to.toLowerCase()}${id(signature).slice(0, 10)}${argument.replace('0x', '')}`, answer];
    }),
  );
  return replayL1(recording, ({ method, params }) => {
    if (method !== 'eth_call') return undefined;
    const [{ to, data }] = params as [{ to: string; data: string }];
    return calls.get(`${to.toLowerCase()}${data}`) ?? calls.get(`${to.toLowerCase()}${data.slice(0, 10)}`);
  });
}

const version = (text: string) => ({ result: abi.encode(['string'], [text]) });

describe('contracts of a later release', () => {
  it('v8 are known by what they have no more', async () => {
    await using l1 = await withAnswers({
      'systemConfig.version()': version('4.0.0'),
      'systemConfig.batchInbox()': ABSENT,
    });
    expect(await find(l1)).toMatchObject({
      generation: 'v8',
      version: '4.0.0',
      isUnknownVersion: false,
      unreadable: [],
    });
  });

  it('that nobody knows yet are taken for what they answer, and what they do not is listed', async () => {
    await using l1 = await withAnswers({
      'systemConfig.version()': version('5.2.0-rc.1'),
      'systemConfig.batchInbox()': ABSENT,
      'systemConfig.startBlock()': ABSENT,
      'systemConfig.l1ERC721Bridge()': EMPTY,
    });
    const found = await find(l1);
    expect(found).toMatchObject({
      version: '5.2.0-rc.1',
      isUnknownVersion: true,
      unreadable: ['systemConfig.l1ERC721Bridge()', 'systemConfig.startBlock()'],
    });
    expect(found.startBlock).toBeUndefined();
    expect(found.addresses['l1ERC721Bridge']).toBeUndefined();
  });

  it.each([
    'systemConfig.owner()',
    'systemConfig.unsafeBlockSigner()',
    'systemConfig.gasLimit()',
    'systemConfig.version()',
    'optimismPortal.paused()',
  ])('that do not tell %s are refused', async (getter) => {
    await using l1 = await withAnswers({ [getter]: ABSENT });
    await expect(find(l1)).rejects.toMatchObject({
      type: 'L1Unavailable',
      message: expect.stringContaining(`answered eth_call for ${getter} at block`),
    });
  });
});

describe('a game', () => {
  const gameArgs = (args: string) => ({
    [`disputeGameFactory.gameArgs(uint32):${word(1)}`]: { result: abi.encode(['bytes'], [args]) },
  });

  it('of a type without implementation, as a guardian respects while withdrawals stop, is none', async () => {
    await using l1 = await withAnswers({ 'optimismPortal.respectedGameType()': { result: word(0xffffffff) } });
    const { gameType, respectedGame, roles, games } = await find(l1);
    expect([gameType, respectedGame, roles.proposer]).toEqual([0xffffffff, undefined, undefined]);
    expect(games.map(({ type }) => type)).toEqual([1]);
  });

  it('of zero-knowledge proofs has a verifier (172 bytes)', async () => {
    const [prestate, verifier, registry, weth] = ['01'.repeat(32), '02'.repeat(20), '03'.repeat(20), '04'.repeat(20)];
    const numbers = ['05'.repeat(8), '06'.repeat(8), '07'.repeat(32)];
    const args = concat([prestate, verifier, ...numbers, registry, weth].map((part) => `0x${part}`).concat(word(901)));
    await using l1 = await withAnswers({
      'optimismPortal.respectedGameType()': { result: word(10) },
      [`disputeGameFactory.gameImpls(uint32):${word(10)}`]: {
        result: zeroPadValue(addresses['optimismPortal'] ?? '', 32),
      },
      [`disputeGameFactory.gameArgs(uint32):${word(10)}`]: { result: abi.encode(['bytes'], [args]) },
    });
    expect((await find(l1)).respectedGame).toMatchObject({
      type: 10,
      absolutePrestate: `0x${prestate}`,
      verifier: `0x${verifier}`,
      anchorStateRegistry: `0x${registry}`,
      delayedWETH: `0x${weth}`,
      l2ChainId: '901',
    });
  });

  it.each(['0x00', `0x${'11'.repeat(123)}`, `0x${'11'.repeat(165)}`])(
    'with parameters of a layout that is not known is told, and nothing is made of them: %s',
    async (args) => {
      await using l1 = await withAnswers(gameArgs(args));
      const { respectedGame, roles, unreadable } = await find(l1);
      expect(unreadable).toEqual(['disputeGameFactory.gameArgs(1)']);
      expect(Object.keys(respectedGame ?? {}).sort()).toEqual(['implementation', 'initBondWei', 'type', 'version']);
      expect(roles.proposer).toBeUndefined();
    },
  );

  it('whose parameters are cut off, or an odd number of digits, is unreadable', async () => {
    const whole = abi.encode(['bytes'], [`0x${'11'.repeat(164)}`]);
    for (const result of [whole.slice(0, -64), whole.slice(0, -1)]) {
      await using l1 = await withAnswers({ [`disputeGameFactory.gameArgs(uint32):${word(1)}`]: { result } });
      await expect(find(l1)).rejects.toMatchObject({ type: 'L1Unavailable' });
    }
  });

  it('without parameters in the factory has them in its implementation, and without any there is refused', async () => {
    await using l1 = await withAnswers(gameArgs('0x'));
    // Those of a bare implementation of v7 are zero: nobody's.
    await expect(find(l1)).rejects.toMatchObject({
      type: 'L1Unavailable',
      message: expect.stringContaining('game1.anchorStateRegistry(), game1.proposer()'),
    });
  });
});
