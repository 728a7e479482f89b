/** Reads manifests as kubectl does: files, folders and standard input, several YAML documents each, Lists unpacked. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseAllDocuments } from 'yaml';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface ManifestSource {
  readonly file: string;
  readonly text: string;
}

/** One object of a file. */
export interface Manifest {
  /** `<file>:<line>` of the document that it is in. */
  readonly at: string;
  readonly object: Readonly<Record<string, unknown>>;
}

export interface ManifestProblem {
  readonly at: string;
  readonly message: string;
}

const EXTENSIONS = /\.(ya?ml|json)$/;

/**
 * @param paths files, folders (not their subfolders), or `-` for standard input
 * @throws CliError when one can't be read or a folder holds nothing
 */
export async function readSources(
  paths: readonly string[],
  terminal: Pick<Terminal, 'readStdin'>,
): Promise<ManifestSource[]> {
  const sources: ManifestSource[] = [];
  for (const path of paths) {
    if (path === '-') {
      sources.push({ file: 'stdin', text: await terminal.readStdin() });
      continue;
    }
    for (const file of await filesOf(path)) sources.push({ file, text: await readFile(file, 'utf8') });
  }
  return sources;
}

async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const files = (await readdir(path)).filter((name) => EXTENSIONS.test(name)).sort();
    if (files.length > 0) return files.map((name) => join(path, name));
  } catch (error) {
    throw new CliError(
      {
        what: `Could not read ${path}`,
        why: error instanceof Error ? error.message : String(error),
        next: 'check the path after -f',
        exitCode: EXIT.usage,
      },
      { cause: error },
    );
  }
  throw new CliError({ what: `${path} holds no .yaml, .yml or .json file`, exitCode: EXIT.usage });
}

/** Objects in the order of the files, and what is no object. */
export function parseManifests(sources: readonly ManifestSource[]): {
  manifests: Manifest[];
  problems: ManifestProblem[];
} {
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const { file, text } of sources) {
    const lines = new LineCounter();
    // stringKeys: a manifest with other keys is a mistake; duplicate keys are one by default.
    const documents = parseAllDocuments(text, { lineCounter: lines, stringKeys: true });
    for (const document of Array.isArray(documents) ? documents : []) {
      const line = lines.linePos(document.contents?.range?.[0] ?? document.range?.[0] ?? 0).line;
      const at = `${file}:${line}`;
      const [error] = document.errors;
      if (error) {
        const where = error.linePos?.[0].line ?? line;
        problems.push({ at: `${file}:${where}`, message: `is no YAML: ${error.message.split('\n')[0]}` });
        continue;
      }
      const value: unknown = document.toJS();
      if (value === null || value === undefined) continue;
      if (!isRecord(value))
        problems.push({ at, message: 'must be a Kubernetes object: a map with apiVersion, kind and metadata' });
      else manifests.push(...unpack(value).map((object) => ({ at, object })));
    }
  }
  return { manifests, problems };
}

function unpack(object: Record<string, unknown>): Record<string, unknown>[] {
  const { kind, items } = object;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
    ? items.filter(isRecord).flatMap(unpack)
    : [object];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
