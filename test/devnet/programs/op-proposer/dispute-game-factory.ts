import { getAddress, Interface, toBeHex } from 'ethers';
import type { Log } from '../log.ts';
import type { RpcClient } from '../rpc/client.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { Output } from './output-source.ts';
import { type ProposalContract, readContract } from './proposal-contract.ts';

const factoryAbi = new Interface([
  'function version() view returns (string)',
  'function gameCount() view returns (uint256)',
  'function gameAtIndex(uint256) view returns (uint32 gameType, uint64 timestamp, address proxy)',
  'function initBonds(uint32) view returns (uint256)',
  'function create(uint32 gameType, bytes32 rootClaim, bytes extraData) payable returns (address)',
]);
/** Every kind of game has its root claim, and who made it, in claim 0. */
const gameAbi = new Interface([
  'function claimData(uint256) view returns (uint32 parentIndex, address counteredBy, address claimant, uint128 bond, bytes32 claim, uint128 position, uint128 clock)',
]);

/** The dispute game factory: a proposal is a new game. @throws SetupError when there is no factory at the address */
export async function connectFactory(
  l1: RpcClient,
  log: Log,
  settings: Settings,
  proposer: string,
): Promise<ProposalContract> {
  const address = settings.string('game-factory-address');
  const gameType = settings.number('game-type');
  const interval = settings.duration('proposal-interval');
  const read = (method: string, args: readonly unknown[] = []) => readContract(l1, address, factoryAbi, method, args);
  const extraData = ({ block }: Output) => toBeHex(block.number, 32);

  /**
   * Whether this address made a game of this type within the interval. Its claim is not looked at: the real program
   * compares the new output only with a claim from within the interval, so an unchanged one is proposed again and
   * the factory refuses it with GameAlreadyExists (recorded).
   */
  const hasProposedSince = async (cutoff: number): Promise<boolean> => {
    const [count] = await read('gameCount');
    for (let index = Number(count) - 1; index >= 0; index -= 1) {
      const game = await read('gameAtIndex', [index]);
      if (Number(game['timestamp']) * 1_000 < cutoff) return false;
      if (Number(game['gameType']) !== gameType) continue;
      const { claimant } = (await readContract(l1, game['proxy'], gameAbi, 'claimData', [0])).toObject();
      if (claimant === proposer) return true;
    }
    return false;
  };

  try {
    const [version] = await read('version');
    log.info('Connected to DisputeGameFactory', { address: getAddress(address), version });
  } catch (error) {
    throw new SetupError(`failed to init Driver: failed to get version: ${messageOf(error)}`);
  }
  return {
    async dueOutput(source) {
      const recent = await hasProposedSince(Date.now() - interval).catch((error) => {
        throw new Error(`could not check for recent proposal: ${messageOf(error)}`);
      });
      if (recent) return undefined;
      const block = await source.newestBlock().catch((error) => {
        throw new Error(`could not fetch current block number: getting sync status: ${messageOf(error)}`);
      });
      if (block === 0) {
        log.info('Skipping proposal for genesis block');
        return undefined;
      }
      const output = await source.outputAt(block).catch((error) => {
        throw new Error(`could not fetch output at current block number ${block}: ${messageOf(error)}`);
      });
      log.info('No proposals found for at least proposal interval, submitting proposal now', {
        proposalInterval: settings.string('proposal-interval'),
      });
      return output;
    },
    extraData,
    async proposal(output) {
      const [bond] = await read('initBonds', [gameType]).catch((error) => {
        throw new Error(`failed to create DGF tx candidate: failed to fetch init bond: ${messageOf(error)}`);
      });
      const args = [gameType, output.root, extraData(output)];
      return { to: address, data: factoryAbi.encodeFunctionData('create', args), value: bond };
    },
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
