import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { KIND_NAMES } from '../../src/api/names.ts';
import { parseObject } from '../../src/api/parse.ts';
import { type ApiServer, connectApiServer } from './api-server.ts';
import { arbitraryObject } from './arbitrary-objects.ts';
import { sample } from './sample-objects.ts';

const RUNS = 120;

let server: ApiServer;
beforeAll(async () => {
  server = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(async () => {
  await server.close();
});

describe.each(KIND_NAMES)('%s', (kind) => {
  test('we accept what the API server accepts, with the same defaults, and nothing else', async () => {
    const seen = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(arbitraryObject(kind, 'spec'), async (object) => {
        const verdict = await server.judge(object);
        const parsed = parseObject(kind, object);
        seen[verdict.accepted ? 'accepted' : 'refused']++;
        expect(parsed.ok, parsed.ok ? verdict.causes.join('\n') : JSON.stringify(parsed.problems)).toBe(
          verdict.accepted,
        );
        if (parsed.ok) expect(parsed.value.spec).toEqual(withAmountsAsText(verdict.object?.['spec']));
      }),
      { numRuns: RUNS },
    );
    // A property that only ever sees one side says nothing about the other.
    expect(seen.accepted).toBeGreaterThan(RUNS / 10);
    expect(seen.refused).toBeGreaterThan(RUNS / 10);
  });

  test('a status that we take for valid can be written', async () => {
    await server.create(sample(kind, {}, 'status'));
    await fc.assert(
      fc.asyncProperty(arbitraryObject(kind, 'status'), async (changed) => {
        const object = { ...changed, status: changed['status'] ?? {} };
        const verdict = await server.judgeUpdate({ ...object, metadata: { name: 'status' } }, 'status');
        const parsed = parseObject(kind, object);
        expect(parsed.ok && parsed.value.status !== undefined, verdict.causes.join('\n')).toBe(verdict.accepted);
      }),
      { numRuns: RUNS / 3 },
    );
  });
});

/** Amounts are read as text, however they were written. */
function withAmountsAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAmountsAsText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      name === 'requests' || name === 'limits' ? asText(entry) : withAmountsAsText(entry),
    ]),
  );
}

function asText(amounts: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
}
