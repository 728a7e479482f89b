/** Text with a form: each function makes the schema of one kind of text that several of our kinds use. */
import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from './duration.ts';
import { withRules } from './rule.ts';

/** What a field says about itself: prose for people, and a value that is good. */
export interface FieldDoc {
  readonly description: string;
  readonly example?: unknown;
}

/** The form of a text. `expected` completes "must be …"; patterns are RE2, without look-around. */
export interface TextForm {
  readonly pattern: string;
  readonly maxLength: number;
  readonly expected: string;
  /**
   * People paste secrets into this field. The API server repeats a value that a `pattern` refuses, but not one that a
   * rule refuses: such a field has only the rule.
   */
  readonly mayHoldSecret?: true;
}

/** A text of a form. */
export function patterned(form: TextForm, doc: FieldDoc & { readonly example: string }) {
  return z
    .string()
    .max(form.maxLength)
    .regex(new RegExp(form.pattern), { error: `must be ${form.expected}` })
    .meta({
      description: doc.description,
      examples: [doc.example],
      expected: form.expected,
      ...(form.mayHoldSecret === undefined ? {} : { mayHoldSecret: form.mayHoldSecret }),
    });
}

const ADDRESS = { pattern: '^0x[0-9a-fA-F]{40}$', maxLength: 42, expected: '0x and 40 hexadecimal digits' };
const HASH = { pattern: '^0x[0-9a-f]{64}$', maxLength: 66, expected: '0x and 64 hexadecimal digits in lower case' };

/** An address on L1 or L2 as the user writes it. Case carries no meaning: compare in lower case. */
export function address(description: string, example = '0x8f23bb38f531600e5d8fddaaec41f13fab46e98c') {
  return patterned(ADDRESS, { description, example });
}

/** A block or transaction hash from status. */
export function observedHash(description: string) {
  return patterned(HASH, {
    description,
    example: '0x102de6ffb001480cc9b8b548fd05c34cd4f46ae4aa91759393db90ea0409887d',
  });
}

/** A chain id. JavaScript numbers are exact up to 2^53 - 1. */
export function chainId(description: string) {
  return z
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .meta({ description, examples: [11155111] });
}

const IS_DURATION = new RegExp(DURATION_PATTERN);

/** A duration; with `min` and `max` (inclusive) also within bounds. */
export function duration(description: string, options: { example: string; min?: string; max?: string }) {
  const { min, max } = options;
  const field = patterned(
    { pattern: DURATION_PATTERN, maxLength: 32, expected: 'a duration of whole numbers with h, m, s or ms' },
    { description, example: options.example },
  );
  const bounds = [
    ...(min === undefined ? [] : [{ limit: min, words: 'at least', cel: '>=', sign: 1 }]),
    ...(max === undefined ? [] : [{ limit: max, words: 'at most', cel: '<=', sign: -1 }]),
  ];
  if (bounds.length === 0) return field;
  return withRules(
    field,
    bounds.map(({ limit, words, cel, sign }) => ({
      cel: `!self.matches('${DURATION_PATTERN}') || duration(self) ${cel} duration('${limit}')`,
      holds: (self: string) => !IS_DURATION.test(self) || sign * (parseDuration(self) - parseDuration(limit)) >= 0,
      message: `must be ${words} ${limit}`,
      fix: `for example ${options.example}`,
    })),
  );
}

const DNS_LABEL = {
  pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$',
  maxLength: 63,
  expected: 'lower case letters, digits and -, beginning with a letter',
};
const DNS_SUBDOMAIN = {
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
  maxLength: 253,
  expected: 'lower case letters, digits, - and .',
};

/** Name of one of our objects. */
export function objectName(description: string, example: string) {
  return patterned(DNS_LABEL, { description, example });
}

/** Name of a ConfigMap, StorageClass or the like. */
export function resourceName(description: string, example: string, options: { mayHoldSecret?: true } = {}) {
  return patterned({ ...DNS_SUBDOMAIN, ...options }, { description, example });
}

/** Key of a Secret or ConfigMap. */
export function dataKey(description: string, example: string, options: { mayHoldSecret?: true } = {}) {
  return patterned(
    { pattern: '^[-._a-zA-Z0-9]+$', maxLength: 253, expected: "letters, digits, '-', '_' and '.'", ...options },
    { description, example },
  );
}

/** RFC 3339 time in UTC, from status. */
export function timestamp(description: string) {
  return patterned(
    {
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z$',
      maxLength: 40,
      expected: 'a time in UTC (RFC 3339)',
    },
    { description, example: '2026-11-22T14:03:05Z' },
  );
}

/** Free text without a form. */
export function text(description: string, maxLength: number) {
  return z.string().max(maxLength).meta({ description });
}
