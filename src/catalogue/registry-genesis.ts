/**
 * Genesis files of the chains that are built in, as the superchain registry has them: compressed with a dictionary, both
 * in genesis/ with the license of the registry. A file of 10 MB comes out of each (and 94 MB for Fraxtal), so none is
 * read before somebody asks for it, and none is kept.
 */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { z } from 'zod';

const FOLDER = new URL('genesis/', import.meta.url);

/** Everything is there but the chain configuration: that is made of the registry's entry. */
const registryGenesis = z.looseObject({ alloc: z.record(z.string(), z.unknown()) });
export type RegistryGenesis = z.output<typeof registryGenesis>;

const decompress = promisify(zstdDecompress);

/**
 * @param name of a chain in the registry, `<superchain>/<chain>`
 * @returns undefined: the chain came with a file of the user, which has no genesis
 */
export async function builtInGenesis(name: string): Promise<RegistryGenesis | undefined> {
  const compressed = await contentOf(`${name}.json.zst`);
  if (compressed === undefined) return undefined;
  const dictionary = await contentOf('dictionary');
  const text = await decompress(compressed, dictionary && { dictionary });
  return registryGenesis.parse(JSON.parse(text.toString()));
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(new URL(path, FOLDER));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
