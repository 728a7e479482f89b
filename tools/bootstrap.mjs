/**
 * Makes `npm test`, `npm run demo` and the like work on a fresh clone: installs the packages of package-lock.json when
 * they are not installed as it says. Plain JavaScript without dependencies, because it runs before they are there and
 * on whatever Node (18 or newer) the machine has; what runs after it runs on the Node that the packages bring.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules', '.bin', 'node');

const reason = whyInstall();
if (reason !== undefined) {
  const from = Date.now();
  console.error(`Installing packages (${reason}) …`);
  npm('ci', '--no-audit', '--no-fund');
  console.error(`Packages installed in ${Math.round((Date.now() - from) / 1000)} s.`);
}
if (!runs(node)) npm('rebuild', 'node', '--ignore-scripts=false'); // its install script fetches the program
if (!runs(node)) {
  fail(
    `${node} does not run: the npm package "node", which brings the Node this project runs on, could not install it.`,
    'Allow its install script (npm config set ignore-scripts false) and check that the registry is reachable, then run "npm ci".',
  );
}

/** Why `npm ci` is needed, or undefined when what is installed is what the lock file says. */
function whyInstall() {
  if (!existsSync(join(root, 'node_modules'))) return 'first run';
  // npm writes this at the end of every installation: without it the last one was cut off.
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return 'the last installation did not finish';
  const installed = readJson(installedFile).packages;
  const lock = readJson(join(root, 'package-lock.json')).packages;
  for (const [path, { version, optional, devOptional }] of Object.entries(lock)) {
    if (path === '' || optional || devOptional) continue; // those of other platforms are not installed
    if (installed[path]?.version !== version) return `${path.replace(/^.*node_modules\//, '')} is not ${version}`;
  }
  return undefined;
}

function npm(...args) {
  // The npm that started us, so that it is also found when it is not in PATH (unless it was yarn or pnpm).
  const cli = process.env.npm_execpath ?? '';
  const [command, first] = basename(cli) === 'npm-cli.js' ? [process.execPath, [cli]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined) fail(`npm could not be started: ${error.message}`, 'Install Node.js, which brings npm.');
  if (status !== 0)
    fail(`"npm ${args.join(' ')}" failed.`, 'Its messages are above; correct that and run the command again.');
}

function runs(program) {
  try {
    return Number(/^v(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1]) >= 24;
  } catch {
    return false;
  }
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function fail(what, fix) {
  console.error(`${what}\n${fix}`);
  process.exit(1);
}
