/** What a look uses the installation's key for. The key itself goes no further. */
import { changeToken, deriveKey, peerIdOfPrivateKey } from '../../chain/keys.ts';
import { installationToken } from '../state/install-key.ts';

export interface InstallTokens {
  /** Of the key itself. */
  readonly installation: string;
  /** Changes with the content of a key of a Secret or ConfigMap, and tells nothing about it. */
  ofContent(of: { readonly kind: string; readonly name: string; readonly key: string }, content: Buffer): string;
  /** Names the Secret of an identity that is derived for a purpose. */
  ofPurpose(purpose: string): string;
  /** Peer id of the p2p key that is derived for a purpose. */
  peerId(purpose: string): string;
}

/** @param network whose references they are: the same content is another token elsewhere */
export function installTokens(
  installKey: Buffer,
  network: { readonly namespace: string; readonly name: string },
): InstallTokens {
  return {
    installation: installationToken(installKey),
    ofContent: ({ kind, name, key }, content) =>
      changeToken(installKey, [kind, network.namespace, network.name, name, key, content]),
    ofPurpose: (purpose) => changeToken(installKey, [purpose]),
    peerId: (purpose) => peerIdOfPrivateKey(deriveKey(installKey, purpose)),
  };
}
