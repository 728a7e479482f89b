/** Proposals of the chain's state on L1: dispute games of a factory, or outputs of an L2OutputOracle. */
import { Interface, id, toBeHex, ZeroHash } from 'ethers';
import type { Proposal, ProposalTrial } from '../samples.ts';
import type { HttpOptions } from './http.ts';
import { type BatchResult, jsonRpcBatch, type RpcCall } from './json-rpc.ts';
import { revertData } from './revert-data.ts';
import { RpcError } from './rpc-error.ts';

/** Where proposals go. */
export type ProposalTarget =
  | { readonly kind: 'games'; readonly factory: string; readonly gameType: number }
  | { readonly kind: 'outputs'; readonly oracle: string };

const FACTORY = new Interface([
  'function create(uint32,bytes32,bytes) payable returns (address)',
  'function initBonds(uint32) view returns (uint256)',
  'function gameCount() view returns (uint256)',
  'function gameAtIndex(uint256) view returns (uint32,uint64,address)',
]);
const GAME = new Interface([
  'function gameCreator() view returns (address)',
  'function l2BlockNumber() view returns (uint256)',
]);
const ORACLE = new Interface([
  'function proposeL2Output(bytes32,uint256,bytes32,uint256) payable',
  'function nextBlockNumber() view returns (uint256)',
  'function nextOutputIndex() view returns (uint256)',
  'function SUBMISSION_INTERVAL() view returns (uint256)',
  'function L2_BLOCK_TIME() view returns (uint256)',
  'function getL2Output(uint256) view returns (tuple(bytes32,uint128,uint128))',
]);
/** Of `Error(string)`: the contracts of before custom errors. */
const ERROR_TEXT = new Interface(['function Error(string)']);

/** A claim that nobody makes, about a block that is above every anchor: only whether it may be made is of interest. */
const TRIED_CLAIM = id('a proposal that is only tried');
const TRIED_BLOCK = 2n ** 62n;
/** As many of the newest proposals are looked at in one sample. */
const LARGEST_SCAN = 30;

const callOf = ([contract, abi, method, args]: Question): RpcCall => ({
  method: 'eth_call',
  params: [{ to: contract, data: abi.encodeFunctionData(method, [...args]) }, 'latest'],
});

/** The bond that goes along with a proposal, in wei; 0 for outputs. */
export async function proposalBond(url: string, target: ProposalTarget, options?: HttpOptions): Promise<string> {
  if (target.kind === 'outputs') return '0';
  const [bond] = await values(url, [[target.factory, FACTORY, 'initBonds', [target.gameType]]], options);
  return String(bond ?? 0n);
}

/** Seconds between two proposals where L1 decides it; undefined for games. */
export async function outputInterval(
  url: string,
  target: ProposalTarget,
  options?: HttpOptions,
): Promise<number | undefined> {
  if (target.kind === 'games') return undefined;
  const { oracle } = target;
  const [blocks, blockTime] = await values(
    url,
    [
      [oracle, ORACLE, 'SUBMISSION_INTERVAL', []],
      [oracle, ORACLE, 'L2_BLOCK_TIME', []],
    ],
    options,
  );
  return Number(blocks ?? 0n) * Number(blockTime ?? 0n);
}

/**
 * Calls what the proposer would send, from its address, and sends nothing.
 * @param bondWei what {@link proposalBond} says; the address must have it, else the node refuses the call itself
 */
export async function tryProposal(
  url: string,
  { address, bondWei, target }: { readonly address: string; readonly bondWei: string; readonly target: ProposalTarget },
  options?: HttpOptions,
): Promise<ProposalTrial> {
  const [to, data] =
    target.kind === 'games'
      ? [target.factory, FACTORY.encodeFunctionData('create', [target.gameType, TRIED_CLAIM, toBeHex(TRIED_BLOCK, 32)])]
      : [target.oracle, await nextOutput(url, target.oracle, options)];
  const value = bondWei === '0' ? {} : { value: `0x${BigInt(bondWei).toString(16)}` };
  const call = { method: 'eth_call', params: [{ from: address, to, data, ...value }, 'latest'] };
  const [result] = await jsonRpcBatch(url, [call], options);
  if (result?.ok) return { outcome: 'accepted' };
  const error = result?.error;
  const reverted = error && revertData(error);
  if (error === undefined || reverted === undefined) throw error ?? new Error('no answer');
  const text = errorText(reverted);
  // The role is checked before the time.
  if (target.kind === 'outputs' && text?.includes('in the future')) return { outcome: 'notDue' };
  return { outcome: 'refused', data: reverted, text: text ?? error.message };
}

