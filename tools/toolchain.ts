/**
 * Finds the servers of the devnet: an explicit path from the environment, the cache, an official download with a pinned
 * digest, a build from the pinned Go modules; in this order. Safe to call from several processes at once.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type GoBundle, type Tool, type ToolName, tools } from './toolchain/catalogue.ts';
import { download } from './toolchain/download.ts';
import { explicitPath, isProgram } from './toolchain/explicit-path.ts';
import { goBuild } from './toolchain/go-build.ts';
import { withLock } from './toolchain/lock.ts';
import { npmAnvil } from './toolchain/npm-anvil.ts';
import { withElapsed } from './toolchain/progress.ts';
import { run } from './toolchain/run.ts';

export type ToolSource = 'explicit' | 'cache' | 'download' | 'go-build' | 'npm';

export interface FoundTool {
  name: ToolName;
  path: string;
  /** `1.34.4`; for an explicit path, what the program says of itself. */
  version: string;
  source: ToolSource;
}

export interface EnsureOptions {
  onProgress?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  /** `linux-x64`, … Default: this machine's. */
  platform?: string;
  /** The two ways that take long, for tests of their order and of the messages. */
  obtain?: Obtain;
}

interface Obtain {
  download: typeof download;
  goBuild: typeof goBuild;
}

/** Path of a program that can be run; rejects with what each way of getting it answered. */
export async function ensureTool(name: ToolName, options: EnsureOptions = {}): Promise<FoundTool> {
  const tool = tools[name];
  const env = options.env ?? process.env;
  const explicit = await explicitPath(tool, env);
  if (explicit !== undefined) {
    return { name, path: explicit, version: await askVersion(tool, explicit), source: 'explicit' };
  }
  const { origin } = tool;
  if (origin.kind === 'npm') return { name, ...npmAnvil(), source: 'npm' };

  const { bundle } = origin;
  const folder = join(cacheFolder(env), bundle.name, bundle.version);
  const found: Omit<FoundTool, 'source'> = { name, path: join(folder, name), version: bundle.version };
  if (await isProgram(found.path)) return { ...found, source: 'cache' };

  const onWait = (): void =>
    options.onProgress?.(`${bundle.name} ${bundle.version}: waiting for another process that gets it`);
  return withLock(`${folder}.lock`, onWait, async () => {
    if (await isProgram(found.path)) return { ...found, source: 'cache' };
    const source = await obtainTool(tool, origin, folder, options);
    return { ...found, source };
  });
}

/** Root of everything that is kept between runs. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'op-stack-operator');
}

async function obtainTool(
  tool: Tool,
  origin: Extract<Tool['origin'], { kind: 'bundle' }>,
  folder: string,
  options: EnsureOptions,
): Promise<'download' | 'go-build'> {
  const { bundle } = origin;
  const platform = options.platform ?? `${process.platform}-${process.arch}`;
  const onProgress = options.onProgress ?? (() => {});
  const obtain = options.obtain ?? { download, goBuild };
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  // Beside its final place, so that the rename stays on one file system.
  const partial = await mkdtemp(`${folder}.partial-`);
  try {
    let downloadProblem: string;
    const source = origin.downloads[platform];
    if (source === undefined) {
      downloadProblem = `no official download with a pinned digest for ${platform}`;
    } else {
      try {
        const target = join(partial, tool.name);
        await withElapsed(`downloading ${tool.name} ${bundle.version}`, onProgress, () =>
          obtain.download(source, target),
        );
        await rename(target, join(folder, tool.name));
        return 'download';
      } catch (error) {
        downloadProblem = messageOf(error);
        onProgress(`${tool.name}: download failed: ${downloadProblem}`);
      }
    }
    try {
      await buildBundle(bundle, folder, partial, obtain.goBuild, onProgress);
      return 'go-build';
    } catch (error) {
      throw new Error(nothingWorked(tool, bundle, folder, downloadProblem, messageOf(error)), { cause: error });
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** What killed builds left: not younger than an hour, in case one of them still runs. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (!name.startsWith(`${basename(folder)}.partial-`)) continue;
    if (Date.now() - (await stat(path)).mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

async function buildBundle(
  bundle: GoBundle,
  folder: string,
  partial: string,
  build: typeof goBuild,
  onProgress: (line: string) => void,
): Promise<void> {
  const what = `building ${bundle.name} ${bundle.version} from its Go modules (once; about ${bundle.buildCost} of CPU time)`;
  await withElapsed(what, onProgress, () => build(bundle, join(partial, bundle.binary)));
  await rename(join(partial, bundle.binary), join(folder, bundle.binary));
  for (const link of bundle.links) {
    await symlink(bundle.binary, join(partial, link));
    await rename(join(partial, link), join(folder, link));
  }
}

function nothingWorked(tool: Tool, bundle: GoBundle, folder: string, downloaded: string, built: string): string {
  const variables = tool.explicit.map(({ variable }) => variable).join(' and ');
  return [
    `${tool.name} ${bundle.version} could not be found or made:`,
    `  1. explicit path: ${variables} not set${tool.explicit.some(({ names }) => names === 'folder') ? ', or its folder has no such program' : ''}`,
    `  2. cache: ${join(folder, tool.name)} does not exist`,
    `  3. download: ${downloaded}`,
    `  4. go build in tools/${bundle.name}: ${built}`,
    `Set ${tool.explicit[0]?.variable} to a program that you have, or make one of the other ways work.`,
  ].join('\n');
}

async function askVersion(tool: Tool, path: string): Promise<string> {
  try {
    return /\d+\.\d+\.\d+\S*/.exec(await run(path, tool.versionArgs))?.[0] ?? 'unknown';
  } catch (error) {
    throw new Error(`${path} does not run: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
