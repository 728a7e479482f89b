/** What is wrong with a field, as a sentence with the way out. */
import type { z } from 'zod';
import { type PathSegment, pathText, schemaAt } from './crd/lookup.ts';
import type { StructuralSchema } from './crd/structural.ts';
import { looksLikeCredential } from './endpoint.ts';
import { isNear } from './near-name.ts';

/** One thing that is wrong with an object. */
export interface FieldProblem {
  /** Field as kubectl names it, e.g. `spec.l1.rpc.url`; empty for the whole object. */
  readonly path: string;
  /** What is there, shortened; absent when nothing is, and when it may hold a secret. */
  readonly value?: string;
  readonly message: string;
  /** What to write instead. */
  readonly fix: string;
}

/** A problem as one line. */
export function problemText(problem: FieldProblem): string {
  const value = problem.value === undefined ? '' : ` (is ${problem.value})`;
  return `${problem.path === '' ? 'the object' : problem.path}: ${problem.message}${value}. ${problem.fix}`;
}

/** zod's issue about a field of `schema`, in our words. */
export function problemOf(issue: z.core.$ZodIssue, schema: StructuralSchema, root: unknown): FieldProblem {
  const path = issue.path.filter((segment): segment is PathSegment => typeof segment !== 'symbol');
  const field = schemaAt(schema, path);
  const value = valueAt(root, path);
  const shown = showValue(path, value);
  return {
    path: pathText(path, schema),
    ...(shown === undefined || issue.code === 'custom' ? {} : { value: shown }),
    message: sentence(issue, value, field),
    fix: fixOf(issue, field),
  };
}

/** A field that no object of this kind has. */
export function unknownFieldProblem(path: readonly PathSegment[], schema: StructuralSchema): FieldProblem {
  const known = Object.keys(schemaAt(schema, path.slice(0, -1))?.properties ?? {});
  const name = String(path.at(-1));
  const nearest =
    known.find((candidate) => candidate.toLowerCase() === name.toLowerCase()) ??
    known.find((candidate) => isNear(candidate, name));
  return {
    path: pathText(path, schema),
    message: 'is no field of this kind, and would be dropped',
    fix: nearest === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${nearest}?`,
  };
}

/** A rule that an update breaks. */
export function ruleProblem(rule: { message: string; fix: string; field: string }): FieldProblem {
  return { path: `spec.${rule.field}`, message: rule.message, fix: asSentence(rule.fix) };
}

function sentence(issue: z.core.$ZodIssue, value: unknown, field: StructuralSchema | undefined): string {
  if (value !== undefined && field?.['x-kubernetes-int-or-string']) {
    return field['x-kubernetes-validations']?.[0]?.message.split(', for example')[0] ?? issue.message;
  }
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined
        ? 'is required'
        : `must be ${article(field?.type ?? issue.expected)}, not ${article(typeOf(value))}`;
    case 'too_big':
      return `must ${bound(issue.origin)} at most ${issue.maximum}${unit(issue.origin)}`;
    case 'too_small':
      return `must ${bound(issue.origin)} at least ${issue.minimum}${unit(issue.origin)}`;
    case 'invalid_value':
      return value === undefined ? `is required: ${choices(issue.values)}` : `must be ${choices(issue.values)}`;
    default:
      return issue.message;
  }
}

/** The way out: that of the rule, else the example in the field's description, else the description. */
function fixOf(issue: z.core.$ZodIssue, field: StructuralSchema | undefined): string {
  if (issue.code === 'custom' && typeof issue.params?.['fix'] === 'string') return asSentence(issue.params['fix']);
  const description = field?.description ?? 'docs/reference says what the field takes';
  const [, example] = /Example: (.+)$/.exec(description) ?? [];
  return asSentence(example === undefined ? description : `for example ${example}`);
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.]$/, '')}.`;
}

/** Fields whose value is never shown. */
const SECRET_FIELDS = /^([a-zA-Z]*secret[a-zA-Z]*|value|url|endpoint|prestatesUrl|inline|key|stringData|data)$/i;

function showValue(path: readonly PathSegment[], value: unknown): string | undefined {
  if (value === undefined || path.some((segment) => SECRET_FIELDS.test(String(segment)))) return undefined;
  if (typeof value === 'object') return undefined;
  const text = String(value);
  if (/[0-9a-fA-F]{64}/.test(text) || text.split(/\s+/).length >= 12 || looksLikeCredential(text)) return undefined;
  return text.length <= 80 ? JSON.stringify(value) : JSON.stringify(`${text.slice(0, 80)}…`);
}

function valueAt(root: unknown, path: readonly PathSegment[]): unknown {
  return path.reduce<unknown>(
    (current, segment) =>
      typeof current === 'object' && current !== null ? (current as Record<PathSegment, unknown>)[segment] : undefined,
    root,
  );
}

function choices(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number',
    integer: 'a whole number',
    number: 'a number',
    array: 'a list',
    object: 'an object',
    record: 'a map',
    boolean: 'true or false',
    string: 'text',
    null: 'null',
  };
  return names[type] ?? type;
}

function bound(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be';
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}
