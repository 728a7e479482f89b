/** What happens to an object, in words for pages and terminals. Pure. */
import type { ObjectChange } from '../contract/plan.ts';

type Field = ObjectChange['fields'][number];

export const CHANGE_SIGNS: Readonly<Record<ObjectChange['action'], string>> = {
  create: '+',
  change: '~',
  delete: '-',
  recreate: '±',
};

/** `spec.replicas: "1" → "3"`; the path alone where values are not known, as of what has drifted. */
export function fieldWords({ path, from, to }: Field): string {
  return from === undefined && to === undefined ? path : `${path}: ${valueWords(from)} → ${valueWords(to)}`;
}

function valueWords(value: string | undefined): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
