/** Puts a value at a path of an object, with whatever the objects on the way require. */
import type { StructuralSchema } from '../../src/api/crd/structural.ts';

/** `[]` in the path is the first entry of a list, `*` an entry of a map under `key`. */
export function plant(
  current: unknown,
  schema: StructuralSchema,
  path: readonly string[],
  value: unknown,
  key = 'cpu',
): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (segment === '[]') {
    const [first, ...others] = Array.isArray(current) ? current : [];
    return [plant(first, schema.items ?? {}, rest, value, key), ...others];
  }
  const object: Record<string, unknown> = { ...((isRecord(current) ? current : exampleOf(schema)) as object) };
  if (segment === '*') object[key] = plant(object[key], schema.additionalProperties ?? {}, rest, value, key);
  else object[segment] = plant(object[segment], schema.properties?.[segment] ?? {}, rest, value, key);
  return object;
}

/** A small value of a schema: required fields only. */
export function exampleOf(schema: StructuralSchema): unknown {
  if (schema['x-kubernetes-int-or-string']) return 1;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleOf(schema.properties?.[name] ?? {})]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(schema.items ?? {}));
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    default:
      return documentedExample(schema) ?? 'a';
  }
}

/** The example that the description of a field ends with. */
export function documentedExample({ description }: StructuralSchema): string | undefined {
  return /Example: (.+)$/.exec(description ?? '')?.[1];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
