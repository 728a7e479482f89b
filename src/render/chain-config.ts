/** The small files of a chain that the programs do not know by its name: one volume, mounted where they are needed. */
import type { RenderInput } from './input.ts';
import type { Volume, VolumeMount } from './manifest.ts';

const CONFIG_VOLUME = 'config';
export const CONFIG_FOLDER = '/config';
export const configMount: VolumeMount = { name: CONFIG_VOLUME, mountPath: CONFIG_FOLDER, readOnly: true };

/** undefined: there is nothing that they would have to be told. */
export function configVolume({ rollup, l1ChainConfig }: RenderInput['chain']['config']): Volume | undefined {
  const files = [
    { copy: rollup, path: 'rollup.json' },
    { copy: l1ChainConfig, path: 'l1-chain.json' },
  ];
  const sources = files.flatMap(({ copy, path }) =>
    copy === undefined ? [] : [{ configMap: { name: copy.name, items: [{ key: copy.key, path }] } }],
  );
  return sources.length === 0 ? undefined : { name: CONFIG_VOLUME, projected: { sources } };
}
