import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Process } from '../process.ts';
import { createRpcClient } from '../rpc/client.ts';

/** State of a running script. `cd` and `set -e` change it. */
export interface Shell {
  readonly process: Process;
  directory: string;
  stopOnError: boolean;
  /** Absolute path of a name. */
  path(name: string): string;
}

export interface Outcome {
  readonly code: number;
  readonly output: Buffer;
}

type Applet = (shell: Shell, args: readonly string[], input: Buffer) => Promise<Outcome>;

const done = (output: string | Buffer = '', code = 0): Outcome => ({ code, output: Buffer.from(output) });
const operands = (args: readonly string[]) => args.filter((argument) => !argument.startsWith('-'));

function read(shell: Shell, name: string): Buffer {
  try {
    return shell.process.context.readFile(shell.path(name));
  } catch {
    throw new Error(`${name}: No such file or directory`);
  }
}

const host = (shell: Shell, name: string) => shell.process.context.hostPath(shell.path(name));

const gunzip: Applet = async (shell, args, input) => {
  const [file] = operands(args);
  const packed = file === undefined ? input : read(shell, file);
  let plain: Buffer;
  try {
    plain = gunzipSync(packed);
  } catch {
    throw new Error('invalid magic');
  }
  if (args.includes('-t')) return done();
  if (args.includes('-c') || file === undefined) return done(plain);
  writeFileSync(host(shell, file.replace(/\.gz$/, '')), plain);
  rmSync(host(shell, file));
  return done();
};

/** The commands of busybox that the operator's init containers use. */
export const applets: Readonly<Record<string, Applet>> = {
  true: async () => done(),
  false: async () => done('', 1),
  gunzip,
  zcat: (shell, args, input) => gunzip(shell, ['-c', ...args], input),
  async set(shell, args) {
    if (args.some((argument) => /^-\w*e/.test(argument))) shell.stopOnError = true;
    return done();
  },
  async cd(shell, args) {
    shell.directory = shell.path(args[0] ?? '/');
    return done();
  },
  echo: async (_shell, args) => done(`${args.join(' ')}\n`),
  cat: async (shell, args, input) =>
    done(args.length === 0 ? input : Buffer.concat(args.map((file) => read(shell, file)))),
  async cp(shell, args) {
    const [from = '', to = ''] = operands(args);
    writeFileSync(host(shell, to), read(shell, from));
    return done();
  },
  async mv(shell, args) {
    const [from = '', to = ''] = operands(args);
    renameSync(host(shell, from), host(shell, to));
    return done();
  },
  async rm(shell, args) {
    for (const file of operands(args))
      rmSync(host(shell, file), { recursive: args.includes('-r'), force: args.includes('-f') });
    return done();
  },
  async mkdir(shell, args) {
    for (const directory of operands(args)) mkdirSync(host(shell, directory), { recursive: args.includes('-p') });
    return done();
  },
  async sha256sum(shell, _args, input) {
    const [expected = '', file = ''] = input.toString('utf8').trim().split(/\s+/);
    const actual = createHash('sha256').update(read(shell, file)).digest('hex');
    if (actual === expected) return done(`${file}: OK\n`);
    return done(`${file}: FAILED\nsha256sum: WARNING: 1 of 1 computed checksums did NOT match\n`, 1);
  },
  async wget(shell, args) {
    const target = args[args.indexOf('-O') + 1] ?? '';
    const url = args.at(-1) ?? '';
    const answer = await createRpcClient(shell.process, url, { timeoutMs: 60_000 })
      .get('')
      .catch(() => undefined);
    if (answer === undefined) throw new Error(`can't connect to remote host: Connection refused`);
    if (answer.status !== 200) throw new Error(`server returned error: HTTP/1.1 ${answer.status}`);
    writeFileSync(host(shell, target), answer.bytes);
    return done();
  },
};
