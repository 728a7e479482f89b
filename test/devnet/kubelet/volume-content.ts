/** Files of Secret, ConfigMap, downward API and projected volumes, from the API server. */
import type {
  V1ConfigMapVolumeSource,
  V1DownwardAPIVolumeSource,
  V1KeyToPath,
  V1SecretVolumeSource,
  V1Volume,
  V1VolumeProjection,
} from '@kubernetes/client-node';
import { type ConfigReader, field } from './environment.ts';
import type { Pod } from './pod-object.ts';

const DEFAULT_MODE = 0o644;

/** The reason why a volume can't be mounted, in the kubelet's words; shown only as event `FailedMount`. */
export class MountError extends Error {
  override readonly name = 'MountError';
}

export interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

export interface ContentReader extends ConfigReader {
  /** A token of the pod's service account. */
  serviceAccountToken(audience: string | undefined, expirationSeconds: number): Promise<string>;
}

/** The facts that downward API files show. */
export interface ContentInput {
  readonly pod: Pod;
  readonly podIP: string;
  readonly hostIP: string;
  readonly read: ContentReader;
}

type Files = Map<string, VolumeFile>;

/**
 * Path in the volume → file.
 * @returns undefined when the volume is not made from API objects
 * @throws {MountError} when an object or a key is missing
 */
export async function volumeContent(volume: V1Volume, input: ContentInput): Promise<Files | undefined> {
  const { secret, configMap, downwardAPI, projected } = volume;
  if (secret) return secretFiles({ ...secret, name: secret.secretName ?? '' }, secret.defaultMode, input);
  if (configMap) return configMapFiles(configMap, configMap.defaultMode, input);
  if (downwardAPI) return downwardFiles(downwardAPI, downwardAPI.defaultMode, input);
  if (!projected) return undefined;
  const files: Files = new Map();
  for (const source of projected.sources ?? []) {
    for (const [path, file] of await projection(source, projected.defaultMode, input)) files.set(path, file);
  }
  return files;
}

async function projection(source: V1VolumeProjection, mode: number | undefined, input: ContentInput): Promise<Files> {
  if (source.secret) return secretFiles(source.secret, mode, input);
  if (source.configMap) return configMapFiles(source.configMap, mode, input);
  if (source.downwardAPI) return downwardFiles(source.downwardAPI, mode, input);
  if (source.serviceAccountToken) {
    const { audience, expirationSeconds = 3600, path } = source.serviceAccountToken;
    const token = await input.read.serviceAccountToken(audience, expirationSeconds);
    return new Map([[path, { content: Buffer.from(token), mode: mode ?? DEFAULT_MODE }]]);
  }
  throw new MountError(`the pod runner does not know the projected source ${Object.keys(source).join(', ')}`);
}

async function secretFiles(
  source: Pick<V1SecretVolumeSource, 'items' | 'optional'> & { name?: string },
  mode: number | undefined,
  { read }: ContentInput,
): Promise<Files> {
  const secret = await read.secret(source.name ?? '');
  if (!secret && !source.optional) throw new MountError(`secret "${source.name}" not found`);
  return pick(decode(secret?.data), { ...source, kind: 'secret', mode });
}

async function configMapFiles(
  source: Pick<V1ConfigMapVolumeSource, 'items' | 'optional' | 'name'>,
  mode: number | undefined,
  { read }: ContentInput,
): Promise<Files> {
  const configMap = await read.configMap(source.name ?? '');
  if (!configMap && !source.optional) throw new MountError(`configmap "${source.name}" not found`);
  const text = Object.entries(configMap?.data ?? {}).map(([key, value]): [string, Buffer] => [key, Buffer.from(value)]);
  const content = new Map([...text, ...decode(configMap?.binaryData)]);
  return pick(content, { ...source, kind: 'configmap', mode });
}

function downwardFiles(source: V1DownwardAPIVolumeSource, mode: number | undefined, input: ContentInput): Files {
  return new Map(
    (source.items ?? []).map((item) => {
      const path = item.fieldRef?.fieldPath;
      if (!path) throw new MountError(`the pod runner does not know the downward API item ${item.path}`);
      return [item.path, { content: Buffer.from(field(path, input)), mode: item.mode ?? mode ?? DEFAULT_MODE }];
    }),
  );
}

function pick(
  content: ReadonlyMap<string, Buffer>,
  wanted: { items?: V1KeyToPath[]; optional?: boolean; kind: string; mode: number | undefined },
): Files {
  const files: Files = new Map();
  const items: V1KeyToPath[] = wanted.items ?? [...content.keys()].map((key) => ({ key, path: key }));
  for (const { key, path, mode } of items) {
    const found = content.get(key);
    if (found) files.set(path, { content: found, mode: mode ?? wanted.mode ?? DEFAULT_MODE });
    else if (!wanted.optional) throw new MountError(`${wanted.kind} references non-existent config key: ${key}`);
  }
  return files;
}

function decode(data: Readonly<Record<string, string>> | undefined): Map<string, Buffer> {
  return new Map(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}
