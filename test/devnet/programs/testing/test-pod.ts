/** Runs single programs without a cluster: what the pod runner gives them, from plain maps. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Program, ProgramContext } from '../../program.ts';

let addresses = 0;

/** A network of test pods: names, addresses and volumes. */
export interface TestCluster {
  readonly programs: Record<string, Program>;
  /** Directory for the volumes. */
  readonly directory: string;
  /** Host name → address. */
  readonly names: Map<string, string>;
  /** Everything that was started, for the end of the test. */
  readonly containers: TestContainer[];
}

export interface TestPodSpec {
  readonly name: string;
  readonly image: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Read-only files by path. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Writable mount points, `.` for the working directory; the same pod name keeps their content over restarts. */
  readonly volumes?: readonly string[];
  /** Containers with one address are one pod. */
  readonly address?: string;
}

export interface TestContainer {
  readonly address: string;
  readonly logs: string[];
  /** Resolves with the exit code. */
  readonly exit: Promise<number>;
  terminate(): Promise<number>;
  kill(): Promise<number>;
}

/** A loopback address that no other test pod of this process has. */
export function newAddress(): string {
  addresses += 1;
  return `127.77.${(process.pid % 200) + 20}.${addresses}`;
}

/** @param spec `image` is `<program>[:<tag>]` */
export function runContainer(cluster: TestCluster, spec: TestPodSpec): TestContainer {
  const address = spec.address ?? newAddress();
  const [name = '', tag = 'v1.18.2'] = spec.image.split(':');
  const program = cluster.programs[name];
  if (program === undefined) throw new Error(`no program for image ${spec.image}`);
  const terminate = new AbortController();
  const kill = new AbortController();
  const logs: string[] = [];
  const isIn = (mount: string, file: string) =>
    mount === '.' ? !file.startsWith('/') : file === mount || file.startsWith(`${mount}/`);
  const volume = (file: string) => spec.volumes?.find((mount) => isIn(mount, file));
  const onMachine = (mount: string, file: string) => {
    const root = path.join(cluster.directory, spec.name, mount);
    mkdirSync(root, { recursive: true });
    return path.join(root, mount === '.' ? file : file.slice(mount.length));
  };
  const context: ProgramContext = {
    argv: spec.argv,
    env: spec.env ?? {},
    imageTag: tag,
    pod: { namespace: 'test', name: spec.name, uid: `uid-${spec.name}`, ip: address },
    container: name,
    readFile(file) {
      const content = spec.files?.[file];
      if (content !== undefined) return Buffer.from(content);
      const mount = volume(file);
      if (mount !== undefined) return readFileSync(onMachine(mount, file));
      throw Object.assign(new Error(`ENOENT: ${file}`), { code: 'ENOENT' });
    },
    hostPath(file) {
      const mount = volume(file);
      if (mount === undefined) throw Object.assign(new Error(`EROFS: ${file}`), { code: 'EROFS' });
      return onMachine(mount, file);
    },
    listen: (_address, port) => ({ host: address, port }),
    resolve: async (host) => {
      if (host === 'localhost' || host === '127.0.0.1') return address;
      return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host : cluster.names.get(host);
    },
    log: (line) => void logs.push(line),
    terminate: terminate.signal,
    kill: kill.signal,
  };
  cluster.names.set(spec.name, address);
  const exit = program(context);
  const container: TestContainer = {
    address,
    logs,
    exit,
    terminate() {
      terminate.abort();
      return exit;
    },
    kill() {
      kill.abort();
      return exit;
    },
  };
  cluster.containers.push(container);
  return container;
}
