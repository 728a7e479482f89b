/** Where rollup configuration and genesis of a chain come from. */
import { z } from 'zod';
import { plainUrl } from './endpoint.ts';
import { configMapKeyRef } from './references.ts';
import { celExactlyOne, countPresent, withRules } from './rule.ts';
import { patterned } from './text-fields.ts';

const registry = z
  .literal(true)
  .optional()
  .describe('Take it from the embedded superchain registry; needs `network`. The same as leaving the field out.');

export const rollupConfig = withRules(
  z.object({
    configMapRef: configMapKeyRef('ConfigMap with rollup.json.', { name: 'acme-chain', key: 'rollup.json' }).optional(),
    inline: z.string().min(2).max(65_536).optional().describe('rollup.json as text.'),
    registry,
  }),
  [
    {
      cel: celExactlyOne('configMapRef', 'inline', 'registry'),
      holds: (self) => countPresent(self.configMapRef, self.inline, self.registry) === 1,
      message: 'set exactly one of configMapRef, inline and registry',
      fix: 'for example configMapRef: {name: acme-chain, key: rollup.json}',
    },
  ],
);

export const genesis = withRules(
  z.object({
    configMapRef: configMapKeyRef(
      'ConfigMap with the genesis. A real one is larger than the 1 MiB that a ConfigMap holds: put it into `binaryData`, compressed with gzip or zstd.',
      { name: 'acme-chain', key: 'genesis.json.gz' },
    ).optional(),
    url: plainUrl({
      description: 'URL of the genesis, plain or compressed with gzip or zstd; goes with `sha256`.',
      example: 'https://files.example.com/acme/genesis.json.gz',
      instead:
        'publish the file without one (sha256 protects it), for example https://files.example.com/acme/genesis.json.gz',
    }).optional(),
    sha256: patterned(
      { pattern: '^[0-9a-f]{64}$', maxLength: 64, expected: '64 hexadecimal digits in lower case' },
      {
        description: 'SHA-256 of the file at `url`, as it is downloaded.',
        example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      },
    ).optional(),
    registry,
  }),
  [
    {
      cel: celExactlyOne('configMapRef', 'url', 'registry'),
      holds: (self) => countPresent(self.configMapRef, self.url, self.registry) === 1,
      message: 'set exactly one of configMapRef, url (with sha256) and registry',
      fix: 'for example configMapRef: {name: acme-chain, key: genesis.json.gz}',
    },
    {
      cel: 'has(self.url) == has(self.sha256)',
      holds: (self) => (self.url === undefined) === (self.sha256 === undefined),
      message: 'url and sha256 go together',
      fix: 'get it with: curl -sL <url> | sha256sum',
      field: 'sha256',
    },
  ],
);
