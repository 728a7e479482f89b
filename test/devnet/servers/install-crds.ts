import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { run } from '../../../tools/toolchain/run.ts';
import { ensureTool } from '../../../tools/toolchain.ts';

const DEADLINE_MS = 60_000;

interface Definition {
  kind: string;
  spec: { group: string; names: { plural: string }; versions: { name: string; served: boolean }[] };
}

/**
 * Applies every CustomResourceDefinition of a folder and resolves when each of its served versions can be listed:
 * right after a definition is Established its endpoint may still answer 404 or 429.
 * Returns the resource names, `<plural>.<group>`.
 */
export async function installCrds(options: { kubeconfigPath: string; folder: string }): Promise<string[]> {
  const files = (await readdir(options.folder).catch(() => [])).filter((name) => name.endsWith('.yaml')).sort();
  if (files.length === 0) return [];
  const { path: program } = await ensureTool('kubectl');
  const kubectl = (...args: string[]): Promise<string> =>
    run(program, ['--kubeconfig', options.kubeconfigPath, ...args]);
  const definitions: Definition[] = [];
  for (const file of files) {
    const text = await readFile(join(options.folder, file), 'utf8');
    for (const document of parseAllDocuments(text)) {
      const object: unknown = document.toJS();
      if (isDefinition(object)) definitions.push(object);
    }
  }
  await kubectl(
    'apply',
    '--server-side',
    '--force-conflicts',
    ...files.flatMap((file) => ['-f', join(options.folder, file)]),
  );
  const deadline = performance.now() + DEADLINE_MS;
  for (const { spec } of definitions) {
    for (const { name } of spec.versions.filter(({ served }) => served)) {
      await untilServed(
        () => kubectl('get', '--raw', `/apis/${spec.group}/${name}/${spec.names.plural}?limit=1`),
        deadline,
      );
    }
  }
  return definitions.map(({ spec }) => `${spec.names.plural}.${spec.group}`);
}

async function untilServed(list: () => Promise<string>, deadline: number): Promise<void> {
  while (true) {
    try {
      await list();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

function isDefinition(object: unknown): object is Definition {
  return (
    typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'CustomResourceDefinition'
  );
}
