/** The environment of a container, resolved at each start of the container, as the kubelet does. */
import type { V1Container, V1EnvVarSource } from '@kubernetes/client-node';
import type { KubeObject } from '../../../src/kube/index.ts';
import type { Pod } from './pod-object.ts';
import { parseQuantity } from './quantity.ts';
import { expandVariables } from './variable-expansion.ts';

/** The reason why a container can't be created; shown as `CreateContainerConfigError`. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}

export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Reads from the API server, never from a cache: undefined where the object does not exist. */
export interface ConfigReader {
  secret(name: string): Promise<Secret | undefined>;
  configMap(name: string): Promise<ConfigMap | undefined>;
}

export interface EnvironmentInput {
  readonly pod: Pod;
  readonly container: V1Container;
  readonly podIP: string;
  readonly hostIP: string;
  readonly serviceLinks: Readonly<Record<string, string>>;
  readonly read: ConfigReader;
}

/** @throws {ContainerConfigError} with the kubelet's words when a reference can't be resolved */
export async function resolveEnvironment(input: EnvironmentInput): Promise<Record<string, string>> {
  const variables: Record<string, string> = { ...input.serviceLinks };
  for (const source of input.container.envFrom ?? []) {
    const { secretRef, configMapRef, prefix = '' } = source;
    const values = secretRef
      ? decode(await found(input.read.secret, 'secret', secretRef))
      : configMapRef
        ? (await found(input.read.configMap, 'configmap', configMapRef))?.data
        : undefined;
    for (const [key, value] of Object.entries(values ?? {})) variables[`${prefix}${key}`] = value;
  }
  for (const { name, value, valueFrom } of input.container.env ?? []) {
    const resolved = valueFrom ? await fromSource(valueFrom, input) : expandVariables(value ?? '', variables);
    if (resolved !== undefined) variables[name] = resolved;
  }
  return variables;
}

async function fromSource(source: V1EnvVarSource, input: EnvironmentInput): Promise<string | undefined> {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = source;
  if (fieldRef) return field(fieldRef.fieldPath, input);
  if (resourceFieldRef) {
    const [list, name] = resourceFieldRef.resource.split('.');
    const resources = input.container.resources?.[list === 'limits' ? 'limits' : 'requests'];
    const quantity = parseQuantity(resources?.[name ?? ''] ?? 0);
    return String(Math.ceil(quantity / parseQuantity(resourceFieldRef.divisor ?? 1)));
  }
  if (secretKeyRef) {
    const data = decode(await found(input.read.secret, 'secret', secretKeyRef));
    return key(data, 'Secret', secretKeyRef, input);
  }
  if (configMapKeyRef) {
    const data = (await found(input.read.configMap, 'configmap', configMapKeyRef))?.data ?? {};
    return key(data, 'ConfigMap', configMapKeyRef, input);
  }
  throw new ContainerConfigError(`the pod runner does not know the env source ${Object.keys(source).join(', ')}`);
}

async function found<T>(
  read: (name: string) => Promise<T | undefined>,
  kind: string,
  { name = '', optional = false }: { name?: string; optional?: boolean },
): Promise<T | undefined> {
  const object = await read(name);
  if (object === undefined && !optional) throw new ContainerConfigError(`${kind} "${name}" not found`);
  return object;
}

function key(
  data: Readonly<Record<string, string>>,
  kind: string,
  { key, name = '', optional = false }: { key: string; name?: string; optional?: boolean },
  { pod }: EnvironmentInput,
): string | undefined {
  const value = data[key];
  if (value === undefined && !optional) {
    throw new ContainerConfigError(`couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`);
  }
  return value;
}

function decode(secret: Secret | undefined): Record<string, string> {
  const data = secret?.data ?? {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Value of a downward API field, e.g. `metadata.labels['app']`. */
export function field(
  path: string,
  { pod, podIP, hostIP }: Pick<EnvironmentInput, 'pod' | 'podIP' | 'hostIP'>,
): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript?.[1]) return metadata[subscript[1] === 'labels' ? 'labels' : 'annotations']?.[subscript[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? '',
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
    'status.podIP': podIP,
    'status.podIPs': podIP,
  };
  const value = fields[path];
  if (value === undefined) throw new ContainerConfigError(`the pod runner does not know the field ${path}`);
  return value;
}
