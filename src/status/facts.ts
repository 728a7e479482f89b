/** When what is seen of a component is written into its status: signs at once, numbers that move at most once a minute. */
import { isDeepStrictEqual } from 'node:util';
import { timestamp } from './conditions.ts';

/** Numbers are written at most once a minute; what is no number at once. */
export const NUMBERS_EVERY_MS = 60_000;

export interface Facts<S> {
  /** Fields of the status that the observation owns; undefined takes one away. */
  readonly fields: { readonly [K in keyof S]?: S[K] | undefined };
  /** Of a status: everything that is no moving number. */
  readonly signs: (status: S) => unknown;
}

/** @returns the whole status as it shall be; undefined when there is nothing to write, or not yet */
export function withFacts<S extends { updatedAt?: string | undefined }>(
  status: S,
  { fields, signs }: Facts<S>,
  now: Date,
): S | undefined {
  const next = plain({ ...status, ...fields });
  if (isDeepStrictEqual(next, plain(status))) return undefined;
  const due = now.getTime() - (Date.parse(status.updatedAt ?? '') || 0) >= NUMBERS_EVERY_MS;
  if (!due && isDeepStrictEqual(plain(signs(next)), plain(signs(status)))) return undefined;
  return { ...next, updatedAt: timestamp(now) };
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
