import type { BlockId } from '../../ledger/block.ts';
import type { Settings } from '../settings/settings.ts';
import type { RollupProvider } from './rollup-provider.ts';

/** An output root that can be proposed, and op-node's view of L1 with it. */
export interface Output {
  readonly root: string;
  readonly block: BlockId & { readonly timestamp: number; readonly l1Origin: number };
  readonly currentL1: BlockId;
  readonly headL1: number;
}

/** Where a proposer reads outputs. */
export interface OutputSource {
  /** Number of the newest L2 block that may be proposed: finalized, or safe where that is allowed. */
  newestBlock(): Promise<number>;
  outputAt(block: number): Promise<Output>;
}

interface Answer {
  readonly outputRoot: string;
  readonly blockRef: BlockId & { readonly timestamp: number; readonly l1origin: BlockId };
  readonly syncStatus: { readonly current_l1: BlockId; readonly head_l1: BlockId };
}

export function createOutputSource(rollups: RollupProvider, settings: Settings): OutputSource {
  const head = settings.bool('allow-non-finalized') ? 'safe_l2' : 'finalized_l2';
  return {
    async newestBlock() {
      const rollup = await rollups.active();
      const status = (await rollup.call('optimism_syncStatus', [])) as Record<typeof head, BlockId>;
      return status[head].number;
    },
    async outputAt(block) {
      const rollup = await rollups.active();
      const answer = (await rollup.call('optimism_outputAtBlock', [`0x${block.toString(16)}`])) as Answer;
      const { outputRoot, blockRef, syncStatus } = answer;
      const { hash, number, timestamp, l1origin } = blockRef;
      return {
        root: outputRoot,
        block: { hash, number, timestamp, l1Origin: l1origin.number },
        currentL1: { hash: syncStatus.current_l1.hash, number: syncStatus.current_l1.number },
        headL1: syncStatus.head_l1.number,
      };
    },
  };
}
