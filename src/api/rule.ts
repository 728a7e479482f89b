/**
 * Rules that one field alone can't express. Each exists twice under one name: as CEL, which the API server evaluates,
 * and as a function over the parsed value, which the operator and the command line evaluate. A property test on a real
 * API server holds the two against each other.
 */
import type { z } from 'zod';

export interface Rule<T> {
  /** CEL over `self`, the value with defaults applied. True: fine. */
  readonly cel: string;
  /** Twin of `cel`. */
  readonly holds: (self: T) => boolean;
  /** What is wrong; with `fix` at most 2048 characters, no line breaks (API server). */
  readonly message: string;
  /** What to do, with an example of a good value; begins in lower case, without a full stop. */
  readonly fix: string;
  /** Field below `self` that the message is about, e.g. `signer` or `p2p.staticPeers`. Absent: self. */
  readonly field?: string;
}

/** A rule about an update. Both sides are parsed specs. */
export interface TransitionRule<Spec> {
  /** CEL over `self` and `oldSelf`, both the spec. */
  readonly cel: string;
  readonly holds: (self: Spec, oldSelf: Spec) => boolean;
  readonly message: string;
  /** The way out for those who need the change after all. */
  readonly fix: string;
  readonly field: string;
}

/** One entry of `x-kubernetes-validations`. */
export interface CelValidation {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

export function celValidation(rule: { cel: string; message: string; fix: string; field?: string }): CelValidation {
  return {
    rule: rule.cel,
    message: `${rule.message}${rule.fix.startsWith('for example') ? ',' : ';'} ${rule.fix}`,
    ...(rule.field === undefined ? {} : { fieldPath: `.${rule.field}` }),
  };
}

/** The schema with the rules as refinements and, as metadata for the generator, as CEL. */
export function withRules<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  return schema
    .superRefine((value, context) => {
      for (const rule of rules) {
        if (rule.holds(value)) continue;
        const { message, fix, field } = rule;
        context.addIssue({ code: 'custom', message, path: field?.split('.') ?? [], input: value, params: { fix } });
      }
    })
    .meta({ 'x-kubernetes-validations': [...celValidationsOf(schema), ...rules.map(celValidation)] });
}

/** The rules that a schema already has. */
export function celValidationsOf(schema: z.ZodType): readonly CelValidation[] {
  return (schema.meta()?.['x-kubernetes-validations'] ?? []) as readonly CelValidation[];
}

/** How many of the values are set. */
export function countPresent(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}

/** CEL for "exactly one of these fields of self is set". */
export function celExactlyOne(...fields: readonly string[]): string {
  return `[${fields.map((field) => `has(self.${field})`).join(', ')}].filter(present, present).size() == 1`;
}
