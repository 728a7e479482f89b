/**
 * What stands in for Secrets, and for the installation's key, where somebody may not read them. What is rolled out tells
 * which copy was made of which key: as long as nothing is known to the contrary, a content is what it was.
 */
import { createHash } from 'node:crypto';
import { Mnemonic } from 'ethers';
import type { InstallTokens } from '../../activities/gather/install-tokens.ts';
import type { ReferenceUse } from '../../activities/gather/references.ts';
import type { OwnedCopy, StoredRender } from '../../activities/state/render-store.ts';
import type { KubeObject, ResourceRef } from '../../kube/index.ts';

/** In place of a hash that only the operator can tell: as long as those in names. */
export const UNKNOWN_HASH = 'unknown-hash';

type Rolled = Pick<StoredRender, 'copies' | 'identities' | 'peers' | 'installation'>;
type SecretKey = Pick<ReferenceUse, 'name' | 'key' | 'field'>;

/** Which keys a Secret has to have, by those that need it. */
export function neededKeys(uses: readonly ReferenceUse[], rolledOut: Rolled | undefined): SecretKey[] {
  return [
    ...uses.filter(({ kind }) => kind === 'Secret'),
    ...(rolledOut?.copies ?? []).map(({ to }) => ({ ...to, field: '' })),
    ...(rolledOut?.identities ?? []).flatMap(({ secret, keys }) =>
      Object.keys(keys).map((key) => ({ name: secret, key, field: '' })),
    ),
  ];
}

/** A Secret of that name with every key that is needed of it, and contents that are valid and nobody's. */
export function standIn(ref: ResourceRef, needed: readonly SecretKey[]): KubeObject {
  const own = needed.filter(({ name }) => name === ref.name);
  const data = own.map((use) => [use.key, Buffer.from(standInContent(use)).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: ref.name, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) },
    data: Object.fromEntries(data),
  };
}

/** The same reference is the same key. All sequencers of a network have one, whatever the reference. */
function standInContent({ name, key, field }: SecretKey): string {
  const of = field.startsWith('spec.sequencer.signer') ? 'unsafe block signer' : `${name}/${key}`;
  const hash = createHash('sha256').update(`stand-in ${of}`).digest('hex');
  return field.endsWith('mnemonicSecretRef') ? Mnemonic.fromEntropy(`0x${hash.slice(0, 32)}`).phrase : hash;
}

export interface TokenSources {
  /** Tokens under the installation's key; absent: it can not be read. */
  readonly own: InstallTokens | undefined;
  readonly rolledOut: Rolled | undefined;
  readonly isUnseen: (secret: string) => boolean;
  /** Content of a copy of the operator's, where that can be read. */
  readonly contentOf: (copy: OwnedCopy) => Buffer | undefined;
}

export function previewTokens({ own, rolledOut, isUnseen, contentOf }: TokenSources): InstallTokens {
  const identities = (rolledOut?.identities ?? []).flatMap(({ secret, keys }) =>
    Object.entries(keys).map(([key, purpose]) => ({ secret, key, purpose })),
  );
  return {
    installation: own?.installation ?? rolledOut?.installation ?? UNKNOWN_HASH,
    ofContent(of, content) {
      const isSeen = of.kind !== 'Secret' || !isUnseen(of.name);
      if (own && isSeen) return own.ofContent(of, content);
      const copy = rolledOut?.copies.find(
        ({ kind, from }) => kind === of.kind && from.name === of.name && from.key === of.key,
      );
      const former = copy && contentOf(copy);
      const isChanged = isSeen && former !== undefined && !former.equals(content);
      return copy && !isChanged ? copy.token : UNKNOWN_HASH;
    },
    ofPurpose(purpose) {
      if (own) return own.ofPurpose(purpose);
      const found = identities.find((item) => item.purpose === purpose || item.purpose.startsWith(`${purpose}/`));
      return /-([0-9a-f]{12})$/.exec(found?.secret ?? '')?.[1] ?? UNKNOWN_HASH;
    },
    peerId(purpose) {
      if (own) return own.peerId(purpose);
      const pod = identities.find((item) => item.purpose === purpose)?.key;
      const addresses = Object.values(rolledOut?.peers ?? {}).flatMap((list) => list.split(','));
      const address = addresses.find((item) => pod !== undefined && item.startsWith(`/dns4/${pod}.`));
      return /\/p2p\/(\w+)$/.exec(address ?? '')?.[1] ?? UNKNOWN_HASH;
    },
  };
}
