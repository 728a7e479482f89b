import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parseObject } from '../../src/api/parse.ts';
import { type ApiServer, connectApiServer } from './api-server.ts';
import { RULE_CASES } from './rule-cases.ts';
import { sample } from './sample-objects.ts';
import { allFields, rulesOf } from './schema-fields.ts';
import { TRANSITION_CASES } from './transition-cases.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await connectApiServer(inject('kubeconfigPath'));
});
afterAll(async () => {
  await server.close();
});

describe.each(RULE_CASES)('$kind: $rule', ({ kind, good, bad, says }) => {
  test('the good object is accepted by the API server and by us', async () => {
    expect(await server.judge(sample(kind, good))).toMatchObject({ accepted: true });
    expect(parseObject(kind, sample(kind, good))).toMatchObject({ ok: true });
  });

  test('the bad one is refused by both in the same words', async () => {
    const verdict = await server.judge(sample(kind, bad));
    expect(verdict.accepted).toBe(false);
    const causes = verdict.causes.map(withoutValue);
    expect(
      causes.some((cause) => cause.startsWith(says)),
      causes.join('\n'),
    ).toBe(true);
    const parsed = parseObject(kind, sample(kind, bad));
    const problems = parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path}: ${message}`);
    expect(
      problems.some((problem) => problem.startsWith(says)),
      problems.join('\n'),
    ).toBe(true);
  });
});

test('there is a case for every rule', () => {
  const said = [...RULE_CASES, ...TRANSITION_CASES].map(({ says }) => says.slice(says.indexOf(': ') + 2));
  const missing = allFields().flatMap((field) =>
    rulesOf(field)
      .filter(({ message }) => !said.some((words) => message.startsWith(words)))
      .filter(({ message }) => !/^must be at (least|most) /.test(message))
      .map(({ message }) => `${field.kind} ${field.path.join('.')}: ${message}`),
  );
  expect(missing).toEqual([]);
});

/** `spec.x: Invalid value: "object": words` → `spec.x: words` */
function withoutValue(cause: string): string {
  return cause.replace(/: Invalid value: ("[^"]*"|[-0-9.]+): /, ': ');
}
