import { getBytes, recoverAddress, Wallet } from 'ethers';
import type { L2Block } from '../../ledger/block.ts';
import type { Log } from '../log.ts';
import { parsePrivateKey } from '../p2p-identity.ts';
import type { Process } from '../process.ts';
import type { Settings } from '../settings/settings.ts';
import { connectSigner, hasRemoteSigner } from '../signer/signer-client.ts';
import { blockSigningHash, ZERO_DOMAIN } from '../signer/signing-hash.ts';
import { ConfigError } from './config-error.ts';

/** What signs the blocks that a sequencer gossips. */
export interface BlockSigner {
  /** @returns the address that peers find the signature to be of; rejects when nothing was signed */
  sign(block: L2Block): Promise<string>;
}

const fail = (why: string) => new ConfigError(`failed to load p2p signer: ${why}`);

/** The key of the settings or the remote signer; undefined when they name none. @throws ConfigError */
export async function loadBlockSigner(
  process: Process,
  settings: Settings,
  log: Log,
  l2ChainId: number,
): Promise<BlockSigner | undefined> {
  const key = settings.string('p2p.sequencer.key');
  const remote = hasRemoteSigner(settings);
  if (key !== '' && remote) {
    throw fail('cannot specify both a private key and a remote signer for sequencer p2p');
  }
  if (remote) return remoteBlockSigner(process, settings, log, l2ChainId);
  return key === '' ? undefined : keyOf(key);
}

function keyOf(key: string): BlockSigner {
  const parsed = parsePrivateKey(key);
  const reason = /^(0x)?[0-9a-fA-F]*$/.test(key.trim())
    ? 'invalid length, need 256 bits'
    : 'invalid hex data for private key';
  if (parsed === undefined) throw fail(`failed to read sequencer p2p key: ${reason}`);
  const { address } = new Wallet(`0x${parsed.toString('hex')}`);
  return { sign: async () => address };
}

/** Blocks have no encoding here: the hash of one stands for that of its payload. */
async function remoteBlockSigner(
  process: Process,
  settings: Settings,
  log: Log,
  l2ChainId: number,
): Promise<BlockSigner> {
  const signer = await connectSigner(process, log, settings).catch((error) => {
    throw fail(error instanceof Error ? error.message : String(error));
  });
  return {
    async sign({ hash }) {
      // Version 1 of the call, with Go's own encoding of bytes: a list of numbers for an array, base64 for a slice.
      const signature = await signer.call('opsigner_signBlockPayload', {
        domain: [...getBytes(ZERO_DOMAIN)],
        chainId: l2ChainId,
        payloadHash: Buffer.from(getBytes(hash)).toString('base64'),
        senderAddress: signer.address,
      });
      const digest = blockSigningHash({ domain: ZERO_DOMAIN, chainId: BigInt(l2ChainId), payloadHash: hash });
      return recoverAddress(digest, String(signature));
    },
  };
}
