import { Wallet } from 'ethers';
import { describe, expect, it } from 'vitest';
import type { References } from '../../src/activities/gather/references.ts';
import { blockSigner } from '../../src/activities/gather/signer-addresses.ts';
import { API_VERSION } from '../../src/api/names.ts';
import { parseObject } from '../../src/api/parse.ts';

const KEYS: Readonly<Record<string, string>> = { one: `0x${'11'.repeat(32)}`, other: `0x${'22'.repeat(32)}` };
const addressOf = (key: string) => new Wallet(KEYS[key] ?? '').address.toLowerCase();

/** Secrets `keys` with what is known of them. */
const references = {
  find: (_: string, name: string, key: string) =>
    KEYS[key] && { use: { kind: 'Secret', name, key, object: '', field: '' }, value: Buffer.from(KEYS[key]) },
} as unknown as References;

function sequencer(name: string, signer: object) {
  const execution = { client: 'op-geth', storage: { size: '10Gi' } };
  const spec = { networkRef: { name: 'acme' }, role: 'Sequencer', execution, sequencer: { signer } };
  const result = parseObject('OpNode', { apiVersion: API_VERSION, kind: 'OpNode', metadata: { name }, spec });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

const secret = (key: string) => ({ secretKeyRef: { name: 'keys', key } });
const remote = (address: string) => ({
  remote: { endpoint: 'https://signer:8080', address, tls: { secretName: 'signer-client' } },
});

describe('the unsafe block signer', () => {
  it('is one key of all sequencers, whether they hold it or ask for it', () => {
    const nodes = [sequencer('a', secret('one')), sequencer('b', remote(new Wallet(KEYS['one'] ?? '').address))];
    expect(blockSigner(nodes, references)).toEqual({ address: addressOf('one'), problems: [] });
  });

  it('is told to each sequencer that signs with another key', () => {
    const nodes = [sequencer('a', secret('one')), sequencer('b', secret('other')), sequencer('c', secret('one'))];
    expect(blockSigner(nodes, references)).toEqual({
      address: addressOf('one'),
      problems: [
        {
          type: 'InvalidSpec',
          message: expect.stringContaining(`"b" signs blocks with the key of ${addressOf('other')}`),
          fix: expect.stringContaining('the same spec.sequencer.signer'),
          object: 'OpNode/b',
        },
      ],
    });
  });

  it('is not known of one whose Secret is missing: that is told elsewhere', () => {
    const nodes = [sequencer('a', secret('missing')), sequencer('b', secret('one'))];
    expect(blockSigner(nodes, references)).toEqual({ address: addressOf('one'), problems: [] });
  });
});
