import { type BaseWallet, HDNodeWallet, Wallet } from 'ethers';
import { parsePrivateKey } from '../p2p-identity.ts';
import { SetupError } from '../service/setup-error.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * @param what failed when there is no usable key
 * @throws SetupError without a usable key; a wrong or empty one is not noticed here
 */
export function readKey(settings: Settings, what = 'failed to init Tx manager'): BaseWallet {
  const fail = (why: string) => new SetupError(`${what}: could not init signer: ${why}`);
  const key = settings.string('private-key');
  const mnemonic = settings.string('mnemonic');
  if (key === '' && mnemonic === '') throw fail('failed to parse mnemonic: mnemonic is required');
  if (key === '') return HDNodeWallet.fromPhrase(mnemonic, undefined, settings.string('hd-path') || undefined);
  const parsed = parsePrivateKey(key);
  if (parsed !== undefined) return new Wallet(`0x${parsed.toString('hex')}`);
  const isHex = /^(0x)?[0-9a-fA-F]*$/.test(key.trim());
  throw fail(
    `failed to parse the private key: ${isHex ? 'invalid length, need 256 bits' : 'invalid hex data for private key'}`,
  );
}
