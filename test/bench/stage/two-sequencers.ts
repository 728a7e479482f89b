/** A network whose two sequencers can take turns. */
import { join } from 'node:path';
import { type DevnetChain, startDevnetChain } from '../../devnet/chain.ts';
import { sequencerObjects } from '../../devnet/hand-overs.ts';
import type { StageType } from '../bench.ts';
import { openServers, type ServerStage } from './servers.ts';

export const BLOCK_SECONDS = 1;
const PATIENCE_MS = 300_000;

export interface SequencersStage extends ServerStage {
  readonly chain: DevnetChain;
}

export const twoSequencers: StageType<SequencersStage> = {
  name: 'a network with two sequencers',
  async open(place) {
    const stage = await openServers(place);
    const { progress, servers, dir } = stage;
    try {
      const namespace = 'two-sequencers';
      const files = { blockTimeSeconds: BLOCK_SECONDS };
      const chain = await startDevnetChain({ servers, namespace, dir: join(dir, namespace), timeScale: 0.2, files });
      const close = async () => {
        await chain.stop();
        await stage.close();
      };
      progress.step('installing the network');
      await chain.apply(...sequencerObjects(chain));
      await chain.waitForPhase('Ready', PATIENCE_MS);
      return { ...stage, chain, close };
    } catch (error) {
      progress.note(await stage.explain());
      await stage.close();
      throw error;
    }
  },
};
