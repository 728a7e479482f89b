/** Objects as files for kubectl. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeObject } from '../../../src/kube/index.ts';
import type { ServerStage } from './servers.ts';

/** @returns arguments for `kubectl apply`, in the order of the objects */
export async function manifests({ dir }: ServerStage, objects: readonly KubeObject[]): Promise<string[]> {
  const files = await Promise.all(
    objects.map(async (object) => {
      const folder = join(dir, 'manifests', object.metadata.namespace ?? '');
      await mkdir(folder, { recursive: true });
      const file = join(folder, `${object.kind}-${object.metadata.name}.yaml`);
      await writeFile(file, stringify(object));
      return file;
    }),
  );
  return files.flatMap((file) => ['-f', file]);
}
