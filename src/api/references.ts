/** References to objects of the same namespace. */
import { z } from 'zod';
import { withRules } from './rule.ts';
import { dataKey, objectName, resourceName } from './text-fields.ts';

/** A private key as people have it at hand. */
export const KEY_MATERIAL = '^(0[xX])?[0-9a-fA-F]{64}$';

/** One key of a Secret. The operator reads it by name and copies it; pods never mount the user's object. */
export function secretKeyRef(description: string, example = { name: 'acme-keys', key: 'private-key' }) {
  return withRules(
    z.object({
      name: resourceName('Name of the Secret.', example.name, { mayHoldSecret: true }),
      key: dataKey('Key in the Secret.', example.key, { mayHoldSecret: true }),
    }),
    [
      {
        cel: `!self.key.matches('${KEY_MATERIAL}') && !self.name.matches('${KEY_MATERIAL}')`,
        holds: (self) => ![self.key, self.name].some((text) => new RegExp(KEY_MATERIAL).test(text)),
        message: `looks like a private key itself, which is compromised now`,
        fix: `make a new one, put it into a Secret and name that here, for example {name: ${example.name}, key: ${example.key}}`,
      },
    ],
  ).meta({ description });
}

/** One key of a ConfigMap. */
export function configMapKeyRef(description: string, example: { name: string; key: string }) {
  return z
    .object({
      name: resourceName('Name of the ConfigMap.', example.name),
      key: dataKey('Key in `data` or `binaryData`.', example.key),
    })
    .meta({ description });
}

/** Another of our objects, by name. */
export function objectRef(description: string, example: string) {
  return z.object({ name: objectName('Name of the object, in the same namespace.', example) }).meta({ description });
}
