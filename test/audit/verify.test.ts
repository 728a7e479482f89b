import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_HEAD, expectedHash, makeRecord, recordLine } from '../../src/audit/record.ts';
import { verifyChain } from '../../src/audit/verify.ts';
import { chainOf, entry } from './chain-of-records.ts';

const LENGTH = 12;
const sound = chainOf(LENGTH);
const headAnchor = { ...lastOf(sound.records), source: 'status' };

function lastOf<T>(list: readonly T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new Error('empty list');
  return last;
}

/** One change of the stored chain by somebody who does not recompute the rest. */
const mutation: fc.Arbitrary<{ what: string; lines: string[] }> = fc.oneof(
  index().map((i) => ({ what: `drop line ${i}`, lines: sound.lines.toSpliced(i, 1) })),
  fc
    .tuple(index(), index())
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => {
      const lines = [...sound.lines];
      [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
      return { what: `swap lines ${a} and ${b}`, lines };
    }),
  fc.tuple(index(), index()).map(([from, to]) => ({
    what: `copy line ${from} to ${to}`,
    lines: sound.lines.toSpliced(to, 0, sound.lines[from] ?? ''),
  })),
  fc.tuple(index(), field(), fc.jsonValue()).map(([i, key, value]) => ({
    what: `set ${key} of line ${i} to ${JSON.stringify(value)}`,
    lines: sound.lines.with(i, JSON.stringify({ ...sound.records[i], [key]: value })),
  })),
  fc.tuple(index(), field()).map(([i, key]) => {
    const { [key]: _, ...rest } = { ...sound.records[i] } as Record<string, unknown>;
    return { what: `remove ${key} of line ${i}`, lines: sound.lines.with(i, JSON.stringify(rest)) };
  }),
  fc.tuple(index(), fc.nat()).map(([i, at]) => {
    const line = sound.lines[i] ?? '';
    const position = at % line.length;
    const flipped = String.fromCharCode(line.charCodeAt(position) ^ 1);
    return {
      what: `flip a bit at ${position} of line ${i}`,
      lines: sound.lines.with(i, line.slice(0, position) + flipped + line.slice(position + 1)),
    };
  }),
  // Edited by somebody who knows to recompute the record's own hash, but not all that follow.
  fc.tuple(fc.integer({ min: 0, max: LENGTH - 1 }), fc.string({ minLength: 1 })).map(([i, actor]) => {
    const { hash: _, ...fields } = { ...sound.records[i], actor: `not ana ${actor}` };
    return {
      what: `edit and re-hash line ${i}`,
      lines: sound.lines.with(i, recordLine({ ...fields, hash: expectedHash(fields) } as never)),
    };
  }),
);

function index(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: LENGTH - 1 });
}

function field(): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.keys(lastOf(sound.records)), 'comment');
}

describe('verifying an audit chain', () => {
  it('finds nothing in a sound one', () => {
    const result = verifyChain(sound.lines, [headAnchor]);
    expect(result).toMatchObject({ ok: true, records: LENGTH, findings: [], head: { seq: LENGTH } });
  });

  it('finds nothing in an empty one', () => {
    expect(verifyChain([])).toMatchObject({ ok: true, records: 0, head: EMPTY_HEAD });
  });

  it('finds every single change when the head is anchored elsewhere', () => {
    fc.assert(
      fc.property(mutation, ({ what, lines }) => {
        fc.pre(lines.join('\n') !== sound.lines.join('\n'));
        expect(verifyChain(lines, [headAnchor]).ok, what).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds every single change without an anchor too, except at the end of the chain', () => {
    fc.assert(
      fc.property(mutation, ({ what, lines }) => {
        const result = verifyChain(lines);
        const isPrefix = result.ok && lines.slice(0, -1).every((line, i) => line === sound.lines[i]);
        expect(result.ok === false || isPrefix, what).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('says which records are missing', () => {
    expect(messages(sound.lines.toSpliced(3, 2))).toContain('Records 4–5 are missing before line 4');
    expect(messages(sound.lines.slice(2))).toContain('Records 1–2 are missing before line 1');
  });

  it('says which record was edited', () => {
    const edited = sound.lines.with(4, (sound.lines[4] ?? '').replace('"ana"', '"eve"'));
    expect(messages(edited)[0]).toBe('Record 5 (line 5) was edited: it does not match its hash');
  });

  it('says that the end was cut off when an anchor knows more', () => {
    const result = verifyChain(sound.lines.slice(0, 5), [headAnchor]);
    expect(result.findings).toEqual([
      {
        kind: 'anchor',
        message: 'Anchor from status: the chain ends at record 5, the anchor knows record 12: the end was cut off',
      },
    ]);
  });

  it('finds a complete rewrite only by an anchor, and says so without one', () => {
    let head = EMPTY_HEAD;
    const rewritten = sound.records.map((_, n) => {
      const record = makeRecord(entry(n, { actor: 'eve' }), head, 'uid-1', new Date(0));
      head = record;
      return recordLine(record);
    });
    const alone = verifyChain(rewritten);
    expect(alone.ok).toBe(true);
    expect(alone.notProven).toContain('not that the whole chain was not rewritten');
    expect(verifyChain(rewritten, [headAnchor]).findings[0]?.message).toContain('has another hash than the anchor');
  });

  it('says how far an older anchor reaches', () => {
    const anchor = { seq: 5, hash: sound.records[4]?.hash ?? '', source: 'event acme.1' };
    expect(verifyChain(sound.lines, [anchor]).notProven).toContain('Records after 5 could have been rewritten');
  });

  it('finds a second field of the same name, which parsing would hide', () => {
    const line = (sound.lines[2] ?? '').replace('"actor":"ana"', '"actor":"eve","actor":"ana"');
    expect(verifyChain(sound.lines.with(2, line)).findings[0]?.kind).toBe('edited');
  });

  it('finds the same happening recorded twice', () => {
    const again = makeRecord(entry(0), lastOf(sound.records), 'uid-1', new Date(0));
    expect(messages([...sound.lines, recordLine(again)])).toEqual(['Record 13 (line 13) repeats what record 1 says']);
  });
});

function messages(lines: readonly string[]): string[] {
  return verifyChain(lines).findings.map(({ message }) => message);
}
