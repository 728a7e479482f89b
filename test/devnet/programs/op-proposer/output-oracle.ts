import { getAddress, Interface } from 'ethers';
import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';
import { type ProposalContract, readContract } from './proposal-contract.ts';

const oracleAbi = new Interface([
  'function version() view returns (string)',
  'function nextBlockNumber() view returns (uint256)',
  'function proposeL2Output(bytes32 outputRoot, uint256 l2BlockNumber, bytes32 l1BlockHash, uint256 l1BlockNumber) payable',
]);

/**
 * The L2OutputOracle of chains without dispute games, for op-proposer up to 1.10: the contract says which block is next.
 * Not recorded: from the documentation and the source of that time.
 * @throws SetupError when there is no oracle at the address
 */
export async function connectOracle(l1: RpcClient, log: Log, settings: Settings): Promise<ProposalContract> {
  const address = settings.string('l2oo-address');
  try {
    const [version] = await readContract(l1, address, oracleAbi, 'version');
    log.info('Connected to L2OutputOracle', { address: getAddress(address), version });
  } catch {
    throw new SetupError('failed to init Driver: no contract code at given address');
  }
  return {
    async dueOutput(source) {
      const [next] = await readContract(l1, address, oracleAbi, 'nextBlockNumber');
      const block = Number(next);
      return (await source.newestBlock()) < block ? undefined : source.outputAt(block);
    },
    extraData: () => '0x',
    async proposal({ root, block, currentL1 }) {
      const args = [root, block.number, currentL1.hash, currentL1.number];
      return { to: address, data: oracleAbi.encodeFunctionData('proposeL2Output', args) };
    },
  };
}
