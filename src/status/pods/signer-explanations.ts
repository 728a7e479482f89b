/** What programs say about their remote signer. From the source of op-service 1.16.11 and op-signer 1.6.2. */
import type { Pattern } from './explanation.ts';

const FAILED =
  '(?:failed to create the signer client|failed to load p2p signer|eth_signTransaction failed|opsigner_signBlockPayload failed): ';
/** The host begins after the last @: a password may have others in it. */
const POST = 'Post \\\\?"https?://(?:[^\\s"/]*@)?([A-Za-z0-9.:[\\]-]+)(?![^\\s"/]*@)';
const lineWith = (what: string) => new RegExp(FAILED + what);

/** More special ones first. */
export const SIGNER_PATTERNS: readonly Pattern[] = [
  {
    matches: lineWith(`${POST}.*x509: ([A-Za-z0-9 ,.:*-]{1,160})`),
    explain: ([host, why]) => ({
      reason: 'SignerNotTrusted',
      why: `does not trust its remote signer ${host}: ${why?.trim()}`,
      fix: "put the CA of the signer's certificate into ca.crt of signer.remote.tls.secretName, and then delete the pod if it runs: the CA is read at its start only",
    }),
  },
  {
    matches: lineWith(`(?:${POST}.*remote error: tls: |401 Unauthorized)`),
    explain: ([host]) => ({
      reason: 'SignerRefusesCertificate',
      why: `is not let in by its remote signer${host === undefined ? '' : ` ${host}`}: its client certificate is not accepted`,
      fix: 'put a certificate with a DNS name, by a CA that the signer trusts, into tls.crt and tls.key of signer.remote.tls.secretName',
    }),
  },
  {
    matches: lineWith(POST),
    explain: ([host]) => ({
      reason: 'SignerUnreachable',
      why: `can't reach its remote signer ${host}`,
      fix: `check that ${host} resolves and answers from inside the cluster; it goes on by itself then`,
    }),
  },
  {
    matches: lineWith("Forbidden: client '([A-Za-z0-9.*-]+)' is not authorized"),
    explain: ([client]) => ({
      reason: 'SignerKnowsNoKey',
      why: `has no key at its remote signer, which knows it as ${client}`,
      fix: `add a row with name: ${client} and the key of signer.remote.address to auth of op-signer`,
    }),
  },
  {
    matches: lineWith('(to address not authorized|value exceeds maximum)'),
    explain: ([why]) => ({
      reason: 'SignerRefuses',
      why: `gets no signature from its remote signer: ${why}`,
      fix: 'correct toAddresses or maxValue in the row of this client in auth of op-signer',
    }),
  },
  {
    matches: lineWith('(unexpected from address|unexpected chainId)'),
    explain: ([why]) => ({
      reason: 'SignerRefuses',
      why: `gets no signature from its remote signer: ${why}`,
      fix: 'let the row of this client in auth of op-signer have the key of signer.remote.address and, for a sequencer, the chain id of L2; of several rows with one name the first one signs transactions',
    }),
  },
];
