import type { Interface, Result } from 'ethers';
import type { RpcClient } from '../rpc/client.ts';
import type { TxRequest } from '../txmgr/prepare-gas.ts';
import type { Output, OutputSource } from './output-source.ts';

/** A contract on L1 that takes proposals. */
export interface ProposalContract {
  /** The output that is to be proposed now; undefined while none is due. */
  dueOutput(source: OutputSource): Promise<Output | undefined>;
  /** What a proposal says about its block. */
  extraData(output: Output): string;
  proposal(output: Output): Promise<TxRequest>;
}

/** Reads a contract at the L1 head. Rejects in the words of the real program where there is none. */
export async function readContract(
  l1: RpcClient,
  address: string,
  contract: Interface,
  method: string,
  args: readonly unknown[] = [],
): Promise<Result> {
  const data = contract.encodeFunctionData(method, args);
  const answer = String(await l1.call('eth_call', [{ to: address, data }, 'latest']));
  if (answer !== '0x') return contract.decodeFunctionResult(method, answer);
  throw new Error(
    'failed to unpack result: failed to unpack data: abi: attempting to unmarshal an empty string while arguments are expected',
  );
}
