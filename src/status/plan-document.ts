/**
 * The whole plan as people and programs read it before they decide: JSON in the ConfigMap `<network>-plan`, which
 * `status.plan` names and has no room for, with its digest: nobody else's edit is taken for it. Pure.
 */
import { createHash } from 'node:crypto';
import type { ObjectChange, Plan } from '../contract/plan.ts';
import { shortenedField } from '../contract/shortened-field.ts';

/** Key in the ConfigMap. */
export const PLAN_KEY = 'plan.json';
/** A ConfigMap holds 1 MiB. */
export const MAX_PLAN_BYTES = 512 * 1024;

interface Limits {
  /** Characters of a field's path and values. */
  readonly value: number;
  /** Fields of an object. */
  readonly fields: number;
}

const WHOLE: Limits = { value: Number.POSITIVE_INFINITY, fields: Number.POSITIVE_INFINITY };
/** What a plan that is too large is cut to, the first that is small enough. */
const SMALLER: readonly Limits[] = [
  ...[16_384, 4096, 1024, 256].map((value) => ({ ...WHOLE, value })),
  ...[20, 5, 0].map((fields) => ({ value: 256, fields })),
];

export function planConfigMapName(network: string): string {
  return `${network}-plan`;
}

/**
 * JSON of at most {@link MAX_PLAN_BYTES}. What gives way are ends of long values, then fields of objects, then objects,
 * and a warning says so.
 * @param plan without anything that is secret
 */
export function planDocument({ document: _, ...plan }: Plan, limit = MAX_PLAN_BYTES): string {
  const whole = serialise(plan);
  if (Buffer.byteLength(whole) <= limit) return whole;
  for (const limits of SMALLER) {
    const changes = plan.changes.map((change) => shortened(change, limits));
    const text = serialise({ ...plan, changes, warnings: [leftOut(plan.changes, limits), ...plan.warnings] });
    if (Buffer.byteLength(text) <= limit) return text;
  }
  const left = `${plan.changes.length} objects change, too many to be listed here`;
  return serialise({ ...plan, changes: [], warnings: [left, ...plan.warnings] });
}

export function documentDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type ReadPlan = { readonly plan: Plan } | { readonly not: 'of this plan' | 'as it was written' };

/** @param shown `status.plan` */
export function readPlanDocument(
  text: string | undefined,
  { hash, digest }: { readonly hash: string; readonly digest?: string | undefined },
): ReadPlan {
  const plan = parsed(text);
  if (plan?.hash !== hash) return { not: 'of this plan' };
  return documentDigest(text ?? '') === digest ? { plan } : { not: 'as it was written' };
}

function parsed(text = ''): Plan | undefined {
  try {
    const plan = JSON.parse(text) as Plan;
    return Array.isArray(plan.changes) && Array.isArray(plan.steps) ? plan : undefined;
  } catch {
    return undefined;
  }
}

function shortened(change: ObjectChange, { value, fields }: Limits): ObjectChange {
  const left = change.fields.length - fields;
  const shown = change.fields.slice(0, fields).map((field) => shortenedField(field, value));
  return { ...change, fields: left > 0 ? [...shown, { path: `… ${left} more` }] : shown };
}

function leftOut(changes: readonly ObjectChange[], { value, fields }: Limits): string {
  const left = changes.reduce((sum, change) => sum + Math.max(change.fields.length - fields, 0), 0);
  const cut = changes
    .flatMap((change) => change.fields.slice(0, fields))
    .filter((field) => shortenedField(field, value) !== field).length;
  return [
    'the plan is too large to be listed whole here',
    ...(cut > 0 ? [`of ${cut} fields only ${value} characters are shown, around the first difference`] : []),
    ...(left > 0 ? [`${left} fields are left out`] : []),
  ].join(': ');
}

function serialise(plan: Plan): string {
  return `${JSON.stringify(plan, null, 1)}\n`;
}
