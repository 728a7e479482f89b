/** Raw objects → typed ones with defaults applied, or sentences that say what is wrong and how to write it. */
import type { z } from 'zod';
import { openApiSchema } from './crd/definition.ts';
import { unknownFields } from './crd/lookup.ts';
import type { StructuralSchema } from './crd/structural.ts';
import { type FieldProblem, problemOf, ruleProblem, unknownFieldProblem } from './field-problem.ts';
import { kinds, type ObjectOf, type SpecOf } from './group.ts';
import { API_VERSION, type KindName } from './names.ts';

export type { FieldProblem };

export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

export interface ParseOptions {
  /**
   * What becomes of fields that the kind does not have. `drop`: as the API server does. `refuse`: a problem each, with
   * the nearest known name; for files that a person wrote. Default: `drop`.
   */
  readonly unknownFields?: 'drop' | 'refuse';
}

/**
 * Checks an object as the API server does, and applies defaults. A status that does not fit (from another version of
 * the operator) is left out: nothing may hang on it.
 */
export function parseObject<K extends KindName>(
  kind: K,
  raw: unknown,
  options: ParseOptions = {},
): ParseResult<ObjectOf[K]> {
  const schema: z.ZodObject & z.ZodType<ObjectOf[K]> = kinds[kind].schema;
  const { status, ...rest } = (isRecord(raw) ? withoutNulls(raw) : {}) as Record<string, unknown>;
  if (rest['kind'] !== kind || rest['apiVersion'] !== API_VERSION) {
    const problem = {
      message: `must be ${kind} of ${API_VERSION}`,
      fix: `Begin with apiVersion: ${API_VERSION} and kind: ${kind}.`,
    };
    return { ok: false, problems: [{ path: 'kind', ...problem }] };
  }
  const known = schemaOf(kind);
  const unknown = options.unknownFields === 'refuse' ? unknownFields(known, rest) : [];
  const parsed = schema.safeParse(rest);
  if (!parsed.success || unknown.length > 0) {
    const issues = parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, known, rest));
    return { ok: false, problems: [...unknown.map((path) => unknownFieldProblem(path, known)), ...issues] };
  }
  const parsedStatus = schema.shape['status']?.safeParse(status);
  return {
    ok: true,
    value: { ...parsed.data, ...(parsedStatus?.data === undefined ? {} : { status: parsedStatus.data }) },
  };
}

/** What an update breaks: the rules that compare the new spec with the former one. */
export function validateUpdate<K extends KindName>(
  kind: K,
  former: SpecOf[K],
  next: SpecOf[K],
): readonly FieldProblem[] {
  return kinds[kind].transitions.filter((rule) => !rule.holds(next, former)).map(ruleProblem);
}

const schemas = new Map<KindName, StructuralSchema>();

function schemaOf(kind: KindName): StructuralSchema {
  const known = schemas.get(kind) ?? openApiSchema(kind);
  schemas.set(kind, known);
  return known;
}

/** The API server drops null from fields that may not be null; in lists it stays, and is refused. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== null && entry !== undefined)
      .map(([name, entry]) => [name, withoutNulls(entry)]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
