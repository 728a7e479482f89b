/** Ways to what was rendered, by name; each throws when it is not there. */

import { type KubeObject, type RenderInput, renderNetwork } from '../../src/render/index.ts';
import type { Container, EnvVar } from '../../src/render/manifest.ts';

export interface PodSpec extends Record<string, unknown> {
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not rendered`);
  return value;
}

export function objects(input: RenderInput): KubeObject[] {
  return renderNetwork(input).flatMap((render) => [...render.objects]);
}

export function object(input: RenderInput, kind: string, name: string): KubeObject {
  return found(maybeObject(input, kind, name), `${kind}/${name}`);
}

export function maybeObject(input: RenderInput, kind: string, name: string): KubeObject | undefined {
  return objects(input).find((each) => each.kind === kind && each.metadata.name === name);
}

export function podSpec(input: RenderInput, statefulSet: string): PodSpec {
  const { template } = object(input, 'StatefulSet', statefulSet)['spec'] as { template: { spec: PodSpec } };
  return template.spec;
}

export function container(input: RenderInput, statefulSet: string, name: string): Container {
  const { initContainers = [], containers } = podSpec(input, statefulSet);
  return found(
    [...initContainers, ...containers].find((each) => each.name === name),
    `${statefulSet}: container ${name}`,
  );
}

export function variable(
  input: RenderInput,
  statefulSet: string,
  name: string,
  variableName: string,
): EnvVar | undefined {
  return container(input, statefulSet, name).env?.find((each) => each.name === variableName);
}
