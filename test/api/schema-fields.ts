/** Walks the schemas of the CRDs. */
import { openApiSchema } from '../../src/api/crd/definition.ts';
import type { StructuralSchema } from '../../src/api/crd/structural.ts';
import { KIND_NAMES, type KindName } from '../../src/api/names.ts';

export interface Field {
  readonly kind: KindName;
  /** Segments below the object; `[]` for an entry of a list, `*` for one of a map. */
  readonly path: readonly string[];
  readonly schema: StructuralSchema;
}

/** Every field of a kind, parents first. */
export function fieldsOf(kind: KindName): Field[] {
  return walk(kind, openApiSchema(kind), []);
}

export function allFields(): Field[] {
  return KIND_NAMES.flatMap(fieldsOf);
}

function walk(kind: KindName, schema: StructuralSchema, path: readonly string[]): Field[] {
  return [
    { kind, path, schema },
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => walk(kind, field, [...path, name])),
    ...(schema.items === undefined ? [] : walk(kind, schema.items, [...path, '[]'])),
    ...(schema.additionalProperties === undefined ? [] : walk(kind, schema.additionalProperties, [...path, '*'])),
  ];
}

/** The rules of a field but the one that repeats its pattern for people. */
export function rulesOf({ schema }: Field): readonly { rule: string; message: string; fieldPath?: string }[] {
  return (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => !isForm(rule));
}

function isForm(rule: string): boolean {
  return rule.startsWith("self.matches('") && !rule.includes('&&');
}
