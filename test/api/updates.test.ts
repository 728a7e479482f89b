import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { KindName, SpecOf } from '../../src/api/group.ts';
import { kinds } from '../../src/api/group.ts';
import { parseObject, validateUpdate } from '../../src/api/parse.ts';
import { type ApiServer, connectApiServer } from './api-server.ts';
import { type Changes, sample } from './sample-objects.ts';
import { TRANSITION_CASES } from './transition-cases.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(async () => {
  await server.close();
});

describe.each(TRANSITION_CASES.map((entry, index) => ({ ...entry, name: `case-${index}` })))(
  '$kind: $rule',
  ({ kind, before, good, bad, says, name }) => {
    beforeAll(async () => {
      await server.create(sample(kind, before, name));
    });

    test('an update that keeps it is accepted by the API server and by us', async () => {
      expect(await server.judgeUpdate(sample(kind, good, name))).toMatchObject({ accepted: true });
      expect(validateUpdate(kind, spec(kind, before), spec(kind, good))).toEqual([]);
    });

    test('an update that breaks it is refused by both in the same words, with the way out', async () => {
      const changed = sample(kind, bad, name);
      // A merge patch takes a field away only where it says null.
      const verdict = await server.judgeUpdate({
        ...changed,
        spec: withNulls(sample(kind, before).spec, changed.spec),
      });
      const causes = verdict.causes.map((cause) => cause.replace(/: Invalid value: "[^"]*": /, ': '));
      expect(
        causes.some((cause) => cause.startsWith(says)),
        causes.join('\n'),
      ).toBe(true);
      const problems = validateUpdate(kind, spec(kind, before), spec(kind, bad));
      expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([expect.stringContaining(says)]);
      expect(problems[0]?.fix).toMatch(/create/i);
    });
  },
);

test('every rule about updates has a case', () => {
  for (const { kind, transitions } of Object.values(kinds)) {
    const said = TRANSITION_CASES.filter((entry) => entry.kind === kind).map(({ says }) => says);
    for (const { field, message } of transitions) {
      expect(
        said.some((words) => `spec.${field}: ${message}`.startsWith(words)),
        `${kind} ${field}`,
      ).toBe(true);
    }
  }
});

function spec<K extends KindName>(kind: K, changes: Changes): SpecOf[K] {
  const result = parseObject(kind, sample(kind, changes));
  if (!result.ok) throw new Error(`the sample is not valid: ${JSON.stringify(result.problems)}`);
  return result.value.spec as SpecOf[K];
}

/** `after`, with null for every field of `before` that is gone. */
function withNulls(before: unknown, after: unknown): Record<string, unknown> {
  const [old, next] = [before, after] as Record<string, unknown>[];
  const merged: Record<string, unknown> = { ...next };
  for (const [name, value] of Object.entries(old ?? {})) {
    if (next?.[name] === undefined) merged[name] = null;
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      merged[name] = withNulls(value, next[name]);
  }
  return merged;
}
