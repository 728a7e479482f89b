import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';
import { connectSigner, hasRemoteSigner } from '../signer/signer-client.ts';
import { readKey } from './key.ts';
import { remoteSigner } from './remote-signer.ts';
import type { TxSigner } from './tx-signer.ts';

/** What is wrong with the signer's settings, before anything is tried; in the words of txmgr's check. */
export function checkSignerSettings(settings: Settings): string | undefined {
  const set = (flag: string) => settings.string(flag) !== '';
  const tls = ['signer.tls.ca', 'signer.tls.cert', 'signer.tls.key'];
  if (settings.bool('signer.tls.enabled') && !tls.every(set)) return 'all tls flags must be set if at least one is set';
  if (set('signer.endpoint') !== set('signer.address')) {
    return 'signer endpoint and address must both be set or not set';
  }
  const ways = [set('private-key'), set('mnemonic'), hasRemoteSigner(settings)].filter(Boolean);
  if (ways.length > 1) return 'can only provide at most one of: [private key, mnemonic, remote signer]';
  return undefined;
}

/**
 * The key of a service, or its remote signer.
 * @param what failed when there is none
 * @throws SetupError when it has none, or that one does not answer
 */
export async function openSigner(
  process: Process,
  log: Log,
  settings: Settings,
  what = 'failed to init Tx manager',
): Promise<TxSigner> {
  if (!hasRemoteSigner(settings)) return readKey(settings, what);
  try {
    return remoteSigner(await connectSigner(process, log, settings));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error('Unable to create Signer Client', { error: why });
    throw new SetupError(`${what}: could not init signer: failed to create the signer client: ${why}`);
  }
}
