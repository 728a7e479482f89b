/** Where figures were measured: figures of different machines are not to be compared. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { tools } from '../../tools/toolchain/catalogue.ts';
import { npmAnvil } from '../../tools/toolchain/npm-anvil.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function thisMachine(): Machine {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    versions: {
      'op-stack-operator': version,
      Node: process.versions.node,
      Kubernetes: versionOf('kube-apiserver'),
      etcd: versionOf('etcd'),
      'Temporal server': versionOf('temporal-dev-server'),
      anvil: versionOf('anvil'),
    },
  };
}

/** The pinned one. Who uses another by an environment variable knows it. */
function versionOf(name: keyof typeof tools): string {
  const { origin } = tools[name];
  return origin.kind === 'bundle' ? origin.bundle.version : npmAnvil().version;
}

/** One line that is equal for equal machines. */
export function machineText({ cpu, cores, memoryGiB, system, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}; ${programs.join(', ')}`;
}

/** Work of others that was there before anything was measured: runnable processes, mean of the last minute. */
export function loadBefore(): number {
  return loadavg()[0] ?? 0;
}
