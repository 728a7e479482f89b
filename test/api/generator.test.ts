import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { customResourceDefinition } from '../../src/api/crd/definition.ts';
import { structuralSchema } from '../../src/api/crd/structural.ts';
import { KIND_NAMES } from '../../src/api/names.ts';
import { withRules } from '../../src/api/rule.ts';
import { patterned } from '../../src/api/text-fields.ts';
import { drift, generatedFiles } from '../../tools/generate.ts';
import { allFields, type Field } from './schema-fields.ts';

const ALLOWED = new Set([
  'type',
  'description',
  'default',
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'maxProperties',
  'items',
  'properties',
  'additionalProperties',
  'required',
  'anyOf',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
]);

const fields = allFields();
const nameOf = ({ kind, path }: Field) => `${kind} ${path.join('.')}`;
const where = (holds: (field: Field) => boolean) => fields.filter(holds).map(nameOf);
/** What the API server fills in itself. */
const isMetadata = ({ path }: Field) => path[0] === 'metadata' || path[0] === 'kind' || path[0] === 'apiVersion';

describe('the schemas of all kinds', () => {
  test('are structural: one type each, and no keyword that a CRD does not have', () => {
    expect(where(({ schema }) => Object.keys(schema).some((key) => !ALLOWED.has(key)))).toEqual([]);
    expect(
      where(({ schema }) => (schema.type === undefined) !== (schema['x-kubernetes-int-or-string'] === true)),
    ).toEqual([]);
    expect(where(({ schema }) => schema.properties !== undefined && schema.additionalProperties !== undefined)).toEqual(
      [],
    );
  });

  test('bound every text, list and map, so that the cost of rules is known', () => {
    const unbounded = where(
      (field) =>
        !isMetadata(field) &&
        ((field.schema.type === 'string' && field.schema.maxLength === undefined && field.schema.enum === undefined) ||
          (field.schema.type === 'array' && field.schema.maxItems === undefined) ||
          (field.schema.additionalProperties !== undefined && field.schema.maxProperties === undefined)),
    );
    expect(unbounded).toEqual([]);
  });

  test('have patterns that RE2 takes', () => {
    expect(where(({ schema }) => /\(\?[=!<]|\\[1-9]/.test(schema.pattern ?? ''))).toEqual([]);
  });

  test('describe every field', () => {
    expect(where((field) => !isMetadata(field) && (field.schema.description ?? '').length < 5)).toEqual([]);
  });

  test('say the default of every field that has one', () => {
    expect(
      where(
        ({ schema }) =>
          schema.default !== undefined && !isEmpty(schema.default) && !schema.description?.includes('Default: '),
      ),
    ).toEqual([]);
  });

  test('have 64-bit integers, so that chain ids fit', () => {
    expect(where(({ schema }) => schema.type === 'integer' && schema.format !== 'int64')).toEqual([]);
  });

  test('tell list entries apart by required fields', () => {
    const wrong = where(({ schema }) =>
      (schema['x-kubernetes-list-map-keys'] ?? []).some((key) => !schema.items?.required?.includes(key)),
    );
    expect(wrong).toEqual([]);
  });

  test('have messages of one line that the API server takes', () => {
    const messages = fields
      .flatMap(({ schema }) => schema['x-kubernetes-validations'] ?? [])
      .map(({ message }) => message);
    expect(messages.filter((message) => message.length > 2048 || message.includes('\n'))).toEqual([]);
  });

  test('require nothing of a status, since several managers write it', () => {
    expect(where(({ path, schema }) => path.join('.') === 'status' && schema.required !== undefined)).toEqual([]);
  });
});

describe.each(KIND_NAMES)('the CRD of %s', (kind) => {
  const definition = customResourceDefinition(kind);

  test('is at most 250 KiB, so that client-side apply can keep it in an annotation', () => {
    expect(JSON.stringify(definition).length).toBeLessThanOrEqual(250 * 1024);
  });

  test('is in kubectl get opstack and has a status subresource', () => {
    expect(definition.spec.names.categories).toEqual(['opstack']);
    expect(definition.spec.versions[0]?.subresources).toEqual({ status: {} });
  });
});

describe('generated files', () => {
  const root = join(import.meta.dirname, '..', '..');

  test('are as the schemas say', () => {
    expect(drift(root, generatedFiles())).toEqual([]);
  });

  test('are named when they differ, are missing, or are left over', () => {
    const files = new Map(generatedFiles());
    const [first = '', second = ''] = files.keys();
    files.set(first, 'other');
    files.delete(second);
    files.set('crds/new.yaml', '');
    expect(drift(root, files)).toEqual([
      `${first} differs from the schemas`,
      'crds/new.yaml is missing',
      `${second} is made from nothing`,
    ]);
  });
});

describe('what no CRD can hold is refused with its path', () => {
  test.each<[string, z.ZodType, string]>([
    ['a union of text and list', z.union([z.string().max(1), z.array(z.string().max(1)).max(1)]), 'has no single type'],
    ['a text without a bound', z.string(), 'is a string without a bound'],
    ['a list without a bound', z.array(z.boolean()), 'is a list without a bound'],
    ['a map without a bound', z.record(z.string(), z.boolean()), 'is a map without a bound'],
    ['a tuple', z.tuple([z.boolean(), z.boolean()]), 'has no single type'],
    ['an integer without a minimum', z.int(), 'is an integer without a minimum'],
    ['anything', z.unknown(), 'has no single type'],
    [
      'a pattern with look-ahead',
      z
        .string()
        .max(9)
        .regex(/^(?!a)b$/),
      'look-around',
    ],
  ])('%s', (_, schema, message) => {
    expect(() => structuralSchema(z.object({ field: schema }), 'spec')).toThrow(/^spec\.field/);
    expect(() => structuralSchema(z.object({ field: schema }), 'spec')).toThrow(message);
  });
});

describe('from zod to CRD', () => {
  test('a field carries description, default, example, form and the words for it', () => {
    const name = patterned(
      { pattern: "^a'?$", maxLength: 3, expected: 'an a' },
      { description: 'A name.', example: "a'" },
    );
    expect(structuralSchema(z.object({ name: name.default('a') }), 'spec').properties?.['name']).toEqual({
      type: 'string',
      description: "A name. Default: a. Example: a'",
      default: 'a',
      maxLength: 3,
      pattern: "^a'?$",
      'x-kubernetes-validations': [{ rule: "self.matches('^a\\'?$')", message: "must be an a, for example a'" }],
    });
  });

  test('a rule becomes CEL, after the rules that the schema already had', () => {
    const rule = (cel: string) => ({ cel, holds: () => true, message: 'must be so', fix: 'do it', field: 'a.b' });
    const schema = withRules(withRules(z.object({}), [rule('first')]), [rule('second')]);
    expect(schema.meta()?.['x-kubernetes-validations']).toEqual([
      { rule: 'first', message: 'must be so; do it', fieldPath: '.a.b' },
      { rule: 'second', message: 'must be so; do it', fieldPath: '.a.b' },
    ]);
  });
});

function isEmpty(value: unknown): boolean {
  return JSON.stringify(value) === '{}';
}
