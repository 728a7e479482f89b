import { type Challenger, messageOf } from './challenger.ts';
import type { Claim } from './claims.ts';
import type { Contract } from './contract.ts';

/** What a game is about. */
export interface Dispute {
  /** The L1 block that all data is from. */
  readonly l1Head: { readonly hash: string; readonly number: number };
  /** L2 blocks: the one that all agree on, and the one of the root claim. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly splitDepth: number;
}

const ROOT_ATTACK = 2n;
const hex = (number: number) => `0x${number.toString(16)}`;

/**
 * Attacks the root claim when our op-node has another output for its block. That is all that is simulated of the play:
 * moves deeper in the tree, steps of a virtual machine and wrong block numbers are left out.
 */
export async function attackRoot(
  challenger: Challenger,
  game: Contract,
  dispute: Dispute,
  claims: readonly Claim[],
): Promise<void> {
  const { log, counters } = challenger;
  const root = claims[0];
  if (root === undefined) return;
  let value: string;
  try {
    if (root.value === (await outputAt(challenger, dispute, dispute.lastBlock))) return;
    value = await outputAt(challenger, dispute, firstDisputed(dispute));
  } catch (error) {
    log.error('Failed to calculate all required moves', { game: game.address, err: messageOf(error) });
    return;
  }
  const made = claims.some((claim) => claim.parent === 0 && claim.position === ROOT_ATTACK && claim.value === value);
  if (made) return;
  const fields = { game: game.address, action: 'move', is_attack: true, parent: 0, value };
  // Counted before it is tried, and whether it works or not.
  counters.moves += 1;
  log.info('Performing action', fields);
  try {
    const [bond] = await game.read('getRequiredBond', ROOT_ATTACK);
    const data = game.encode('attack', root.value, 0, value);
    await challenger.send('perform action', { to: game.address, data, value: bond as bigint });
  } catch (error) {
    log.error('Action failed', { ...fields, err: messageOf(error) });
  }
}

/** The block in the middle, which an attack of the root claim is about. */
function firstDisputed({ firstBlock, lastBlock, splitDepth }: Dispute): number {
  return Math.min(firstBlock + 2 ** (splitDepth - 1), lastBlock);
}

/** The output of a block; of the newest block that L1 has data for, up to the game's L1 head, when that is older. */
async function outputAt({ rollup }: Challenger, { l1Head }: Dispute, block: number): Promise<string> {
  const answer = await rollup.call('optimism_safeHeadAtL1Block', [hex(l1Head.number)]).catch((error: unknown) => {
    throw new Error(`failed to get safe head at L1 block ${l1Head.hash}:${l1Head.number}: ${messageOf(error)}`);
  });
  const { safeHead } = answer as { safeHead: { number: number } };
  const output = await rollup.call('optimism_outputAtBlock', [hex(Math.min(block, safeHead.number))]);
  return (output as { outputRoot: string }).outputRoot;
}
