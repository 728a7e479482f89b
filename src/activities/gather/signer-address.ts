/** Whose address a signer has: a key in a Secret, a phrase in a Secret with a path, or what a remote one signs for. */
import { addressOfMnemonic, addressOfPrivateKey } from '../../chain/keys.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { References, ResolvedReference } from './references.ts';

interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** As it is in the spec, which is not parsed when its object is going. */
export interface SignerSpec {
  readonly secretKeyRef?: SecretKey | undefined;
  readonly mnemonicSecretRef?: SecretKey | undefined;
  readonly hdPath?: string | undefined;
  readonly remote?: { readonly address: string } | undefined;
}

/**
 * Address of a signer, in lower case; undefined when there is none, or its Secret is missing (a problem of its own).
 * @param role for the message: `batcher`, `unsafe block signer`
 * @throws {OperatorError} that names the key of the Secret, and never its content
 */
export function signerAddressOf(
  signer: SignerSpec | undefined,
  references: References,
  role: string,
): string | undefined {
  if (signer?.remote) return signer.remote.address.toLowerCase();
  const find = (ref: SecretKey | undefined) => ref && references.find('Secret', ref.name, ref.key);
  const key = find(signer?.secretKeyRef);
  if (key) {
    const fix = 'store the 32 bytes of the key in hexadecimal and nothing else';
    return addressIn(key, { what: `${role} key`, fix }, addressOfPrivateKey);
  }
  const phrase = find(signer?.mnemonicSecretRef);
  if (!phrase) return undefined;
  const fix =
    'store the words in lower case, with one blank between them and no line end, and correct hdPath; or use signer.secretKeyRef with the key itself';
  return addressIn(phrase, { what: `${role} mnemonic`, fix }, (words) =>
    addressOfMnemonic(words, signer?.hdPath ?? ''),
  );
}

function addressIn(
  { use, value }: ResolvedReference,
  { what, fix }: { what: string; fix: string },
  addressOf: (text: string) => string,
): string {
  try {
    return addressOf(value.toString()).toLowerCase();
  } catch (error) {
    throw new OperatorError({
      type: 'InvalidSpec',
      message: `${what} in Secret "${use.name}", key "${use.key}": ${error instanceof Error ? error.message : 'unreadable'}`,
      fix,
      object: use.object,
    });
  }
}
