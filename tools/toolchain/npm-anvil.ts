import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The native program inside the npm package of this platform. `node_modules/.bin/anvil` is a Node wrapper around it:
 * killing the wrapper would leave anvil running.
 */
export function npmAnvil(
  platform: string = process.platform,
  arch: string = process.arch,
): { path: string; version: string } {
  const require = createRequire(import.meta.url);
  const name = `@foundry-rs/anvil-${platform}-${arch === 'x64' ? 'amd64' : arch}`;
  let manifest: string;
  try {
    manifest = require.resolve(`${name}/package.json`);
  } catch {
    throw new Error(
      `the npm package ${name} is not installed: run "npm ci" without --omit=optional, or set ANVIL_BIN to an anvil`,
    );
  }
  const path = join(dirname(manifest), 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil');
  if (!existsSync(path)) throw new Error(`${path} is missing: run "npm ci" again`);
  const { version }: { version: string } = require(manifest);
  return { path, version };
}
