import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crossCheck } from '../../src/chain/discovery/cross-check.ts';
import type { Discovery } from '../../src/chain/discovery/discovery.ts';
import { parseRollupConfig } from '../../src/chain/rollup-config.ts';

const rollup = parseRollupConfig(JSON.parse(readFileSync(new URL('fixtures/rollup.json', import.meta.url), 'utf8')));
const BATCHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const SIGNER = '0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc';
const OTHER = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC';

const discovery: Discovery = {
  generation: 'v1.4',
  version: '2.3.0-beta.2',
  l1ChainId: 900,
  blockNumber: 500,
  blockHash: `0x${'55'.repeat(32)}`,
  addresses: {
    systemConfig: '0x5FC8d32690cc91D4c39d9d3abcBD16989F875707',
    optimismPortal: '0x0165878A594ca255338adfa4d48449f69242Eb8F',
  },
  roles: { batcher: BATCHER, unsafeBlockSigner: SIGNER },
  mode: 'disputeGames',
  registeredGameTypes: [1],
  gasLimit: '60000000',
  l2ChainId: '901',
  l1GenesisHash: rollup.genesis.l1.hash,
  unreadable: [],
  games: [],
  given: [],
  versions: {},
  implementations: { systemConfig: OTHER },
  isUnknownVersion: false,
  contradictions: [],
};
const configured = { l1ChainId: 900, l2ChainId: 901, batcherAddress: BATCHER.toLowerCase(), signerAddress: SIGNER };

describe('crossCheck', () => {
  it('finds nothing when all agree, whatever the case of addresses', () => {
    expect(crossCheck(discovery, rollup, configured)).toEqual([]);
  });

  it('finds nothing where values are not known', () => {
    const { l2ChainId: _, l1GenesisHash: __, ...older } = discovery;
    expect(crossCheck(older, rollup, {})).toEqual([]);
    expect(crossCheck(discovery, undefined, {})).toEqual([]);
  });

  it.each<[string, Partial<Discovery>, object, string, string]>([
    ['L1 of the endpoint', { l1ChainId: 1 }, {}, '900', '1'],
    ['L1 of the spec', {}, { l1ChainId: 11155111 }, '900', '11155111'],
    ['L2 of the spec', {}, { l2ChainId: 902 }, '901', '902'],
    ['L2 of the contracts', { l2ChainId: '10' }, {}, '901', '10'],
    ['L1 genesis block', { l1GenesisHash: `0x${'ab'.repeat(32)}` }, {}, rollup.genesis.l1.hash, `0x${'ab'.repeat(32)}`],
    [
      'SystemConfig',
      { addresses: { ...discovery.addresses, systemConfig: OTHER } },
      {},
      rollup.l1_system_config_address,
      OTHER,
    ],
    [
      'portal',
      { addresses: { ...discovery.addresses, optimismPortal: OTHER } },
      {},
      rollup.deposit_contract_address,
      OTHER,
    ],
    ['batcher', {}, { batcherAddress: OTHER }, OTHER, BATCHER],
    ['signer', {}, { signerAddress: OTHER }, OTHER, SIGNER],
  ])('another %s: one problem with both values and a fix', (_, found, spec, ours, theirs) => {
    const problems = crossCheck({ ...discovery, ...found }, rollup, { ...configured, ...spec });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      type: 'ChainMismatch',
      fix: expect.stringMatching(/^(Set|Use|Give|Correct) .*\.$/),
    });
    expect(problems[0]?.message).toContain(ours);
    expect(problems[0]?.message).toContain(theirs);
  });
});
