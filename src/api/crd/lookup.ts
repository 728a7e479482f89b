/** Finds the schema of one field, and fields that a schema does not have. */
import type { StructuralSchema } from './structural.ts';

/** Name of a property, or index of an entry. */
export type PathSegment = string | number;

/** The schema of the field at `path`; undefined when there is no such field. */
export function schemaAt(schema: StructuralSchema, path: readonly PathSegment[]): StructuralSchema | undefined {
  let current: StructuralSchema | undefined = schema;
  for (const segment of path) {
    current =
      typeof segment === 'number' ? current?.items : (ownProperty(current, segment) ?? current?.additionalProperties);
  }
  return current;
}

/** Paths of everything in `value` that the schema has no field for: the API server would drop it without a word. */
export function unknownFields(
  schema: StructuralSchema,
  value: unknown,
  path: readonly PathSegment[] = [],
): PathSegment[][] {
  if (Array.isArray(value)) {
    const items = schema.items;
    return items === undefined ? [] : value.flatMap((entry, index) => unknownFields(items, entry, [...path, index]));
  }
  if (typeof value !== 'object' || value === null || (schema.properties ?? schema.additionalProperties) === undefined)
    return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const field = ownProperty(schema, name) ?? schema.additionalProperties;
    return field === undefined ? [[...path, name]] : unknownFields(field, entry, [...path, name]);
  });
}

/** `spec.execution.env[0].name`, `spec.pod.labels[team]`: as kubectl writes it. */
export function pathText(path: readonly PathSegment[], schema: StructuralSchema): string {
  const parts = path.map((segment, index) => {
    const isKey =
      typeof segment === 'number' || schemaAt(schema, path.slice(0, index))?.additionalProperties !== undefined;
    return isKey ? `[${segment}]` : `.${segment}`;
  });
  return parts.join('').replace(/^[.]/, '');
}

function ownProperty(schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined {
  const properties = schema?.properties ?? {};
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}
