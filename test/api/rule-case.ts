/** A rule of the API with a change that keeps it and one that breaks it, and values that cases share. */
import type { KindName } from '../../src/api/names.ts';
import type { Changes } from './sample-objects.ts';

export interface RuleCase {
  /** The rule as a sentence. */
  readonly rule: string;
  readonly kind: KindName;
  readonly good: Changes;
  readonly bad: Changes;
  /** How the refusal begins: field and words. */
  readonly says: string;
}

export const KEY = `0x${'ab'.repeat(32)}`;
export const SIGNER = { secretKeyRef: { name: 'acme-keys', key: 'k' } };
export const REMOTE = { endpoint: 'https://signer:8080', address: '0x8f23bb38f531600e5d8fddaaec41f13fab46e98c' };

/** A case in one line. */
export function casesOf(kind: KindName) {
  return (rule: string, good: Changes, bad: Changes, says: string): RuleCase => ({ rule, kind, good, bad, says });
}
