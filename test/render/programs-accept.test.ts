/** What is rendered, read by the argument parsers of the simulated programs, whose tables are those of the real ones. */
import { describe, expect, test } from 'vitest';
import type { Container, EnvVar } from '../../src/render/manifest.ts';
import type { Flag } from '../devnet/programs/settings/flag-table.ts';
import { gethFlags } from '../devnet/programs/settings/geth-flags.ts';
import { opBatcherFlags } from '../devnet/programs/settings/op-batcher-flags.ts';
import { opChallengerFlags } from '../devnet/programs/settings/op-challenger-flags.ts';
import { opNodeFlags } from '../devnet/programs/settings/op-node-flags.ts';
import { opProposerFlags } from '../devnet/programs/settings/op-proposer-flags.ts';
import { parseRethArguments } from '../devnet/programs/settings/reth-flags.ts';
import { parseSettings, unknownVariables } from '../devnet/programs/settings/settings.ts';
import { type Version, versionOfTag } from '../devnet/programs/version.ts';
import { GOLDEN_CASES, type GoldenCase, inputFile, objectsOf } from './golden-cases.ts';
import { renderInput } from './render-input.ts';

const PROGRAMS: Readonly<Record<string, { prefix: string; flags: (version: Version) => readonly Flag[] }>> = {
  'op-node': { prefix: 'OP_NODE', flags: opNodeFlags },
  'op-geth': { prefix: 'GETH', flags: gethFlags },
  'geth-init': { prefix: 'GETH', flags: gethFlags },
  'op-batcher': { prefix: 'OP_BATCHER', flags: opBatcherFlags },
  'op-proposer': { prefix: 'OP_PROPOSER', flags: opProposerFlags },
  'op-challenger': { prefix: 'OP_CHALLENGER', flags: opChallengerFlags },
};

interface PodSpec {
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

function containersOf(golden: GoldenCase): Container[] {
  return objectsOf(golden.input())
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((object) => {
      const { template } = object['spec'] as { template: { spec: PodSpec } };
      return [...(template.spec.initContainers ?? []), ...template.spec.containers];
    });
}

/** References stand for a value that parses as anything: a program does not look into keys and lists of peers here. */
function environment(env: readonly EnvVar[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (env ?? []).map(({ name, value, valueFrom }) => [name, valueFrom ? 'true' : (value ?? '')]),
  );
}

function versionOf(image: string | undefined): Version {
  const [, tag] = /:(v[^@]+)/.exec(image ?? '') ?? [];
  if (tag === undefined) throw new Error(`${image} has no version`);
  return versionOfTag(tag);
}

const oldRelease: GoldenCase = {
  name: 'chain-op-geth of u17',
  input: () => renderInput(inputFile('chain.yaml').replace('release: u18', 'release: u17')),
};

describe.each([...GOLDEN_CASES, oldRelease])('the programs of $name', (golden) => {
  const containers = containersOf(golden);

  test('parse every value, and know every variable and flag', () => {
    const seen = new Set<string>();
    for (const container of containers) {
      const program = PROGRAMS[container.name];
      if (program === undefined) continue;
      seen.add(container.name);
      const flags = program.flags(versionOf(container.image));
      const env = environment(container.env);
      const argv = container.name === 'geth-init' ? [] : (container.args ?? []);
      expect(() => parseSettings(flags, argv, env), container.name).not.toThrow();
      expect(unknownVariables(program.prefix, flags, env), container.name).toEqual([]);
    }
    expect(seen).toContain('op-node');
  });

  test('of op-reth know every flag', () => {
    for (const container of containers.filter((each) => each.name === 'op-reth')) {
      const [command, ...flags] = container.args ?? [];
      expect(command).toBe('node');
      expect(() => parseRethArguments(flags)).not.toThrow();
    }
  });
});

test('a variable that no program knows would be found', () => {
  const flags = opNodeFlags(versionOfTag('v1.18.2'));
  expect(unknownVariables('OP_NODE', flags, { OP_NODE_NO_SUCH_OPTION: '1' })).toEqual(['OP_NODE_NO_SUCH_OPTION']);
});
