/** Addresses of the keys that components sign with. Only addresses leave this file. */
import type { OpBatcher } from '../../api/op-batcher.ts';
import type { OpNode } from '../../api/op-node.ts';
import { addressOfPrivateKey } from '../../chain/keys.ts';
import { OperatorError, type Problem } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { References } from './references.ts';

interface SignerSpec {
  readonly secretKeyRef?: { name: string; key: string } | undefined;
  readonly remote?: { address: string } | undefined;
}

/** Of a network whose batcher is being deleted: that one's, since it is drained first. */
export function batcherAddress(
  staying: readonly OpBatcher[],
  going: readonly KubeObject[],
  references: References,
): string | undefined {
  const leaving = going.find(({ kind }) => kind === 'OpBatcher')?.['spec'] as { signer?: SignerSpec } | undefined;
  return addressOf(staying[0]?.spec.signer ?? leaving?.signer, references, 'batcher key');
}

export interface BlockSigner {
  readonly address?: string;
  /** Sequencers that sign with another key: no follower would accept their blocks. */
  readonly problems: readonly Problem[];
}

/** The unsafe block signer that all sequencers of a network share: the first one's. */
export function blockSigner(nodes: readonly OpNode[], references: References): BlockSigner {
  const signers = nodes
    .filter(({ spec }) => spec.role === 'Sequencer')
    .map(({ metadata, spec }) => ({
      name: metadata.name,
      address: addressOf(spec.sequencer?.signer, references, 'unsafe block signer key'),
    }));
  const known = signers.flatMap(({ name, address }) => (address === undefined ? [] : [{ name, address }]));
  const [first, ...others] = known;
  if (!first) return { problems: [] };
  return {
    address: first.address,
    problems: others
      .filter(({ address }) => address !== first.address)
      .map(({ name, address }) => ({
        type: 'InvalidSpec',
        message: `OpNode "${name}" signs blocks with the key of ${address}, and "${first.name}" with that of ${first.address}: all sequencers of a network share one unsafe block signer`,
        fix: `give both the same spec.sequencer.signer, that of the unsafe block signer on L1`,
        object: `OpNode/${name}`,
      })),
  };
}

/** In lower case; undefined when there is none or its Secret is missing (a problem of its own). */
function addressOf(signer: SignerSpec | undefined, references: References, what: string): string | undefined {
  if (signer?.remote) return signer.remote.address.toLowerCase();
  const ref = signer?.secretKeyRef;
  const found = ref && references.find('Secret', ref.name, ref.key);
  if (!found) return undefined;
  try {
    return addressOfPrivateKey(found.value.toString()).toLowerCase();
  } catch (error) {
    throw new OperatorError({
      type: 'InvalidSpec',
      message: `${what} in Secret "${found.use.name}", key "${found.use.key}": ${error instanceof Error ? error.message : 'not a private key'}`,
      fix: `put the 32 bytes of the key in hexadecimal under "${found.use.key}"`,
      object: found.use.object,
    });
  }
}
