/**
 * Checks a network's audit chain. Pure: lines in, findings out.
 *
 * Each record names the hash of the one before, so an edit, a gap, a swap or a record put in between shows. Whoever can
 * write the store can also recompute the whole chain, or cut off its end: only an anchor from another place (status,
 * Events, the log) shows that, which is why the result says what it does not prove.
 */
import { type AuditHead, canonical, EMPTY_HEAD, expectedHash, FIRST_PREV, parseObject, parseRecord } from './record.ts';

export type FindingKind = 'malformed' | 'edited' | 'missing' | 'order' | 'broken-link' | 'duplicate' | 'anchor';

export interface Finding {
  readonly kind: FindingKind;
  /** Position in the store, from 1. Absent for findings about an anchor. */
  readonly line?: number;
  readonly message: string;
}

/** A head that was seen earlier in another place. */
export interface Anchor extends AuditHead {
  /** Where it was kept: `status`, `event <name>`, `log`, … */
  readonly source: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly records: number;
  readonly head: AuditHead;
  readonly findings: readonly Finding[];
  /** What this result does not prove, as a sentence. */
  readonly notProven: string;
}

interface Link {
  readonly line: number;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly idempotencyKey: string;
}

/**
 * @param lines the records as they are stored, in the order of the store
 * @param anchors heads known from elsewhere
 */
export function verifyChain(lines: readonly string[], anchors: readonly Anchor[] = []): Verification {
  const findings: Finding[] = [];
  const links: Link[] = [];
  for (const [index, text] of lines.entries()) {
    const link = readLine(text, index + 1, findings);
    if (link) links.push(link);
  }
  checkSequence(links, findings);
  checkKeys(links, findings);
  const last = links.at(-1);
  const head = last ? { seq: last.seq, hash: last.hash } : EMPTY_HEAD;
  checkAnchors(anchors, links, head, findings);
  return { ok: findings.length === 0, records: links.length, head, findings, notProven: notProven(anchors, head) };
}

function readLine(text: string, line: number, findings: Finding[]): Link | undefined {
  const record = parseObject(text);
  const link = parseRecord(text);
  if (!record || !link) {
    findings.push({ kind: 'malformed', line, message: `Line ${line} is not an audit record` });
    return undefined;
  }
  const { seq, prev, hash, idempotencyKey } = link;
  const expected = hashOrUndefined(record);
  // The text is compared too: a second field of the same name would vanish in parsing.
  if (expected !== hash || canonical(record) !== text) {
    findings.push({
      kind: 'edited',
      line,
      message: `Record ${seq} (line ${line}) was edited: it does not match its hash`,
    });
  }
  return { line, seq, prev, hash: expected ?? hash, idempotencyKey };
}

function hashOrUndefined(record: Record<string, unknown>): string | undefined {
  try {
    return expectedHash(record);
  } catch {
    return undefined;
  }
}

function checkSequence(links: readonly Link[], findings: Finding[]): void {
  let before: AuditHead = EMPTY_HEAD;
  for (const link of links) {
    if (link.seq > before.seq + 1) {
      const missing =
        link.seq - 1 === before.seq + 1 ? `Record ${link.seq - 1} is` : `Records ${before.seq + 1}–${link.seq - 1} are`;
      findings.push({ kind: 'missing', line: link.line, message: `${missing} missing before line ${link.line}` });
    } else if (link.seq <= before.seq) {
      findings.push({
        kind: 'order',
        line: link.line,
        message: `Record ${link.seq} (line ${link.line}) comes after record ${before.seq}`,
      });
    } else if (link.prev !== before.hash) {
      const former = before.hash === FIRST_PREV ? 'the beginning' : `record ${before.seq}`;
      findings.push({
        kind: 'broken-link',
        line: link.line,
        message: `Record ${link.seq} (line ${link.line}) does not follow from ${former}`,
      });
    }
    before = link;
  }
}

function checkKeys(links: readonly Link[], findings: Finding[]): void {
  const seen = new Map<string, number>();
  for (const link of links) {
    const first = seen.get(link.idempotencyKey);
    if (first !== undefined) {
      findings.push({
        kind: 'duplicate',
        line: link.line,
        message: `Record ${link.seq} (line ${link.line}) repeats what record ${first} says`,
      });
    } else {
      seen.set(link.idempotencyKey, link.seq);
    }
  }
}

function checkAnchors(anchors: readonly Anchor[], links: readonly Link[], head: AuditHead, findings: Finding[]): void {
  const hashes = new Map<number, string>([[0, FIRST_PREV]]);
  for (const link of links) hashes.set(link.seq, link.hash);
  for (const anchor of anchors) {
    const hash = hashes.get(anchor.seq);
    if (hash === anchor.hash) continue;
    const what =
      hash !== undefined
        ? `record ${anchor.seq} has another hash than the anchor`
        : anchor.seq > head.seq
          ? `the chain ends at record ${head.seq}, the anchor knows record ${anchor.seq}: the end was cut off`
          : `record ${anchor.seq} of the anchor is missing`;
    findings.push({ kind: 'anchor', message: `Anchor from ${anchor.source}: ${what}` });
  }
}

function notProven(anchors: readonly Anchor[], head: AuditHead): string {
  const newest = anchors.reduce<Anchor | undefined>((a, b) => (a && a.seq >= b.seq ? a : b), undefined);
  if (!newest || newest.seq === 0) {
    return (
      'Without an anchor from another place this proves that the records fit together, ' +
      'not that none was cut off the end and not that the whole chain was not rewritten.'
    );
  }
  const rest = newest.seq < head.seq ? ` Records after ${newest.seq} could have been rewritten or cut off.` : '';
  return (
    `Proven up to record ${newest.seq}, as far as the anchor (${newest.source}) ` +
    `was out of reach of whoever can write the store.${rest}`
  );
}
