import { expect, expectTypeOf, test } from 'vitest';
import { PLAN_KINDS } from '../../src/api/approval.ts';
import { openApiSchema } from '../../src/api/crd/definition.ts';
import { schemaAt } from '../../src/api/crd/lookup.ts';
import { kinds } from '../../src/api/group.ts';
import { KIND_NAMES } from '../../src/api/names.ts';
import { SKIPPABLE_GATES } from '../../src/api/rollout.ts';
import * as contract from '../../src/contract/plan.ts';

test('the API and the contract know the same kinds of plans', () => {
  expectTypeOf<contract.PlanKind>().toEqualTypeOf<(typeof PLAN_KINDS)[number]>();
  const policies = schemaAt(openApiSchema('OptimismNetwork'), ['spec', 'approval'])?.properties ?? {};
  for (const kind of PLAN_KINDS) expect(policies[kind]?.enum).toEqual(['Automatic', 'Required']);
});

test('a spec may skip every gate but those that guard against two of something', () => {
  const skippable = contract.GATES.filter((gate) => !contract.UNSKIPPABLE_GATES.includes(gate));
  expect([...SKIPPABLE_GATES].sort()).toEqual([...skippable].sort());
});

test('kinds are in the table under their own name', () => {
  for (const kind of KIND_NAMES)
    expect(kinds[kind]).toMatchObject({ kind, singular: kind.toLowerCase(), plural: `${kind.toLowerCase()}s` });
  expect(KIND_NAMES.map((kind) => kinds[kind].shortNames)).toEqual([['opnet'], ['opn'], ['opb'], ['opp'], ['opc']]);
});
