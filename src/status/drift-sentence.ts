/** What drift was found, as a sentence for events and the audit. Pure, without imports that a workflow may not have. */
import type { ObjectChange } from '../contract/plan.ts';

const MAX_OBJECTS = 8;
const MAX_PATHS = 4;

export function driftSentence(changes: readonly ObjectChange[]): string {
  const words = changes.slice(0, MAX_OBJECTS).map(({ object, action, fields, editedBy = [] }) => {
    if (action === 'create') return `${object} is missing`;
    const paths = fields.slice(0, MAX_PATHS).map(({ path }) => path);
    const by = editedBy.length === 0 ? '' : ` (by ${editedBy.slice(0, MAX_PATHS).join(', ')})`;
    return `${object} differs in ${paths.join(', ')}${fields.length > MAX_PATHS ? ', …' : ''}${by}`;
  });
  const more = changes.length - MAX_OBJECTS;
  return `${words.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
