import { type AuditEntry, type AuditRecord, EMPTY_HEAD, makeRecord, recordLine } from '../../src/audit/record.ts';

const TYPES = ['planProposed', 'planApproved', 'stepStarted', 'stepFinished', 'handOver'] as const;

export function entry(n: number, fields: Partial<AuditEntry> = {}): AuditEntry {
  return {
    type: TYPES[n % TYPES.length] ?? 'stepStarted',
    idempotencyKey: `run-1/step-${n}/1`,
    planHash: 'ab'.repeat(32),
    step: `${n}-apply/acme`,
    actor: 'ana',
    details: { message: `applied object ${n}`, gap: n % 3 },
    workflowId: 'optimismnetwork/prod/chains/acme/rollout-1',
    runId: 'run-1',
    ...fields,
  };
}

/** A sound chain of `length` records, as stored lines. */
export function chainOf(length: number, networkUid = 'uid-1'): { records: AuditRecord[]; lines: string[] } {
  const records: AuditRecord[] = [];
  for (let n = 0; n < length; n++) {
    const head = records.at(-1) ?? EMPTY_HEAD;
    records.push(makeRecord(entry(n), head, networkUid, new Date(Date.UTC(2026, 10, 22, 12, 0, n))));
  }
  return { records, lines: records.map(recordLine) };
}
