import { createPrivateKey } from 'node:crypto';
import { computeAddress, SigningKey } from 'ethers';
import { fileError, readText } from '../environment.ts';
import type { Log } from '../log.ts';
import type { Process } from '../process.ts';
import { SetupError } from '../service/setup-error.ts';

/** Keys of the provider `LOCAL` by their path: PEM files in SEC1 on secp256k1, all read at the start. */
export function readLocalKeys(process: Process, log: Log, paths: readonly string[]): ReadonlyMap<string, SigningKey> {
  return new Map(
    [...new Set(paths)].map((path) => {
      const key = readKey(process, path);
      log.info('loaded private key', { keyPath: path, address: computeAddress(key) });
      return [path, key];
    }),
  );
}

function readKey(process: Process, path: string): SigningKey {
  const fail = (why: string) =>
    new SetupError(
      `rpc error: failed to create signer service: failed to create signature provider: failed to load key from path '${path}': ${why}`,
    );
  let pem: string;
  try {
    pem = readText(process, path);
  } catch (error) {
    throw fail(`failed to read private key from path '${path}': ${fileError('open', path, error)}`);
  }
  if (!pem.includes('BEGIN EC PRIVATE KEY')) throw fail(`failed to decode PEM block from key path '${path}'`);
  const jwk = createPrivateKey(pem).export({ format: 'jwk' });
  if (jwk.crv !== 'secp256k1') throw fail(`key from path '${path}' must use secp256k1 curve (got ${jwk.crv})`);
  return new SigningKey(Buffer.from(jwk.d ?? '', 'base64url'));
}
