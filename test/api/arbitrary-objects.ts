/** Objects of a kind that are valid, or nearly: a known object with fields changed at random. */
import * as fc from 'fast-check';
import { openApiSchema } from '../../src/api/crd/definition.ts';
import type { StructuralSchema } from '../../src/api/crd/structural.ts';
import type { KindName } from '../../src/api/names.ts';
import { documentedExample, plant } from './plant.ts';
import { RULE_CASES } from './rule-cases.ts';
import { type RawObject, sample } from './sample-objects.ts';
import { fieldsOf } from './schema-fields.ts';

/** A known object, good or bad, with up to three fields below `root` changed. */
export function arbitraryObject(kind: KindName, root: 'spec' | 'status'): fc.Arbitrary<RawObject> {
  const schema = openApiSchema(kind);
  const changes = [{}, ...RULE_CASES.filter((entry) => entry.kind === kind).flatMap(({ good, bad }) => [good, bad])];
  const fields = fieldsOf(kind).filter(({ path }) => path[0] === root && path.length > 1);
  const change = fc.constantFrom(...fields).chain((field) => {
    const key = fc.constantFrom('cpu', 'example.com/a', '', '-', 'a b');
    return fc.tuple(fc.constant(field.path), changedValue(field.schema), key);
  });
  return fc
    .tuple(fc.constantFrom(...changes), fc.array(change, { maxLength: 3 }))
    .map(([base, planted]) =>
      asJson(
        planted.reduce<RawObject>(
          (object, [path, value, key]) => plant(object, schema, path, value, key) as RawObject,
          sample(kind, root === 'spec' ? base : {}),
        ),
      ),
    );
}

/** What reaches the API server: a missing value is no value. */
function asJson(object: RawObject): RawObject {
  return JSON.parse(JSON.stringify(object));
}

/** Mostly right; else just outside of a bound, of another type, null, or missing. */
function changedValue(schema: StructuralSchema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { arbitrary: rightValue(schema), weight: 6 },
    { arbitrary: fc.constantFrom(...outside(schema)), weight: 2 },
    {
      arbitrary: fc.constantFrom<unknown>(null, undefined, 'text', '', 0, -1, 1.5, true, [], {}, [null], { a: null }),
      weight: 1,
    },
  );
}

function rightValue(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (schema['x-kubernetes-int-or-string']) return fc.oneof(fc.nat(), fc.constantFrom('500m', '16Gi', 'Auto', '1.5'));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return schema.additionalProperties === undefined
        ? rightObject(schema)
        : fc.dictionary(fc.constantFrom('cpu', 'memory', 'example.com/gpu'), rightValue(schema.additionalProperties), {
            maxKeys: 3,
          });
    case 'array':
      return fc.array(rightValue(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(3, schema.maxItems ?? 3),
      });
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, Number.MAX_SAFE_INTEGER) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    default:
      return rightText(schema);
  }
}

function rightObject({ properties = {}, required = [] }: StructuralSchema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, rightValue(field)]));
  return fc.record(fields, { requiredKeys: [...required] });
}

function rightText(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const example = documentedExample(schema);
  const known = example === undefined ? [] : [fc.constant(example)];
  if (schema.pattern === undefined)
    return fc.oneof(...known, fc.constantFrom('a', 'b', 'acme', '30s', 'https://example.com/a'));
  return fc.oneof(...known, fc.stringMatching(new RegExp(schema.pattern), { size: 'xsmall' }));
}

/** Values just outside of the bounds of a schema, and just inside. */
function outside(schema: StructuralSchema): [unknown, ...unknown[]] {
  const { minimum, maximum, maxLength, maxItems, items, enum: choices } = schema;
  const values: unknown[] = ['?'];
  if (minimum !== undefined) values.push(minimum - 1, minimum);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) values.push(maximum + 1, maximum);
  if (maxLength !== undefined) values.push('a'.repeat(maxLength + 1), 'a'.repeat(maxLength));
  if (maxItems !== undefined && items !== undefined)
    values.push(Array.from({ length: maxItems + 1 }, (_, index) => `a${index}`));
  if (choices !== undefined) values.push(String(choices[0]).toLowerCase());
  return values as [unknown, ...unknown[]];
}
