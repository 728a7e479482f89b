import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/audit/record.ts';
import { logSink } from '../../src/audit/sinks.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { chainOf } from './chain-of-records.ts';

describe('the log as a second place for audit records', () => {
  const lines: { level: number; msg: string; audit: object; plan: string }[] = [];
  const sink = logSink(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }));
  const { records } = chainOf(2);

  it('keeps whole records, from which the chain can be verified', () => {
    for (const record of records) void sink(record, { chained: true });
    expect(lines.map(({ msg, plan }) => [msg, plan])).toEqual(
      records.map(({ planHash }) => ['Recorded audit entry', planHash]),
    );
    expect(verifyChain(lines.map(({ audit }) => canonical(audit)))).toMatchObject({ ok: true, records: 2 });
  });

  it('warns of a record that could not be chained', () => {
    for (const record of records.slice(0, 1)) void sink(record, { chained: false });
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      msg: 'Could not chain audit entry, the namespace is being deleted',
    });
  });
});
