/** What golden files exist for: objects of test/render/inputs or examples, rendered as they are named. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type KubeObject, type RenderInput, renderNetwork } from '../../src/render/index.ts';
import { customChain, devnet, registryChain, renderInput } from './render-input.ts';

export interface GoldenCase {
  readonly name: string;
  input(): RenderInput;
}

export function inputFile(name: string): string {
  return readFileSync(join(import.meta.dirname, 'inputs', name), 'utf8');
}

const onSepolia = { ...customChain, l1ChainId: 11155111 };
const { l1ChainConfig: _, genesis: __, ...rollupOnly } = customChain.config;
const plainGenesis = { name: 'acme-genesis-9a07', key: 'genesis.json', compression: 'none' } as const;

export const GOLDEN_CASES: readonly GoldenCase[] = [
  { name: 'devnet', input: () => renderInput(devnet()) },
  { name: 'chain-op-geth', input: () => renderInput(inputFile('chain.yaml')) },
  {
    name: 'chain-op-reth',
    input: () =>
      renderInput(inputFile('chain.yaml').replaceAll('op-geth', 'op-reth').replace('release: u18', 'release: u19')),
  },
  {
    name: 'remote-signer',
    input: () =>
      renderInput(inputFile('remote-signer.yaml'), {
        chain: { ...onSepolia, config: { ...rollupOnly, genesis: plainGenesis } },
      }),
  },
  { name: 'registry-replica', input: () => renderInput(inputFile('registry-replica.yaml'), { chain: registryChain }) },
  {
    name: 'everything',
    input: () => renderInput(inputFile('everything.yaml'), { chain: { ...onSepolia, config: rollupOnly } }),
  },
];

export function goldenPath(name: string): string {
  return join(import.meta.dirname, 'golden', `${name}.yaml`);
}

/** The objects of a case as one YAML text, each component under a comment with its name. */
export function goldenText(input: RenderInput): string {
  const texts = renderNetwork(input).flatMap(({ component, objects }) =>
    objects.map((object, index) => {
      const title = index === 0 ? `# ${component.kind}/${component.name}\n` : '';
      return `${title}${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`;
    }),
  );
  return texts.join('---\n');
}

export function objectsOf(input: RenderInput): KubeObject[] {
  return renderNetwork(input).flatMap(({ objects }) => [...objects]);
}
