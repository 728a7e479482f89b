/**
 * zod → structural schema: the part of JSON Schema that the API server takes in a CRD. Refuses with the field's path
 * what it can't express, so that nobody finds out at installation.
 */
import { z } from 'zod';
import { type CelValidation, celValidation } from '../rule.ts';

/** JSONSchemaProps of apiextensions.k8s.io/v1, as far as we write it. */
export interface StructuralSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: StructuralSchema;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly required?: readonly string[];
  readonly anyOf?: readonly { readonly type: string }[];
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly CelValidation[];
}

/** What zod emits for us: JSON Schema and the metadata of our own fields. */
type Node = Record<string, unknown>;

/** A schema that no CRD can hold. */
class NotStructuralError extends Error {
  override readonly name = 'NotStructuralError';
  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
  }
}

/** @param path where the schema stands, for messages, e.g. `spec` */
export function structuralSchema(schema: z.ZodType, path: string): StructuralSchema {
  const emitted = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    unrepresentable: 'throw',
  });
  return convert(emitted as Node, path);
}

function convert(node: Node, path: string): StructuralSchema {
  const described = { ...describe(node), ...pick(node, ['default']) };
  if (node['intOrString'] !== undefined) return { ...described, ...intOrString(node, path) };
  switch (node['type']) {
    case 'object':
      return { ...described, ...convertObject(node, path), ...validations(node) };
    case 'array':
      return { ...described, ...convertArray(node, path), ...validations(node) };
    case 'string':
      return { ...described, ...convertString(node, path) };
    case 'integer':
      return { ...described, type: 'integer', ...integerBounds(node, path), ...validations(node) };
    case 'number':
      return { ...described, type: 'number', ...pick(node, ['minimum', 'maximum']), ...validations(node) };
    case 'boolean':
      return { ...described, type: 'boolean', ...pick(node, ['enum']), ...validations(node) };
    default:
      throw new NotStructuralError(
        path,
        `has no single type (${Object.keys(node).join(', ')}); unions are for int-or-string only`,
      );
  }
}

/** Description for people: prose, then the default and an example. */
function describe(node: Node): { description?: string } {
  const parts = [node['description']];
  const value = node['default'];
  if (value !== undefined && !isEmptyObject(value)) parts.push(`Default: ${shown(value)}.`);
  const [example] = (node['examples'] ?? []) as unknown[];
  if (example !== undefined) parts.push(`Example: ${shown(example)}`);
  const text = parts.filter((part) => part !== undefined).join(' ');
  return text === '' ? {} : { description: text };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function convertObject(node: Node, path: string): StructuralSchema {
  const properties = node['properties'] as Record<string, Node> | undefined;
  if (properties === undefined) {
    const values = node['additionalProperties'];
    if (typeof values !== 'object' || values === null)
      throw new NotStructuralError(path, 'is an object without properties');
    if (node['maxProperties'] === undefined)
      throw new NotStructuralError(path, 'is a map without a bound (maxProperties)');
    return {
      type: 'object',
      ...pick(node, ['maxProperties']),
      additionalProperties: convert(values as Node, `${path}.*`),
    };
  }
  const required = (node['required'] ?? []) as string[];
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, convert(property, `${path}.${name}`)]),
    ),
  };
}

function convertArray(node: Node, path: string): StructuralSchema {
  if (node['maxItems'] === undefined) throw new NotStructuralError(path, 'is a list without a bound (maxItems)');
  if (typeof node['items'] !== 'object') throw new NotStructuralError(path, 'is a list without one type of items');
  const minimum = node['minItems'] === 0 ? {} : pick(node, ['minItems']);
  return {
    type: 'array',
    ...minimum,
    ...pick(node, ['maxItems', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys']),
    items: convert(node['items'] as Node, `${path}[]`),
  };
}

function convertString(node: Node, path: string): StructuralSchema {
  if (node['enum'] !== undefined) return { type: 'string', ...pick(node, ['enum']), ...validations(node) };
  if (node['maxLength'] === undefined) throw new NotStructuralError(path, 'is a string without a bound (maxLength)');
  const pattern = node['pattern'];
  if (typeof pattern === 'string' && /\(\?[=!<]/.test(pattern)) {
    throw new NotStructuralError(path, `has a pattern with look-around, which RE2 refuses: ${pattern}`);
  }
  return {
    type: 'string',
    ...pick(node, node['mayHoldSecret'] === true ? ['minLength', 'maxLength'] : ['minLength', 'maxLength', 'pattern']),
    ...validations(node, patternRule(node)),
  };
}

/**
 * The API server's own words for a pattern are the pattern. This rule says the same for people: both are shown. A field
 * into which people paste secrets has only the rule, since the other one repeats the value.
 */
function patternRule(node: Node): readonly CelValidation[] {
  const { pattern, expected } = node;
  const [example] = (node['examples'] ?? []) as unknown[];
  if (typeof pattern !== 'string' || typeof expected !== 'string' || example === undefined) return [];
  return [
    celValidation({
      cel: `self.matches(${celString(pattern)})`,
      message: `must be ${expected}`,
      fix: `for example ${shown(example)}`,
    }),
  ];
}

/** A CEL string literal. */
function celString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Without bounds of its own an integer is 64 bits wide; JavaScript is exact up to 53. */
function integerBounds(node: Node, path: string): StructuralSchema {
  const { minimum, maximum } = node as { minimum?: number; maximum?: number };
  if (minimum === undefined || minimum === Number.MIN_SAFE_INTEGER)
    throw new NotStructuralError(path, 'is an integer without a minimum');
  return { format: 'int64', minimum, ...(maximum === undefined ? {} : { maximum }) };
}

/** Form of the text of an int-or-string. */
interface IntOrStringForm {
  readonly pattern: string;
  readonly maxLength: number;
  readonly expected: string;
  readonly example: string;
}

/** A number that may be written as text, the one kind of union that a structural schema has. */
function intOrString(node: Node, path: string): StructuralSchema {
  const variants = (node['anyOf'] ?? []) as Node[];
  if (variants.map((variant) => variant['type']).join() !== 'integer,string') {
    throw new NotStructuralError(path, 'is no union of integer and string, in this order');
  }
  const { minimum, maximum } = variants[0] as { minimum: number; maximum: number };
  const { pattern, maxLength, expected, example } = node['intOrString'] as IntOrStringForm;
  return {
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    maxLength,
    'x-kubernetes-validations': [
      {
        rule: `type(self) == int ? int(self) >= ${minimum} && int(self) <= ${maximum} : string(self).matches(${celString(pattern)})`,
        message: `must be ${expected}, for example ${example}`,
      },
    ],
  };
}

function validations(node: Node, first: readonly CelValidation[] = []): StructuralSchema {
  const own = (node['x-kubernetes-validations'] ?? []) as readonly CelValidation[];
  const all = [...first, ...own];
  return all.length === 0 ? {} : { 'x-kubernetes-validations': all };
}

function pick(node: Node, keys: readonly (keyof StructuralSchema)[]): StructuralSchema {
  return Object.fromEntries(keys.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]));
}
