import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOfMnemonic,
  addressOfPrivateKey,
  changeToken,
  deriveKey,
  peerIdOfPrivateKey,
} from '../../src/chain/keys.ts';
import { recorded } from './answering-server.ts';

const HEX_KEY = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const hexKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

describe('addressOfPrivateKey', () => {
  it.each([HEX_KEY, `0x${HEX_KEY}`, `0x${HEX_KEY.toUpperCase()}`])('reads %j', (key) => {
    expect(addressOfPrivateKey(key)).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
  });

  it.each([`${HEX_KEY}\n`, ` 0x${HEX_KEY}`])('refuses %j, with which the programs do not start', (key) => {
    expect(() => addressOfPrivateKey(key)).toThrow(/white space around the private key/);
    expect(() => addressOfPrivateKey(key)).not.toThrow(new RegExp(HEX_KEY));
    expect(peerIdOfPrivateKey(key)).toMatch(/^16Uiu2HA/);
  });

  it.each(['', '0x', HEX_KEY.slice(1), `${HEX_KEY}00`, '00'.repeat(32), 'ff'.repeat(32), `${HEX_KEY.slice(0, 63)}g`])(
    'refuses %j without repeating it',
    (key) => {
      for (const use of [addressOfPrivateKey, peerIdOfPrivateKey]) {
        expect(() => use(key)).toThrow(/not a private key/);
        if (key.length > 4) expect(() => use(key)).not.toThrow(new RegExp(key));
      }
    },
  );
});

describe('addressOfMnemonic', () => {
  const PHRASE = 'test test test test test test test test test test test junk';
  const PATH = "m/44'/60'/0'/0/0";

  // Each as go-ethereum-hdwallet of op-batcher 1.16.11 derives it.
  it.each([
    [PHRASE, PATH, '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'],
    [PHRASE, "m/44'/60'/0'/0/10", '0xBcd4042DE499D14e55001CcbB24a551F3b954096'],
  ])('%s by %s is %s', (phrase, path, address) => {
    expect(addressOfMnemonic(phrase, path)).toBe(address);
  });

  it.each([
    ['a line end', `${PHRASE}\n`, PATH, /a line end/],
    ['two blanks', PHRASE.replace(' ', '  '), PATH, /more than one blank/],
    ['capitals', PHRASE.toUpperCase(), PATH, /capitals/],
    ['a private key', HEX_KEY, PATH, /not a mnemonic phrase/],
    ['a wrong last word', PHRASE.replace('junk', 'test'), PATH, /valid checksum/],
    ['no path', PHRASE, 'm/', /no derivation path/],
    ['a number that is too large', PHRASE, "m/44'/60'/0'/0/2147483648", /up to 2147483647/],
    ['a number that Go reads as octal', PHRASE, "m/44'/60'/0'/0/010", /octal/],
    [
      'a key between with a leading zero, which go-ethereum-hdwallet leaves out',
      'hire degree auction rigid build genius crane scale catch life autumn stereo',
      PATH,
      /another key from this phrase than wallets do/,
    ],
  ])('refuses %s without repeating the phrase', (_, phrase, path, why) => {
    expect(() => addressOfMnemonic(phrase, path)).toThrow(why);
    for (const word of phrase.trim().split(/\s+/)) {
      expect(() => addressOfMnemonic(phrase, path)).not.toThrow(new RegExp(`\\b${word}\\b`));
    }
  });
});

describe('peerIdOfPrivateKey', () => {
  // Vectors of the tests of two other libp2p users (teku, Java; go-libp2p).
  it.each([
    [
      '12c0b113e2b0c37388e2b484112e13f05c92c4471e3ee1dfaa368fa5045325b2',
      '16Uiu2HAmPRfinavM2jE9BSkCagBGStJ2SEkPPm6fxFVMdCQebzt6',
    ],
    [
      'a178bc3f8ee6738af0139d9784519e5aa1cb256c12c54444bd63296502f29e94',
      '16Uiu2HAkwR1pV8ZR8ApcZWrMSw5iNMwaJHFpKr91H9a1a65WGehk',
    ],
  ])('%s', (key, peerId) => {
    expect(peerIdOfPrivateKey(key)).toBe(peerId);
  });

  it('always looks like the ids that op-nodes reported', () => {
    const ids = ['opp2p_self', 'opp2p_self-replica'].map(
      (name) => recorded('op-node-1.16.11', name).response.result as { peerID: string },
    );
    const looks = /^16Uiu2HA[1-9A-HJ-NP-Za-km-z]{45}$/;
    for (const { peerID } of ids) expect(peerID).toMatch(looks);
    fc.assert(fc.property(hexKey, (key) => looks.test(peerIdOfPrivateKey(deriveKey(Buffer.from(key), 'p2p')))));
  });
});

describe('deriveKey', () => {
  const installKey = Buffer.alloc(32, 7);

  it('gives the same valid key for the same purpose, and another one for anything else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(deriveKey(installKey, a)).toBe(deriveKey(installKey, a));
        expect(addressOfPrivateKey(deriveKey(installKey, a))).toMatch(/^0x/);
        expect(deriveKey(installKey, a) === deriveKey(installKey, b)).toBe(a === b);
        expect(deriveKey(Buffer.alloc(32, 8), a)).not.toBe(deriveKey(installKey, a));
      }),
    );
  });

  it('stays what it is: pods have it as their identity', () => {
    expect(deriveKey(Buffer.alloc(32), 'x')).toBe('761bb7f84d99210440e59e4ec1a091516bc59e90d6d2e9114d15ca236967195e');
  });
});

describe('changeToken', () => {
  const key = Buffer.alloc(32, 1);

  it('is 16 hex digits that tell equal parts from any others', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        expect(changeToken(key, a)).toMatch(/^[0-9a-f]{16}$/);
        expect(changeToken(key, a) === changeToken(key, b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('takes bytes and text alike, and no part can pose as two', () => {
    expect(changeToken(key, ['ab'])).toBe(changeToken(key, [Buffer.from('ab')]));
    expect(changeToken(key, ['ab'])).not.toBe(changeToken(key, ['a', 'b']));
    expect(changeToken(key, ['a/1/b'])).not.toBe(changeToken(key, ['a', 'b']));
  });
});
