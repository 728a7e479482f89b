/** A real L2OutputOracle for a test chain: what a chain had before dispute games. */
import { Wallet } from 'ethers';
import { artifact } from '../../servers/contract-artifacts.ts';
import { type Hex, jsonRpc } from '../../servers/json-rpc.ts';
import { encodeCall, TransactionBatch } from '../../servers/transaction-batch.ts';
import type { TestChain } from './test-bed.ts';

export interface OutputOracle {
  readonly address: Hex;
  outputs(): Promise<readonly { readonly root: string; readonly block: number }[]>;
}

/** @param options `submissionInterval` in L2 blocks */
export async function deployOutputOracle(
  { deployment, l1Url }: Pick<TestChain, 'deployment' | 'l1Url'>,
  options: { readonly submissionInterval: number },
): Promise<OutputOracle> {
  const account = new Wallet(Wallet.createRandom().privateKey);
  await jsonRpc(l1Url, 'anvil_setBalance', [account.address, '0xde0b6b3a7640000']);
  const batch = new TransactionBatch({ account, rpcUrl: l1Url, chainId: deployment.l1ChainId });
  const oracle = artifact('L2OutputOracle');
  const implementation = batch.deploy('L2OutputOracle');
  const address = batch.deploy('Proxy', [account.address]);
  const { proposer, challenger } = deployment.accounts;
  const args = [options.submissionInterval, 1, 0, deployment.startBlock.timestamp, proposer, challenger, 12];
  batch.call('Proxy', address, 'upgradeToAndCall', [implementation, encodeCall(oracle, 'initialize', args)]);
  await batch.send();
  const read = async (method: string, of: unknown[] = []) =>
    oracle.interface.decodeFunctionResult(
      method,
      await jsonRpc<Hex>(l1Url, 'eth_call', [{ to: address, data: encodeCall(oracle, method, of) }, 'latest']),
    );
  return {
    address,
    async outputs() {
      const [next] = await read('nextOutputIndex');
      return Promise.all(
        Array.from({ length: Number(next) }, async (_, index) => {
          const [output] = await read('getL2Output', [index]);
          return { root: String(output.outputRoot), block: Number(output.l2BlockNumber) };
        }),
      );
    },
  };
}
