/** Remote signers that would be asked in a way that they do not take, or should not. */
import type { Signer } from '../../api/signer.ts';
import type { RenderInput } from '../input.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

interface Client {
  readonly object: string;
  readonly field: string;
  readonly remote: NonNullable<Signer['remote']>;
}

export function remoteSignersKnowTheirClients(input: RenderInput): SettingProblem[] {
  return [...sequencers(input), ...senders(input)].flatMap(({ object, field, remote }) => {
    if (remote.tls !== undefined) return [];
    const what = remote.endpoint.startsWith('https:')
      ? 'shows no certificate: op-signer answers nobody without one'
      : 'is asked in the clear: whoever reaches it can have anything signed';
    const fix = `set ${field}.remote.tls.secretName${remote.endpoint.startsWith('https:') ? '' : ' and an https endpoint'}`;
    return [problem('warning', 'InvalidSpec', object, `${field}.remote ${what}`, fix)];
  });
}

/** op-signer takes the first row of a client's name for transactions, whatever their sender. Blocks say theirs. */
export function sendersHaveOwnCertificates(input: RenderInput): SettingProblem[] {
  const all = senders(input);
  return all.flatMap(({ object, remote }, index) => {
    const same = all
      .slice(0, index)
      .find(
        (other) =>
          remote.tls !== undefined &&
          other.remote.tls?.secretName === remote.tls.secretName &&
          other.remote.address.toLowerCase() !== remote.address.toLowerCase(),
      );
    if (!same) return [];
    const what = `has the certificate of ${same.object} (Secret ${remote.tls?.secretName}) and another address: op-signer chooses the key of a transaction by the certificate`;
    return [problem('warning', 'InvalidSpec', object, what, 'give each a Secret with a certificate of its own')];
  });
}

function sequencers({ nodes }: RenderInput): Client[] {
  return nodes.flatMap(({ metadata, spec }) => {
    const remote = spec.sequencer?.signer.remote;
    return remote ? [{ object: `OpNode/${metadata.name}`, field: 'spec.sequencer.signer', remote }] : [];
  });
}

function senders({ batchers, proposers, challengers }: RenderInput): Client[] {
  const kinds = { OpBatcher: batchers, OpProposer: proposers, OpChallenger: challengers };
  return Object.entries(kinds).flatMap(([kind, objects]) =>
    objects.flatMap(({ metadata, spec: { signer } }) =>
      signer.remote ? [{ object: `${kind}/${metadata.name}`, field: 'spec.signer', remote: signer.remote }] : [],
    ),
  );
}
