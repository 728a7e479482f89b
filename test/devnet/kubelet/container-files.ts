/**
 * A container's view of the file system: its mounts on a root that holds nothing. Errors are those of the system calls,
 * with the path in the container, never with the path on this machine.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { V1Container, V1VolumeMount } from '@kubernetes/client-node';
import type { Pod } from './pod-object.ts';
import type { MountedVolume } from './volumes.ts';

export interface ContainerFiles {
  /** Content of a file, by its path in the container. */
  readFile(path: string): Buffer;
  /** Path on this machine of a path that the container may write to. */
  hostPath(path: string): string;
}

export interface ContainerFilesOptions {
  readonly pod: Pod;
  readonly container: V1Container;
  /** The volumes as they are now: content may be mounted again while the container runs. */
  readonly volumes: () => ReadonlyMap<string, MountedVolume>;
  /** Folder that stands for a writable root; it goes with the container. */
  readonly rootDir: string;
  readonly isFull: (claim: string) => boolean;
}

interface Located {
  readonly volume: MountedVolume;
  readonly mount: V1VolumeMount;
  /** Path in the volume, without leading slash; empty for the mount itself. */
  readonly inner: string;
}

export function createContainerFiles(options: ContainerFilesOptions): ContainerFiles {
  const { pod, container } = options;
  const security = { ...pod.spec.securityContext, ...container.securityContext };
  const isRoot = (security.runAsUser ?? 0) === 0;
  const hasVolumeGroup = pod.spec.securityContext?.fsGroup !== undefined;
  const readOnlyRoot = container.securityContext?.readOnlyRootFilesystem ?? false;
  const absolute = (path: string) => posix.resolve(container.workingDir ?? '/', path);

  function locate(path: string): Located | undefined {
    const candidates = (container.volumeMounts ?? []).filter(({ mountPath }) => isInside(mountPath, path));
    const mount = candidates.sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
    if (!mount) return undefined;
    const volume = options.volumes().get(mount.name);
    if (!volume) return undefined;
    return { volume, mount, inner: posix.join(mount.subPath ?? '', posix.relative(mount.mountPath, path)) };
  }

  function readable({ volume, inner }: Located): boolean {
    if (isRoot || volume.kind !== 'content') return true;
    const mode = volume.modes.get(inner) ?? 0o644;
    // With fsGroup the kubelet makes every file readable for the group.
    return hasVolumeGroup || (mode & 0o004) !== 0;
  }

  function writeError({ volume, mount }: Located): string | undefined {
    if (mount.readOnly || volume.kind === 'content') return 'EROFS';
    if (volume.kind !== 'claim') return undefined;
    if (!isRoot && !hasVolumeGroup) return 'EACCES';
    return options.isFull(volume.claim) ? 'ENOSPC' : undefined;
  }

  return {
    readFile(path) {
      const target = absolute(path);
      const located = locate(target);
      if (located && !readable(located)) throw systemError('EACCES', 'open', path);
      const file = located ? join(located.volume.path, located.inner) : join(options.rootDir, target);
      try {
        return readFileSync(file);
      } catch (error) {
        throw systemError(codeOf(error), 'open', path);
      }
    },
    hostPath(path) {
      const target = absolute(path);
      const located = locate(target);
      if (located) {
        const code = writeError(located);
        if (code) throw systemError(code, 'open', path);
        return join(located.volume.path, located.inner);
      }
      if (readOnlyRoot) throw systemError('EROFS', 'open', path);
      if (!isRoot) throw systemError('EACCES', 'open', path);
      const file = join(options.rootDir, target);
      mkdirSync(posix.dirname(file), { recursive: true });
      return file;
    },
  };
}

function isInside(folder: string, path: string): boolean {
  const relative = posix.relative(folder, path);
  return relative === '' || !(relative === '..' || relative.startsWith('../'));
}

const MESSAGES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EISDIR: 'is a directory',
};

function systemError(code: string, syscall: string, path: string): Error {
  const error = new Error(`${code}: ${MESSAGES[code] ?? 'i/o error'}, ${syscall} '${path}'`);
  return Object.assign(error, { code, syscall, path });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
}
