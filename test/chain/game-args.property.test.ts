import { getAddress, ZeroAddress } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGameArgs } from '../../src/chain/discovery/dispute-game.ts';

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString('hex'));
const shown = (text: string) => getAddress(`0x${text}`);

/** Layouts of LibGameArgs.sol; that of 172 bytes was not recorded. */
const LENGTHS = [40, 124, 164, 172];
const nonZero = (bytes: number) => hex(bytes).filter((text) => BigInt(`0x${text}`) !== 0n);
const address = nonZero(20);
const fields = fc.record({
  prestate: nonZero(32),
  vm: address,
  registry: address,
  weth: address,
  chain: nonZero(32),
  durationsAndBond: hex(48),
  proposer: address,
  challenger: address,
});
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;

function pack(written: Fields, length: number): string {
  const { prestate, vm, registry, weth, chain, proposer, challenger, durationsAndBond } = written;
  if (length === 40) return `0x${registry}${proposer}`;
  // The verifier stands where the VM does.
  if (length === 172) return `0x${prestate}${vm}${durationsAndBond}${registry}${weth}${chain}`;
  return `0x${prestate}${vm}${registry}${weth}${chain}${length === 164 ? proposer + challenger : ''}`;
}

const unpacked = ({ prestate, vm, registry, weth, chain, proposer, challenger }: Fields, length: number) =>
  length === 40
    ? { anchorStateRegistry: shown(registry), proposer: shown(proposer) }
    : {
        absolutePrestate: `0x${prestate}`,
        [length === 172 ? 'verifier' : 'vm']: shown(vm),
        anchorStateRegistry: shown(registry),
        delayedWETH: shown(weth),
        l2ChainId: BigInt(`0x${chain}`).toString(),
        ...(length === 164 ? { proposer: shown(proposer), challenger: shown(challenger) } : {}),
      };

describe('packed parameters of a game', () => {
  it.each(LENGTHS)('of %i bytes are read as they were written', (length) => {
    fc.assert(
      fc.property(fields, (written) => {
        expect(pack(written, length)).toHaveLength(2 + 2 * length);
        expect(decodeGameArgs(pack(written, length))).toEqual(unpacked(written, length));
      }),
    );
  });

  it('leave out a prestate that is zero, and a chain that is none', () => {
    const zero = '00'.repeat(32);
    for (const length of LENGTHS.slice(1)) {
      const [written] = fc.sample(fields, 1);
      const decoded = decodeGameArgs(pack({ ...(written ?? expect.fail()), prestate: zero, chain: zero }, length));
      expect(Object.keys(decoded ?? {})).not.toContain('absolutePrestate');
      expect(Object.keys(decoded ?? {})).not.toContain('l2ChainId');
    }
  });

  it('leave out an address that is zero', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(...LENGTHS), (written, length) => {
        const decoded = decodeGameArgs(pack({ ...written, registry: ZeroAddress.slice(2) }, length));
        const { anchorStateRegistry: _, ...others } = unpacked(written, length);
        expect(decoded).toEqual(others);
      }),
    );
  });

  it('are refused at any other length: cut or with more behind them', () => {
    const otherLength = fc.nat(400).filter((length) => !LENGTHS.includes(length));
    fc.assert(
      fc.property(fields, hex(300), otherLength, (written, more, length) => {
        const packed = `${pack(written, 164)}${more}`.slice(0, 2 + 2 * length);
        expect(decodeGameArgs(packed)).toBeUndefined();
      }),
    );
  });

  it('are refused with half a byte too few or too many', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(...LENGTHS), (written, length) => {
        expect(decodeGameArgs(pack(written, length).slice(0, -1))).toBeUndefined();
        expect(decodeGameArgs(`${pack(written, length)}0`)).toBeUndefined();
      }),
    );
  });

  it.each(['', '0', '0x', '0x0'])('are not there in %j', (text) => {
    expect(decodeGameArgs(text)).toBeUndefined();
  });

  it('never make anything fail, whatever they are', () => {
    const ofLength = fc
      .constantFrom(...LENGTHS)
      .chain((length) => fc.string({ minLength: 2 * length, maxLength: 2 * length }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          ofLength,
          ofLength.map((text) => `0x${text}`),
        ),
        (text) => {
          const decoded = decodeGameArgs(text);
          if (!/^0x[0-9a-f]*$/i.test(text)) expect(decoded).toBeUndefined();
        },
      ),
    );
  });
});
