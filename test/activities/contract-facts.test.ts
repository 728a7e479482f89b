import { expect, test } from 'vitest';
import { playedGameTypes } from '../../src/activities/gather/contract-facts.ts';
import type { Verified } from '../../src/activities/gather/rolled-out.ts';
import { devnet, renderInput } from '../render/render-input.ts';
import { object } from '../render/rendered.ts';

/** A challenger as it is rolled out, with other variables. */
function rolledOut(rename: (variable: string) => string): Verified[] {
  const set = structuredClone<unknown>(object(renderInput(devnet()), 'StatefulSet', 'devnet-challenger')) as {
    spec: { template: { spec: { containers: { env: { name: string }[] }[] } } };
  };
  for (const { env } of set.spec.template.spec.containers) {
    for (const variable of env) variable.name = rename(variable.name);
  }
  const component = { kind: 'OpChallenger', name: 'devnet-challenger' };
  return [{ component, render: { objects: [set] } }] as unknown as Verified[];
}

test.each(['OP_CHALLENGER_GAME_TYPES', 'OP_CHALLENGER_TRACE_TYPE'])(
  'the types that a challenger plays are known from %s, however its operator called it',
  (name) => {
    const types = /^OP_CHALLENGER_(GAME_TYPES|TRACE_TYPE)$/;
    expect(playedGameTypes(rolledOut((variable) => variable.replace(types, name)))('devnet-challenger')).toEqual([
      'permissioned',
    ]);
  },
);
