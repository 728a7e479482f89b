/** Which versions run: by the images of the pods, and by what op-node says itself. */

import { PROGRAM_KEYS, PROGRAMS } from '../../src/catalogue/releases.ts';
import { version } from '../../src/chain/clients/op-node.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { readAll } from './cluster-objects.ts';
import type { Devnet } from './devnet.ts';

interface Container {
  readonly name: string;
  readonly image: string;
}

type Pod = KubeObject & {
  /** An execution client is an init container that goes on. */
  spec?: { containers: Container[]; initContainers?: Container[] };
  status?: { podIP?: string };
};

/** `<pod>/<program>` → tag of its image; pods that are being deleted are left out. */
export async function imageTags(devnet: Devnet): Promise<Record<string, string>> {
  const pods = await readAll<Pod>(devnet, 'Pod');
  const programs: readonly string[] = PROGRAM_KEYS.map((key) => PROGRAMS[key]);
  return Object.fromEntries(
    pods
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap(({ metadata, spec }) =>
        [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
          .filter(({ name }) => programs.includes(name))
          .map(({ name, image }) => [`${metadata.name}/${name}`, image.replace(/^.*:/, '')]),
      )
      .sort(),
  );
}

/** `<pod>` → what `optimism_version` of its op-node answers. */
export async function nodeVersions(devnet: Devnet): Promise<Record<string, string>> {
  const nodes = (await readAll<Pod>(devnet, 'Pod')).filter(({ spec }) =>
    spec?.containers.some(({ name }) => name === PROGRAMS.opNode),
  );
  return Object.fromEntries(
    await Promise.all(
      nodes.map(
        async ({ metadata, status }) => [metadata.name, await version(`http://${status?.podIP}:9545`)] as const,
      ),
    ),
  );
}
