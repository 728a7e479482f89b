import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORKS } from '../../src/catalogue/releases.ts';
import { parseRollupConfig, scheduledForks } from '../../src/chain/rollup-config.ts';
import { checkRollupConfig } from '../../src/chain/rollup-config-check.ts';
import { recorded } from './answering-server.ts';

const file = JSON.parse(readFileSync(new URL('fixtures/rollup.json', import.meta.url), 'utf8'));
const ZERO_ADDRESS = `0x${'00'.repeat(20)}`;
const ZERO_HASH = `0x${'00'.repeat(32)}`;

describe('parseRollupConfig', () => {
  it('reads the file that real op-nodes ran with, and what they answer to optimism_rollupConfig', () => {
    expect(parseRollupConfig(file)).toMatchObject({
      block_time: 2,
      l1_chain_id: 900,
      l2_chain_id: 901,
      jovian_time: 1795347548,
    });
    for (const version of ['op-node-1.16.11', 'op-node-1.18.2']) {
      const config = parseRollupConfig(recorded(version, 'rollupConfig').response.result);
      expect(config).toEqual(parseRollupConfig(file));
    }
  });

  it('tolerates fields of other versions and null times, and makes addresses lower case', () => {
    const config = parseRollupConfig({
      ...file,
      alt_da: {},
      karst_time: null,
      batch_inbox_address: '0xFF00000000000000000000000000000000000901',
    });
    expect(config.batch_inbox_address).toBe('0xff00000000000000000000000000000000000901');
    expect(config.karst_time).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    ['text', 'x', /file: /],
    ['nothing of the genesis', { ...file, genesis: undefined }, /genesis is missing/],
    ['no chain id', { ...file, l2_chain_id: undefined }, /l2_chain_id is missing/],
    ['hex where numbers are decimal', { ...file, block_time: '0x2' }, /block_time: must be a whole number/],
    ['a short address', { ...file, batch_inbox_address: '0xff' }, /batch_inbox_address: must be an address/],
    ['a negative time', { ...file, jovian_time: -1 }, /jovian_time: must not be negative/],
  ])('names the field of a file with %s', (_, config, message) => {
    expect(() => parseRollupConfig(config)).toThrow(
      expect.objectContaining({ type: 'InvalidSpec', message: expect.stringMatching(message) }),
    );
  });
});

describe('scheduledForks', () => {
  it('lists forks with their times, in order', () => {
    expect(scheduledForks(parseRollupConfig(file)).map(({ name }) => name)).toEqual([
      'regolith',
      'canyon',
      'delta',
      'ecotone',
      'fjord',
      'granite',
      'holocene',
      'isthmus',
      'jovian',
    ]);
  });
});

describe('checkRollupConfig', () => {
  const check = (changes: object) =>
    checkRollupConfig(parseRollupConfig({ ...file, ...changes })).map(({ message }) => message);
  const genesis = (changes: object) => ({ genesis: { ...file.genesis, ...changes } });
  const systemConfig = (changes: object) => genesis({ system_config: { ...file.genesis.system_config, ...changes } });

  it('finds nothing in the file that real op-nodes ran with', () => {
    expect(check({})).toEqual([]);
  });

  it.each<[object, string]>([
    [genesis({ l1: { hash: ZERO_HASH, number: 1 } }), 'genesis.l1.hash is zero'],
    [genesis({ l2: { hash: ZERO_HASH, number: 0 } }), 'genesis.l2.hash is zero'],
    [genesis({ l2: file.genesis.l1 }), 'genesis.l2.hash equals genesis.l1.hash'],
    [genesis({ l2_time: 0 }), 'genesis.l2_time is 0'],
    [systemConfig({ batcherAddr: ZERO_ADDRESS }), 'genesis.system_config.batcherAddr is the zero address'],
    [systemConfig({ scalar: ZERO_HASH }), 'genesis.system_config.scalar is zero'],
    [systemConfig({ gasLimit: 0 }), 'genesis.system_config.gasLimit is 0'],
    [{ block_time: 0 }, 'block_time is 0'],
    [{ max_sequencer_drift: 0 }, 'max_sequencer_drift is 0'],
    [{ seq_window_size: 1 }, 'seq_window_size is 1'],
    [{ channel_timeout: 0 }, 'channel_timeout is 0'],
    [{ l1_chain_id: 0 }, 'l1_chain_id is 0'],
    [{ l2_chain_id: 0 }, 'l2_chain_id is 0'],
    [{ l2_chain_id: 900 }, 'l2_chain_id equals l1_chain_id (900)'],
    [{ batch_inbox_address: ZERO_ADDRESS }, 'batch_inbox_address is the zero address'],
    [{ deposit_contract_address: ZERO_ADDRESS }, 'deposit_contract_address is the zero address'],
    [{ l1_system_config_address: ZERO_ADDRESS }, 'l1_system_config_address is the zero address'],
    [{ isthmus_time: undefined }, 'jovian_time is set (1795347548) but isthmus_time is not'],
    [{ jovian_time: 1 }, 'jovian_time (1) is before isthmus_time (1795347428)'],
    [{ chain_op_config: undefined }, 'chain_op_config is missing but Canyon is scheduled'],
    [
      { chain_op_config: { eip1559Elasticity: 6, eip1559Denominator: 50 } },
      'chain_op_config.eip1559DenominatorCanyon is missing or 0',
    ],
  ])('%j', (changes, message) => {
    const problems = check(changes);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  it('accepts forks in order and without a gap, and nothing else', () => {
    const times = fc.array(fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }), {
      minLength: FORKS.length,
      maxLength: FORKS.length,
    });
    fc.assert(
      fc.property(times, (list) => {
        const changes = Object.fromEntries(FORKS.map((fork, index) => [`${fork}_time`, list[index]]));
        const end = list.indexOf(undefined) === -1 ? list.length : list.indexOf(undefined);
        const gap = list.slice(end).some((time) => time !== undefined);
        const unordered = list.slice(1, end).some((time, index) => (time ?? 0) < (list[index] ?? 0));
        expect(check(changes).length > 0).toBe(gap || unordered);
      }),
    );
  });
});
