/** The time of a fork of the devnet, as its user changes it. */
import { gzipSync } from 'node:zlib';
import { patch } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';

/**
 * What the user has in ConfigMap devnet-chain, with another time for Jovian. The hash of block 0 stays.
 * @param time seconds since the epoch
 */
export async function scheduleJovian(devnet: Pick<Devnet, 'chain' | 'namespace'>, time: number): Promise<void> {
  const { files } = devnet.chain;
  const genesis = { ...files.genesis, config: { ...(files.genesis['config'] as object), jovianTime: time } };
  await patch(devnet, 'ConfigMap', 'devnet-chain', {
    data: { 'rollup.json': JSON.stringify({ ...files.rollup, jovian_time: time }) },
    binaryData: { 'genesis.json.gz': gzipSync(JSON.stringify(genesis)).toString('base64') },
  });
}
