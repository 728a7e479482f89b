/**
 * `node tools/complete-lockfile.ts`: adds to package-lock.json the packages of other platforms that npm left out
 * because the registry did not have them at the moment. Without them `npm ci` refuses the whole file, everywhere.
 * The versions are exact in the packages that ask for them; operating system and processor follow from the names.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

const OPERATING_SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x'].map((name) => [name, name])),
  amd64: 'x64',
};

/** Optional packages that another one asks for in an exact version and for one platform, and that are not listed. */
export function missingPackages(lock: Lockfile): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { dev, optionalDependencies }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      if (lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`]) continue;
      const words = (name.split('/').at(-1) ?? name).split('-');
      const os = words.find((word) => OPERATING_SYSTEMS.includes(word));
      const cpu = words.map((word) => PROCESSORS[word]).find((processor) => processor !== undefined);
      if (os === undefined || cpu === undefined || !/^\d/.test(version)) continue;
      missing[`node_modules/${name}`] = {
        version,
        cpu: [cpu],
        ...(dev === true ? { dev } : {}),
        optional: true,
        os: [os],
        ...(words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {}),
      };
    }
  }
  return missing;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
  const missing = missingPackages(lock);
  const packages = Object.entries({ ...lock.packages, ...missing }).sort(([left], [right]) => (left < right ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  for (const [path, { version }] of Object.entries(missing)) console.log(`added ${path} ${version}`);
  console.log(`${Object.keys(missing).length} packages added.`);
}
