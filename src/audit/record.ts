/** Audit records and their hash chain. Pure: no I/O, no clock. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

export const AUDIT_TYPES = [
  'planProposed',
  'planApproved',
  'planRejected',
  'planExpired',
  'planSuperseded',
  'repairHeld',
  'planStarted',
  'planFinished',
  'decisionRefused',
  'stepStarted',
  'stepFinished',
  'stepFailed',
  'halted',
  'retried',
  'rolledBack',
  'aborted',
  'paused',
  'resumed',
  'gateSkipped',
  'fencingConfirmed',
  'blocksGivenUp',
  'transactionSent',
  'transactionConfirmed',
  'handOver',
  'keyRetired',
  'driftFound',
  'contractsChanged',
  'settingsChanged',
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** What somebody wants on record. No secrets: references, addresses and hashes only. */
export interface AuditEntry {
  readonly type: AuditType;
  /** Run, step, type and n of what is recorded: the same key is recorded once, however often it is appended. */
  readonly idempotencyKey: string;
  readonly planHash?: string;
  readonly step?: string;
  readonly outcome?: string;
  /** Who, as claimed or verified; absent: the operator itself. */
  readonly actor?: string;
  /** The way it came: `Kubernetes`, `Temporal`, `Policy`, `Inherited`. */
  readonly via?: string;
  readonly details: { readonly [key: string]: JsonValue | undefined };
  readonly workflowId: string;
  readonly runId: string;
}

/** One link of the chain, as it is stored. */
export interface AuditRecord extends AuditEntry {
  /** 1 for the first record of a network, then without gaps. */
  readonly seq: number;
  /** RFC 3339, the appender's clock: informative, the order is `seq`. */
  readonly time: string;
  readonly networkUid: string;
  /** Hash of the record before; {@link FIRST_PREV} for the first. */
  readonly prev: string;
  /** SHA-256 (hex) of the canonical JSON (RFC 8785) of all other fields. */
  readonly hash: string;
}

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** `prev` of a network's first record. */
export const FIRST_PREV = '0'.repeat(64);

/** The head of a chain without records. */
export const EMPTY_HEAD: AuditHead = { seq: 0, hash: FIRST_PREV };

/** Details larger than this are replaced by their digest and beginning: a record must never be what stops a step. */
export const MAX_DETAILS_BYTES = 16 * 1024;
const PREVIEW_CHARACTERS = 2000;
const MAX_FIELD_CHARACTERS = 1000;

/** Makes the record that follows `head`. */
export function makeRecord(entry: AuditEntry, head: AuditHead, networkUid: string, time: Date): AuditRecord {
  const fields = {
    ...bounded(entry),
    seq: head.seq + 1,
    time: time.toISOString(),
    networkUid,
    prev: head.hash,
  };
  return { ...fields, hash: hashOf(fields) };
}

/** One line of the store: canonical JSON, so that the same record is always the same text. */
export function recordLine(record: AuditRecord): string {
  return canonical(record);
}

/**
 * Reads a stored line. Checks what a link of the chain needs, not its hash: that is `verifyChain`'s business.
 * @returns undefined when the line is no record
 */
export function parseRecord(line: string): AuditRecord | undefined {
  const value = parseObject(line);
  return value && LINK_FIELDS.every(([field, type]) => typeof value[field] === type) && isObject(value['details'])
    ? (value as unknown as AuditRecord)
    : undefined;
}

/** The JSON object in `text`, or undefined when it holds anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The hash that a stored record must have: over everything in it but `hash`, fields that we do not know included. */
export function expectedHash(record: Readonly<Record<string, unknown>>): string {
  const { hash: _, ...fields } = record;
  return hashOf(fields);
}

/** Canonical JSON (RFC 8785). @throws TypeError when the value has no JSON form */
export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('A value without a JSON form cannot be recorded');
  return text;
}

const LINK_FIELDS = [
  ['seq', 'number'],
  ['prev', 'string'],
  ['hash', 'string'],
  ['idempotencyKey', 'string'],
  ['type', 'string'],
  ['workflowId', 'string'],
] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hashOf(fields: unknown): string {
  return createHash('sha256').update(canonical(fields)).digest('hex');
}

function bounded(entry: AuditEntry): AuditEntry {
  // Lone surrogates (half of a cut emoji) have no canonical form.
  const wellFormed = JSON.parse(JSON.stringify(entry), (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  ) as AuditEntry;
  return { ...boundedFields(wellFormed), details: boundedDetails(wellFormed.details) };
}

/** Fields that may hold what somebody typed. Keys and ids are never cut: they are compared. */
const CUT_FIELDS: readonly string[] = ['actor', 'outcome'] satisfies (keyof AuditEntry)[];

function boundedFields(entry: AuditEntry): AuditEntry {
  const fields = Object.entries(entry).map(([key, value]) => [
    key,
    CUT_FIELDS.includes(key) && value.length > MAX_FIELD_CHARACTERS ? cut(value, MAX_FIELD_CHARACTERS) : value,
  ]);
  return Object.fromEntries(fields) as AuditEntry;
}

function boundedDetails(details: AuditEntry['details']): AuditEntry['details'] {
  const text = canonical(details);
  if (Buffer.byteLength(text) <= MAX_DETAILS_BYTES) return details;
  return {
    truncated: true,
    sha256: createHash('sha256').update(text).digest('hex'),
    bytes: Buffer.byteLength(text),
    beginning: cut(text, PREVIEW_CHARACTERS),
  };
}

function cut(text: string, length: number): string {
  return `${text.slice(0, length)}…`.toWellFormed();
}
