import { getAddress, Interface, type Result, ZeroAddress } from 'ethers';
import type { BatchResult, RpcCall } from '../clients/json-rpc.ts';
import { revertData } from '../clients/revert-data.ts';
import type { Getter } from './generations/generation.ts';

/** One getter of one contract, as a JSON-RPC call and the way to read its answer. */
export interface Question {
  /** `systemConfig.owner()`, `disputeGameFactory.gameImpls(1)` */
  readonly key: string;
  readonly call: RpcCall;
  decode(data: string): Result;
}

/** @param block height as a hex number, or `latest` */
export function question(contract: string, address: string, { abi, args = [] }: Getter, block: string): Question {
  const contractInterface = new Interface([`function ${abi}`]);
  const name = abi.slice(0, abi.indexOf('('));
  const data = contractInterface.encodeFunctionData(name, args);
  return {
    key: `${contract}.${name}(${args.join(', ')})`,
    call: { method: 'eth_call', params: [{ to: address, data }, block] },
    decode: (result) => contractInterface.decodeFunctionResult(name, result),
  };
}

/** Questions to one contract; none when its address is not known. */
export function questions(
  contract: string,
  address: string | undefined,
  list: readonly Getter[],
  block: string,
): readonly Question[] {
  return address === undefined ? [] : list.map((getter) => question(contract, address, getter, block));
}

type Answer =
  | { readonly state: 'value'; readonly values: readonly unknown[] }
  /** The contract does not have the getter. */
  | { readonly state: 'absent' }
  /** It reverted with a reason, or answered with something that is no such value. */
  | { readonly state: 'unreadable'; readonly revertData?: string };

/** Answers to questions by their key. A zero address and a missing getter are both `undefined`. */
export class ContractAnswers {
  readonly #answers = new Map<string, Answer>();

  add({ key, decode }: Question, result: BatchResult): void {
    this.#answers.set(key, interpret(decode, result));
  }

  keys(): readonly string[] {
    return [...this.#answers.keys()];
  }

  /** Whether the contract has the getter. */
  has(key: string): boolean {
    return this.#answers.get(key)?.state === 'value';
  }

  address(key: string): string | undefined {
    const value = this.#value(key);
    return typeof value === 'string' && value !== ZeroAddress ? value : undefined;
  }

  /** Address in the low 20 bytes of a word. */
  addressInWord(key: string): string | undefined {
    const value = this.text(key);
    const address = value === undefined ? ZeroAddress : getAddress(`0x${value.slice(-40)}`);
    return address === ZeroAddress ? undefined : address;
  }

  /** Strings, and bytes as hex. */
  text(key: string): string | undefined {
    const value = this.#value(key);
    return typeof value === 'string' ? value : undefined;
  }

  integer(key: string): bigint | undefined {
    const value = this.#value(key);
    return typeof value === 'bigint' ? value : undefined;
  }

  flag(key: string): boolean | undefined {
    const value = this.#value(key);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** All that a getter with several values returns; none when it did not answer. */
  values(key: string): readonly unknown[] {
    const answer = this.#answers.get(key);
    return answer?.state === 'value' ? answer.values : [];
  }

  /** Data of a revert with a reason. */
  revertData(key: string): string | undefined {
    const answer = this.#answers.get(key);
    return answer?.state === 'unreadable' ? answer.revertData : undefined;
  }

  /** Keys of what answered with something that makes no sense. */
  unreadable(): readonly string[] {
    return [...this.#answers].filter(([, { state }]) => state === 'unreadable').map(([key]) => key);
  }

  #value(key: string): unknown {
    return this.values(key)[0];
  }
}

/**
 * Clients word reverts differently, so only the data counts. A missing getter is a revert without data, or no revert at
 * all: contracts with a fallback function, and addresses without code, answer with less than the value needs.
 */
function interpret(decode: Question['decode'], result: BatchResult): Answer {
  if (!result.ok) {
    const data = revertData(result.error);
    if (data === undefined) return { state: 'unreadable' };
    return data.length > 2 ? { state: 'unreadable', revertData: data } : { state: 'absent' };
  }
  if (typeof result.result !== 'string') return { state: 'unreadable' };
  // 32 bytes are the least that any value takes.
  if (result.result.length < 66) return { state: 'absent' };
  try {
    return { state: 'value', values: [...decode(result.result)] };
  } catch {
    return { state: 'unreadable' };
  }
}
