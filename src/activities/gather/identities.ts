/**
 * Identities of a node: the engine JWT and one p2p key for each pod. The user's, where the spec names them, else derived
 * from the installation's key and the OpNode's uid: known before the first pod runs (peers need the ids), the same in
 * every look, and nothing is lost when a Secret is.
 */
import type { OpNode } from '../../api/op-node.ts';
import { peerIdOfPrivateKey } from '../../chain/keys.ts';
import type { NodeIdentity } from '../../render/input.ts';
import { podName } from '../../render/names.ts';
import type { GeneratedIdentity, OwnedCopy } from '../state/render-store.ts';
import type { InstallTokens } from './install-tokens.ts';
import type { References } from './references.ts';

const JWT_KEY = 'jwt.hex';

export interface GatheredIdentity {
  readonly identity: NodeIdentity;
  readonly generated: readonly GeneratedIdentity[];
  readonly copies: readonly OwnedCopy[];
}

/** Number of pods of a node. A sequencer is one pod; several sequencers are several OpNodes. */
export function podsOf(node: OpNode): number {
  return node.spec.role === 'Sequencer' ? 1 : (node.spec.replicas ?? 1);
}

export function gatherIdentity(node: OpNode, references: References, tokens: InstallTokens): GatheredIdentity {
  const { name, uid } = node.metadata;
  const generated: GeneratedIdentity[] = [];
  const copies: OwnedCopy[] = [];

  function jwt(): NodeIdentity['jwt'] {
    const ref = node.spec.jwtSecretRef;
    const found = ref && references.find('Secret', ref.name, ref.key);
    if (found) return found.copy;
    const purpose = `jwt/${uid}`;
    const secret = `${name}-jwt-${tokens.ofPurpose(purpose).slice(0, 12)}`;
    generated.push({ secret, keys: { [JWT_KEY]: purpose } });
    return { name: secret, key: JWT_KEY };
  }

  function p2p(): { secretName: string; peerIds: string[] } {
    const ref = node.spec.consensus?.p2p?.keySecretRef;
    const found = ref && references.find('Secret', ref.name, ref.key);
    if (found) {
      const to = { name: `${name}-p2p-${found.token.slice(0, 12)}`, key: podName(name, 0) };
      copies.push({ kind: 'Secret', from: found.use, to, token: found.token });
      return { secretName: to.name, peerIds: [peerIdOfPrivateKey(found.value.toString())] };
    }
    // The hash is of the node, not of its pods: ordinals are added when it grows. An OpNode that is created anew has other
    // keys, and so another Secret: what is in one never changes.
    const purpose = `p2p/${uid}`;
    const purposes = Array.from({ length: podsOf(node) }, (_, ordinal) => `${purpose}/${ordinal}`);
    const secretName = `${name}-p2p-${tokens.ofPurpose(purpose).slice(0, 12)}`;
    generated.push({
      secret: secretName,
      keys: Object.fromEntries(purposes.map((purpose, ordinal) => [podName(name, ordinal), purpose])),
    });
    return { secretName, peerIds: purposes.map(tokens.peerId) };
  }

  const { secretName, peerIds } = p2p();
  return { identity: { jwt: jwt(), p2p: { secretName }, peerIds }, generated, copies };
}
