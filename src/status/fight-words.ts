/** Who keeps undoing a repair, and what to do about it. Pure, without imports that a workflow may not have. */
import type { ObjectChange } from '../contract/plan.ts';

const MAX_OBJECTS = 6;
const MAX_PATHS = 4;
const MAX_MANAGERS = 4;

/** `argocd-controller keeps changing spec.replicas of StatefulSet/acme; somebody keeps deleting Service/acme`. */
export function fightSentence(changes: readonly ObjectChange[]): string {
  const words = changes.slice(0, MAX_OBJECTS).map(({ object, action, fields, editedBy = [] }) => {
    if (action === 'create') return `somebody keeps deleting ${object}`;
    const paths = fields.map(({ path }) => path);
    const what = paths.length === 0 ? object : `${firstOf(paths, MAX_PATHS)} of ${object}`;
    const who =
      editedBy.length === 0 ? 'somebody keeps' : `${managers(editedBy)} ${editedBy.length > 1 ? 'keep' : 'keeps'}`;
    return `${who} changing ${what}`;
  });
  const more = changes.length - MAX_OBJECTS;
  return `${words.join('; ')}${more > 0 ? `; and so it goes with ${more} more objects` : ''}`;
}

/** What ends it, as a clause. */
export function wayOutOfFight(changes: readonly ObjectChange[]): string {
  const known = [...new Set(changes.flatMap(({ editedBy = [] }) => editedBy))];
  if (known.length === 0) return 'find out who it is (the audit log of the API server knows)';
  return `tell ${managers(known)} to leave it alone (an autoscaler: delete it; Argo CD or Flux: ignore the field), or set it in the spec`;
}

function managers(names: readonly string[]): string {
  return firstOf(names, MAX_MANAGERS, ' and ');
}

function firstOf(all: readonly string[], max: number, separator = ', '): string {
  const more = all.length - max;
  return `${all.slice(0, max).join(separator)}${more > 0 ? ` and ${more} more` : ''}`;
}
