/** Volumes of a pod as folders on disk. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { V1Volume } from '@kubernetes/client-node';
import { type ContentInput, MountError, type VolumeFile, volumeContent } from './volume-content.ts';

export type MountedVolume =
  /** From Secrets, ConfigMaps and the like: read-only for every container. `modes` by path in the volume. */
  | { readonly kind: 'content'; readonly path: string; readonly modes: ReadonlyMap<string, number> }
  | { readonly kind: 'emptyDir'; readonly path: string }
  | { readonly kind: 'claim'; readonly path: string; readonly claim: string };

export interface VolumeSources extends ContentInput {
  /** Folder of the pod's own volumes; it goes with the pod. */
  readonly dir: string;
  /** Folder of the volume that a claim is bound to. Throws {@link MountError} when it is not bound. */
  claimFolder(claim: string): Promise<string>;
}

/**
 * Brings all volumes of the pod up to date: content of changed Secrets and ConfigMaps is written again.
 * @throws {MountError} for the first volume that can't be mounted, with the kubelet's sentence
 */
export async function mountVolumes(sources: VolumeSources): Promise<Map<string, MountedVolume>> {
  const mounted = new Map<string, MountedVolume>();
  for (const volume of sources.pod.spec.volumes ?? []) {
    try {
      mounted.set(volume.name, await mount(volume, sources));
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      throw new MountError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`);
    }
  }
  return mounted;
}

async function mount(volume: V1Volume, sources: VolumeSources): Promise<MountedVolume> {
  const claim = volume.persistentVolumeClaim?.claimName;
  if (claim !== undefined) return { kind: 'claim', path: await sources.claimFolder(claim), claim };
  const path = join(sources.dir, volume.name);
  await mkdir(path, { recursive: true });
  const files = await volumeContent(volume, sources);
  if (files) {
    await writeFiles(path, files);
    return { kind: 'content', path, modes: new Map([...files].map(([name, { mode }]) => [name, mode])) };
  }
  if (volume.emptyDir) return { kind: 'emptyDir', path };
  const kind = Object.keys(volume).filter((key) => key !== 'name');
  throw new MountError(`the pod runner does not know the volume type ${kind.join(', ')}`);
}

async function writeFiles(folder: string, files: ReadonlyMap<string, VolumeFile>): Promise<void> {
  for (const [name, { content }] of files) {
    const path = join(folder, name);
    const before = await readFile(path).catch(() => undefined);
    if (before?.equals(content)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !files.has(path.slice(folder.length + 1))) await rm(path);
  }
}
