import { readUnsafeBlockSigner } from '../l1/system-config.ts';
import type { RpcClient } from '../rpc/client.ts';
import { compareVersions } from '../version.ts';
import { type Driver, messageOf } from './driver.ts';

/** The address that must have signed gossiped blocks, as this node last loaded it from L1. */
export interface SignerWatch {
  load(): Promise<void>;
  /** Whether a block of this signer is good, said with the fields of its message. */
  accepts(signer: string, message: { readonly topic: string; readonly peer: string }): boolean;
  /** Loads it again at the configured interval. */
  run(): Promise<void>;
}

const UNRECOGNIZED = 'unrecognized signer';

/** Releases from 1.17 on keep the previous signer valid for three hours, in memory only (recorded). */
export function createSignerWatch(driver: Driver, l1: RpcClient): SignerWatch {
  const { config, log, process } = driver;
  const hasGrace = compareVersions(config.version, '1.17.0') >= 0;
  let current: string | undefined;
  let previous: string | undefined;

  const load = async () => {
    const signer = await readUnsafeBlockSigner(l1, config.rollup.systemConfig);
    log.info('loaded new runtime config values!', { p2p_seq_address: signer });
    if (signer === current) return;
    if (hasGrace && current !== undefined) {
      previous = current;
      const fields = { previous, new: signer, grace_period: '3h0m0s' };
      log.info('p2p signer rotated, grace period started for previous signer', fields);
    }
    current = signer;
    driver.record({ type: 'signer-loaded', address: signer });
  };

  return {
    load,
    accepts(signer, { topic, peer }) {
      if (signer === current) {
        if (previous !== undefined) log.info('new signer confirmed in use, ending grace period', { current, previous });
        previous = undefined;
        return true;
      }
      if (signer === previous) {
        log.info('accepted block from previous signer during grace period', { topic, peer, previous_signer: signer });
        return true;
      }
      const fields = hasGrace
        ? { peer, current_err: UNRECOGNIZED, previous_err: previous === undefined ? '<nil>' : UNRECOGNIZED }
        : { err: UNRECOGNIZED, peer };
      log.warn('invalid block signature', { topic, ...fields });
      return false;
    },
    async run() {
      const interval = config.settings.duration('l1.runtime-config-reload-interval');
      while (interval > 0 && (await process.sleep(interval))) {
        await load().catch((error) => log.error('failed to reload runtime config', { err: messageOf(error) }));
      }
    },
  };
}
