/** How go-ethereum and go-ethereum-hdwallet of op-batcher 1.16.11 took these, where the real ones were asked. */
import { describe, expect, test } from 'vitest';
import { opBatcherFlags } from './settings/op-batcher-flags.ts';
import { parseSettings } from './settings/settings.ts';
import { readKey } from './txmgr/key.ts';

const PHRASE = 'test test test test test test test test test test test junk';
const PATH = "m/44'/60'/0'/0/0";
const KEY = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

const keyOf = (env: Record<string, string>) =>
  readKey(parseSettings(opBatcherFlags([1, 16, 11]), [], { ...env }), 'failed to init').address;
const mnemonic = (phrase: string, path: string) => ({ OP_BATCHER_MNEMONIC: phrase, OP_BATCHER_HD_PATH: path });

describe('the key of a transaction sender', () => {
  test.each([
    ['a phrase and a path', mnemonic(PHRASE, PATH)],
    ['a private key', { OP_BATCHER_PRIVATE_KEY: KEY }],
    ['a private key with 0x', { OP_BATCHER_PRIVATE_KEY: `0x${KEY}` }],
  ])('is of %s', (_, env) => {
    expect(keyOf(env)).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
  });

  test.each([
    ['a line end behind the phrase', mnemonic(`${PHRASE}\n`, PATH), 'failed to parse mnemonic: Checksum incorrect'],
    [
      'two blanks in the phrase',
      mnemonic(PHRASE.replace(' ', '  '), PATH),
      'failed to parse mnemonic: Checksum incorrect',
    ],
    ['capitals', mnemonic(PHRASE.toUpperCase(), PATH), 'failed to parse mnemonic: mnemonic is invalid'],
    ['no path', mnemonic(PHRASE, ''), "failed to create a wallet: ambiguous path: use 'm/' prefix"],
    ['nothing', {}, 'failed to parse mnemonic: mnemonic is required'],
    [
      'a line end behind the key',
      { OP_BATCHER_PRIVATE_KEY: `${KEY}\n` },
      "failed to parse the private key: invalid hex character '\\n' in private key",
    ],
  ])('is none of %s', (_, env, why) => {
    expect(() => keyOf(env)).toThrow(why);
  });
});
