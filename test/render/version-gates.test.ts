/** Settings that a version no longer has are not rendered for it. */
import { describe, expect, test } from 'vitest';
import { parseVersion } from '../../src/catalogue/version.ts';
import { knownVariables, removedSettings } from '../../src/render/version-gates.ts';
import { opNodeFlags } from '../devnet/programs/settings/op-node-flags.ts';
import { opProposerFlags } from '../devnet/programs/settings/op-proposer-flags.ts';
import { unknownVariables } from '../devnet/programs/settings/settings.ts';
import { versionOfTag } from '../devnet/programs/version.ts';
import { devnet, renderInput } from './render-input.ts';
import { variable } from './rendered.ts';

const TABLES = { 'op-node': opNodeFlags, 'op-proposer': opProposerFlags };
const PREFIXES = { 'op-node': 'OP_NODE', 'op-proposer': 'OP_PROPOSER' };

describe('a variable', () => {
  test.each([
    ['op-node', 'v1.17.9', 'OP_NODE_ROLLUP_HALT', true],
    ['op-node', 'v1.18.0', 'OP_NODE_ROLLUP_HALT', false],
    ['op-node', 'v1.18.0', 'OP_NODE_ROLLUP_LOAD_PROTOCOL_VERSIONS', false],
    ['op-node', 'v1.20.0', 'OP_NODE_SEQUENCER_MAX_SAFE_LAG', true],
    ['op-node', 'v1.20.1', 'OP_NODE_SEQUENCER_MAX_SAFE_LAG', false],
    ['op-proposer', 'v1.10.2', 'OP_PROPOSER_L2OO_ADDRESS', true],
    ['op-proposer', 'v1.16.0', 'OP_PROPOSER_L2OO_ADDRESS', false],
  ] as const)('%s %s: %s is set: %s, and the program says the same', (program, tag, name, isSet) => {
    const env = [{ name, value: 'x' }];
    expect(knownVariables(program, `registry:5000/${program}:${tag}`, env)).toEqual(isSet ? env : []);
    const flags = TABLES[program](versionOfTag(tag));
    expect(unknownVariables(PREFIXES[program], flags, { [name]: 'x' })).toEqual(isSet ? [] : [name]);
  });

  test('stays where nobody knows the version', () => {
    const env = [{ name: 'OP_NODE_ROLLUP_HALT', value: 'x' }];
    for (const image of ['op-node:stable', 'op-node', undefined])
      expect(knownVariables('op-node', image, env)).toEqual(env);
  });

  test('of the user’s is left out as well', () => {
    const withHalt = (release: string) => {
      const input = renderInput(devnet(), { release });
      for (const { spec } of input.nodes) spec.consensus.env = [{ name: 'OP_NODE_ROLLUP_HALT', value: 'minor' }];
      return variable(input, 'devnet-sequencer', 'op-node', 'OP_NODE_ROLLUP_HALT');
    };
    expect(withHalt('u17')).toBeDefined();
    expect(withHalt('u18')).toBeUndefined();
  });
});

test('op-reth no longer has --minimal', () => {
  expect(removedSettings('op-reth', parseVersion('v2.4.2'))).toEqual([]);
  expect(removedSettings('op-reth', parseVersion('v2.4.3'))).toMatchObject([{ flag: 'minimal' }]);
});
