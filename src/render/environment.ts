/** Environment variables of a container. Their order counts: `$(NAME)` sees only what stands before it. */
import type { OwnedRef } from './input.ts';
import type { EnvVar } from './manifest.ts';

/** Text, numbers and booleans as the programs parse them; absent values leave the program's own default. */
export function setting(name: string, value: string | number | boolean | undefined): EnvVar[] {
  return value === undefined ? [] : [{ name, value: String(value) }];
}

/** A value from an owned copy of a Secret. Never optional: a program without its key must not start. */
export function fromSecret(name: string, { name: secret, key }: OwnedRef): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** A value from a ConfigMap; read anew at every start of the container, and changing it restarts nothing. */
export function fromConfigMap(name: string, configMap: string, key: string): EnvVar {
  return { name, valueFrom: { configMapKeyRef: { name: configMap, key } } };
}

/** A field of the pod itself. */
export function fromField(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
