/** Files that op-node and the execution client need for a chain or an L1 that they do not know. */
import type { RenderInput } from '../input.ts';
import { KNOWN_L1 } from '../known-l1.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

export function chainFilesExist({ network, chain }: RenderInput): SettingProblem[] {
  const object = `OptimismNetwork/${network.metadata.name}`;
  const { rollup, genesis, l1ChainConfig } = chain.config;
  const { url } = network.spec.genesis ?? {};
  return [
    ...(chain.custom && rollup === undefined
      ? [
          problem(
            'error',
            'InvalidSpec',
            object,
            'the chain is not in the superchain registry and has no rollup configuration',
            'set spec.rollupConfig',
          ),
        ]
      : []),
    ...(chain.custom && genesis === undefined && url === undefined
      ? [
          problem(
            'error',
            'InvalidSpec',
            object,
            'the chain is not in the superchain registry and has no genesis',
            'set spec.genesis',
          ),
        ]
      : []),
    ...(genesis === undefined && url?.endsWith('.zst')
      ? [
          problem(
            'error',
            'NotSupportedYet',
            object,
            'spec.genesis.url names a file that is packed with zstd, which the init container cannot unpack',
            'pack it with gzip',
          ),
        ]
      : []),
    ...(!KNOWN_L1.includes(chain.l1ChainId) && l1ChainConfig === undefined
      ? [
          problem(
            'error',
            'InvalidSpec',
            object,
            `op-node does not know L1 chain ${chain.l1ChainId} and exits without its configuration`,
            'set spec.l1.chainConfig',
          ),
        ]
      : []),
  ];
}
