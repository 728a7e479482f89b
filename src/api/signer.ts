/** Who signs: a key in a Secret, a mnemonic in a Secret, or a remote signer. */
import { z } from 'zod';
import { plainUrl } from './endpoint.ts';
import { secretKeyRef } from './references.ts';
import { celExactlyOne, countPresent, withRules } from './rule.ts';
import { address, patterned, resourceName } from './text-fields.ts';

const remoteSigner = withRules(
  z.object({
    endpoint: plainUrl({
      description: 'URL of the signer (op-signer or compatible).',
      example: 'https://signer:8080',
      field: 'endpoint',
      instead: 'authenticate with a client certificate instead, for example tls: {secretName: signer-client}',
    }),
    address: address('Address that the signer signs for.'),
    tls: z
      .object({
        secretName: resourceName(
          'Secret of type kubernetes.io/tls with `ca.crt`, `tls.crt` and `tls.key`. A renewed certificate is used without a restart; `ca.crt` is read when the pod starts. Use one for each role: op-signer chooses the key by the DNS name in the certificate.',
          'signer-client',
        ),
      })
      .optional()
      .describe('Client certificate. Absent: the connection is made without one.'),
  }),
  [
    {
      cel: "!has(self.tls) || self.endpoint.startsWith('https://')",
      holds: (self) => self.tls === undefined || self.endpoint.startsWith('https://'),
      message: 'endpoint must begin with https:// when tls is set',
      fix: 'for example https://signer:8080',
      field: 'endpoint',
    },
  ],
);

const hdPath = patterned(
  { pattern: "^m(/[0-9]{1,10}'?){1,10}$", maxLength: 128, expected: "a derivation path like m/44'/60'/0'/0/1" },
  {
    description: 'Derivation path of the key; goes with `mnemonicSecretRef`. The programs have no default.',
    example: "m/44'/60'/0'/0/1",
  },
);

const remoteDescription = 'Remote signer: the key never enters the cluster. Recommended for production.';

/** Signer of transactions. A changed signer is a key rotation: a plan that waits for approval. */
export function signer(description: string, secretKey: string) {
  const example = `secretKeyRef: {name: acme-keys, key: ${secretKey}}`;
  return withRules(
    z.object({
      secretKeyRef: secretKeyRef(
        'Secret with the private key (32 bytes in hexadecimal, with or without 0x, no line end).',
        {
          name: 'acme-keys',
          key: secretKey,
        },
      ).optional(),
      mnemonicSecretRef: secretKeyRef(
        'Secret with a mnemonic phrase (lower case, single blanks, no line end); goes with `hdPath`.',
        {
          name: 'acme-keys',
          key: 'mnemonic',
        },
      ).optional(),
      hdPath: hdPath.optional(),
      remote: remoteSigner.optional().describe(remoteDescription),
    }),
    [
      {
        cel: celExactlyOne('secretKeyRef', 'mnemonicSecretRef', 'remote'),
        holds: (self) => countPresent(self.secretKeyRef, self.mnemonicSecretRef, self.remote) === 1,
        message: `set exactly one of secretKeyRef, mnemonicSecretRef and remote`,
        fix: `for example ${example}`,
      },
      {
        cel: 'has(self.mnemonicSecretRef) == has(self.hdPath)',
        holds: (self) => (self.mnemonicSecretRef === undefined) === (self.hdPath === undefined),
        message: 'mnemonicSecretRef and hdPath go together',
        fix: "for example hdPath: m/44'/60'/0'/0/1",
        field: 'hdPath',
      },
    ],
  ).meta({ description });
}

/** Signer of gossiped blocks. op-node takes no mnemonic. */
export function blockSigner(description: string) {
  return withRules(
    z.object({
      secretKeyRef: secretKeyRef(
        'Secret with the private key (32 bytes in hexadecimal, with or without 0x, no line end).',
        {
          name: 'acme-keys',
          key: 'unsafe-block-signer',
        },
      ).optional(),
      remote: remoteSigner.optional().describe(remoteDescription),
    }),
    [
      {
        cel: celExactlyOne('secretKeyRef', 'remote'),
        holds: (self) => countPresent(self.secretKeyRef, self.remote) === 1,
        message: 'set exactly one of secretKeyRef and remote',
        fix: 'for example secretKeyRef: {name: acme-keys, key: unsafe-block-signer}',
      },
    ],
  ).meta({ description });
}

export type Signer = z.output<ReturnType<typeof signer>>;
export type BlockSigner = z.output<ReturnType<typeof blockSigner>>;
