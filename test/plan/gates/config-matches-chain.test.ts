import { describe, expect, it } from 'vitest';
import type { ContractsSample } from '../../../src/chain/samples.ts';
import { configMatchesChain } from '../../../src/plan/gates/config-matches-chain.ts';
import { at, BATCHER, context, failed, l1, node, ok, PORTAL, SIGNER, STRANGER } from './scene.ts';

const GENESIS = `0x${'ab'.repeat(32)}`;
const contracts: ContractsSample = {
  portal: PORTAL,
  batcher: BATCHER,
  unsafeBlockSigner: SIGNER,
  l1GenesisHash: GENESIS,
};
const chain = { portal: PORTAL, signerAddress: SIGNER, l1Genesis: { number: 7, hash: GENESIS } };

describe('config-matches-chain', () => {
  it('passes when contracts, genesis and keys agree', () => {
    const verdict = configMatchesChain([at(0, { contracts: ok(contracts) })], context({ chain }));
    expect(verdict).toEqual({ outcome: 'pass', message: 'chain 901 on L1 900: contracts, genesis and keys agree' });
  });

  it('passes without keys where replicas alone have none, and without the first block while it is being synced', () => {
    const keyless = context({ chain: { ...chain, signerAddress: undefined, batcherAddress: undefined } as object });
    const el = ok({ chainId: 901, head: { number: 3, hash: GENESIS, timestamp: 0 }, syncing: true });
    const nodes = [node('replica-0', { el })];
    expect(configMatchesChain([at(0, { contracts: ok(contracts), nodes })], keyless)).toEqual({
      outcome: 'pass',
      message: 'chain 901 on L1 900: contracts and genesis agree',
    });
  });

  it.each<[string, Partial<ContractsSample>, RegExp]>([
    ['portal', { portal: STRANGER }, new RegExp(`the portal is ${STRANGER} by SystemConfig and ${PORTAL} by`)],
    [
      'L1 genesis hash',
      { l1GenesisHash: `0x${'00'.repeat(32)}` },
      /L1 block 7 has the hash 0x0+, genesis.l1.hash .* is 0xab/,
    ],
    [
      'batcher',
      { batcher: STRANGER },
      new RegExp(`batcher on L1 is ${STRANGER}, the configured key has the address ${BATCHER}`),
    ],
    ['unsafe block signer', { unsafeBlockSigner: STRANGER }, new RegExp(`signer on L1 is ${STRANGER}, .* ${SIGNER}`)],
  ])('fails on another %s, with both values and a fix', (_, change, message) => {
    const verdict = configMatchesChain([at(0, { contracts: ok({ ...contracts, ...change }) })], context({ chain }));
    expect(verdict).toMatchObject({
      outcome: 'fail',
      reason: 'ChainMismatch',
      message: expect.stringMatching(message),
      fix: expect.stringMatching(/\.$/),
    });
  });

  it('fails when a node has another block 0', () => {
    const head = { number: 0, hash: GENESIS, timestamp: 0 };
    const other = node('acme-0', { el: ok({ chainId: 901, head, genesisHash: GENESIS, syncing: false }) });
    const verdict = configMatchesChain([at(0, { contracts: ok(contracts), nodes: [other] })], context({ chain }));
    expect(verdict).toMatchObject({ outcome: 'fail', message: expect.stringContaining('block 0 of acme-0 is 0xabab') });
  });

  it('fails on another L1', () => {
    const sample = at(0, { l1: l1(1000, { chainId: 5 }), contracts: ok(contracts) });
    expect(configMatchesChain([sample], context({ chain })).outcome).toBe('fail');
  });

  it('waits while the contracts cannot be read', () => {
    expect(configMatchesChain([at(0, { contracts: failed() })], context({ chain })).outcome).toBe('wait');
    expect(configMatchesChain([at(0, { l1: failed(), contracts: ok(contracts) })], context({ chain })).outcome).toBe(
      'wait',
    );
    expect(configMatchesChain([], context({ chain })).outcome).toBe('wait');
  });
});
