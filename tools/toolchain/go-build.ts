/** The last resort: building from the pinned modules under `tools/`. Go's own cache lets a killed build resume. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { GoBundle } from './catalogue.ts';
import { run } from './run.ts';

/** Where the go.org installer puts it when nobody changed PATH. */
const USUAL_PLACE = '/usr/local/go/bin/go';

/** Builds the bundle's binary to `target`. Errors say what to install when Go is missing or too old. */
export async function goBuild(bundle: GoBundle, target: string): Promise<void> {
  const { go, toolchain } = await findGo(bundle.go);
  const ldflags = `-s -w ${bundle.ldflags}`.trim();
  await run(go, ['build', '-trimpath', '-buildvcs=false', '-ldflags', ldflags, '-o', target, '.'], {
    cwd: join(import.meta.dirname, '..', bundle.name),
    env: { CGO_ENABLED: '0', GOTOOLCHAIN: toolchain, GOFLAGS: '-mod=readonly', GOWORK: 'off' },
  });
}

/**
 * The installed Go if it is new enough; an older one (since 1.21) is asked to fetch the pinned one, which it checks
 * against Go's checksum database.
 */
async function findGo(wanted: string): Promise<{ go: string; toolchain: string }> {
  const install = `install Go ${wanted} or newer from https://go.dev/dl/ and have it in PATH`;
  for (const go of ['go', USUAL_PLACE]) {
    if (go === USUAL_PLACE && !(await exists(go))) continue;
    let version: string;
    try {
      version = (await run(go, ['env', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } })).trim().replace(/^go/, '');
    } catch {
      continue;
    }
    if (compareVersions(version, wanted) >= 0) return { go, toolchain: 'local' };
    const toolchain = `go${wanted}`;
    try {
      await run(go, ['version'], { env: { GOTOOLCHAIN: toolchain } });
      return { go, toolchain };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Go ${version} is too old and could not fetch ${toolchain} (${reason}): ${install}`);
    }
  }
  throw new Error(`Go is not installed: ${install}`);
}

/** Negative, zero or positive like a comparison function; `1.26` equals `1.26.0`, suffixes are ignored. */
export function compareVersions(left: string, right: string): number {
  const parts = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [parts(left), parts(right)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
