/** All generations of the L1 contracts that discovery knows, newest first. A new one is a file and a line here. */
import { type Generation, type Getter, nameOf } from './generation.ts';
import { v1_2 } from './v1-2.ts';
import { v1_3 } from './v1-3.ts';
import { v1_4 } from './v1-4.ts';
import { v1_8 } from './v1-8.ts';
import { v2 } from './v2.ts';
import { v3 } from './v3.ts';
import { v4_0, v4_1 } from './v4.ts';
import { v5 } from './v5.ts';
import { v6 } from './v6.ts';
import { v7 } from './v7.ts';
import { v8 } from './v8.ts';

const GENERATIONS: readonly Generation[] = [v8, v7, v6, v5, v4_1, v4_0, v3, v2, v1_8, v1_4, v1_3, v1_2];

export const NEWEST_GENERATION = v8;

type Contract = 'systemConfig' | 'portal';

export const SYSTEM_CONFIG_GETTERS: readonly Getter[] = allOf('systemConfig');
export const PORTAL_GETTERS: readonly Getter[] = allOf('portal');

/** Each once: what was removed may come back. */
function allOf(contract: Contract): readonly Getter[] {
  const all = GENERATIONS.flatMap((generation) => generation[contract]);
  return [...new Map(all.map((getter) => [nameOf(getter), getter])).values()];
}

/**
 * The newest generation whose SystemConfig getters are there.
 * @param answers whether the SystemConfig has a getter
 */
export function generationOf(answers: (getter: string) => boolean): Generation | undefined {
  const fits = ({ recognisedBy: { has, lacks = [] } }: Generation) => has.every(answers) && !lacks.some(answers);
  return GENERATIONS.find(fits);
}

/** Everything that a contract of a generation answers, as far as it is asked for. */
export function gettersOf(generation: Generation, contract: Contract): readonly Getter[] {
  const upTo = GENERATIONS.slice(GENERATIONS.indexOf(generation)).toReversed();
  return upTo.reduce<readonly Getter[]>(
    (known, next) => [...known.filter((getter) => !next.removed?.includes(nameOf(getter))), ...next[contract]],
    [],
  );
}