async function nextOutput(url: string, oracle: string, options?: HttpOptions): Promise<string> {
  const [next] = await values(url, [[oracle, ORACLE, 'nextBlockNumber', []]], options);
  return ORACLE.encodeFunctionData('proposeL2Output', [TRIED_CLAIM, next ?? 0n, ZeroHash, 0]);
}

/**
 * The newest proposal of an address among those from an index on.
 * @param from how many of all proposals have been looked at before
 * @returns how many there are, and the newest of them that is the address's
 */
export async function lastProposal(
  url: string,
  { address, target, from }: { readonly address: string; readonly target: ProposalTarget; readonly from: number },
  options?: HttpOptions,
): Promise<{ readonly seen: number; readonly last?: Proposal }> {
  return target.kind === 'games'
    ? lastGame(url, { factory: target.factory, address, from }, options)
    : lastOutput(url, { oracle: target.oracle, from }, options);
}

async function lastGame(
  url: string,
  { factory, address, from }: { readonly factory: string; readonly address: string; readonly from: number },
  options?: HttpOptions,
): Promise<{ seen: number; last?: Proposal }> {
  const [count] = await values(url, [[factory, FACTORY, 'gameCount', []]], options);
  const seen = Number(count ?? 0n);
  const first = Math.max(from, seen - LARGEST_SCAN);
  if (first >= seen) return { seen };
  const indices = Array.from({ length: seen - first }, (_, position) => seen - 1 - position);
  const games = await all(
    url,
    indices.map((index) => [factory, FACTORY, 'gameAtIndex', [index]]),
    options,
  );
  const creators = await readable(
    url,
    games.map(([, , game]): Question => [String(game), GAME, 'gameCreator', []]),
    options,
  );
  const found = games.find((_, index) => String(creators[index]).toLowerCase() === address.toLowerCase());
  if (!found) return { seen };
  const [gameType, timestamp, game] = found;
  const [l2Block] = await values(url, [[String(game), GAME, 'l2BlockNumber', []]], options);
  return {
    seen,
    last: {
      address: String(game).toLowerCase(),
      gameType: Number(gameType),
      l2Block: Number(l2Block ?? 0n),
      timestamp: Number(timestamp),
    },
  };
}

/** Only the proposer can make outputs, so the last one is its own. */
async function lastOutput(
  url: string,
  { oracle, from }: { readonly oracle: string; readonly from: number },
  options?: HttpOptions,
): Promise<{ seen: number; last?: Proposal }> {
  const [next] = await values(url, [[oracle, ORACLE, 'nextOutputIndex', []]], options);
  const seen = Number(next ?? 0n);
  if (seen <= from) return { seen };
  const [output] = await values(url, [[oracle, ORACLE, 'getL2Output', [seen - 1]]], options);
  const [, timestamp, l2Block] = output as readonly [string, bigint, bigint];
  return { seen, last: { l2Block: Number(l2Block), timestamp: Number(timestamp) } };
}

type Question = readonly [contract: string, abi: Interface, method: string, args: readonly unknown[]];

/** First value of each answer. @throws RpcError when one of them can not be had */
async function values(url: string, questions: readonly Question[], options?: HttpOptions): Promise<unknown[]> {
  return (await all(url, questions, options)).map(([value]) => value);
}

/** First value of each answer; undefined where there is none, as with games of a kind that nobody here knows. */
async function readable(url: string, questions: readonly Question[], options?: HttpOptions): Promise<unknown[]> {
  const results = await jsonRpcBatch(url, questions.map(callOf), options);
  return questions.map(([, abi, method], index) => {
    const result = results[index];
    const data = result?.ok ? result.result : undefined;
    try {
      return abi.decodeFunctionResult(method, String(data))[0];
    } catch {
      return undefined;
    }
  });
}

async function all(url: string, questions: readonly Question[], options?: HttpOptions): Promise<unknown[][]> {
  const results = await jsonRpcBatch(url, questions.map(callOf), options);
  return questions.map(([, abi, method], index) => [
    ...abi.decodeFunctionResult(method, resultOf(results[index], method)),
  ]);
}

function resultOf(result: BatchResult | undefined, method: string): string {
  if (result && !result.ok) throw result.error;
  if (typeof result?.result === 'string' && result.result !== '0x') return result.result;
  throw new RpcError(`L1 has nothing that answers ${method}`, { kind: 'rpc-error', host: 'L1', method });
}

function errorText(data: string): string | undefined {
  try {
    const [text] = ERROR_TEXT.decodeFunctionData('Error', data);
    return String(text);
  } catch {
    return undefined;
  }
}
