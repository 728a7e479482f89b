/** Addresses of the keys that components sign with. Only addresses leave this file. */
import type { OpBatcher } from '../../api/op-batcher.ts';
import type { OpChallenger } from '../../api/op-challenger.ts';
import type { OpNode } from '../../api/op-node.ts';
import type { OpProposer } from '../../api/op-proposer.ts';
import type { Problem } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { References } from './references.ts';
import { type SignerSpec, signerAddressOf } from './signer-address.ts';

/** Of a network whose batcher is being deleted: that one's, since it is drained first. */
export function batcherAddress(
  staying: readonly OpBatcher[],
  going: readonly KubeObject[],
  references: References,
): string | undefined {
  const leaving = going.find(({ kind }) => kind === 'OpBatcher')?.['spec'] as { signer?: SignerSpec } | undefined;
  return signerAddressOf(staying[0]?.spec.signer ?? leaving?.signer, references, 'batcher');
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
      address: signerAddressOf(spec.sequencer?.signer, references, 'unsafe block signer'),
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

/** Of a proposer or challenger. */
export function senderAddress({ kind, spec }: OpProposer | OpChallenger, references: References): string | undefined {
  return signerAddressOf(spec.signer, references, kind === 'OpProposer' ? 'proposer' : 'challenger');
}
