/** A changed field in few characters, in which the difference is still seen. Pure. */
import type { ObjectChange } from './plan.ts';

type Field = ObjectChange['fields'][number];

/** Both values are cut at the same places, around the first difference. @returns the field itself where it is short */
export function shortenedField(field: Field, max: number): Field {
  const { path, from, to } = field;
  if (isShort(path, max) && isShort(from, max) && isShort(to, max)) return field;
  const same = from === undefined || to === undefined || from === to ? 0 : sameLength(from, to);
  const start = same < max / 2 ? 0 : same - Math.floor(max / 4);
  return {
    path: cutText(path, 0, max),
    ...(from === undefined ? {} : { from: cutText(from, start, max) }),
    ...(to === undefined ? {} : { to: cutText(to, start, max) }),
  };
}

function isShort(text: string | undefined, max: number): boolean {
  return text === undefined || text.length <= max;
}

/** How many characters two texts begin with alike. */
function sameLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let index = 0; index < end; index++) if (a[index] !== b[index]) return index;
  return end;
}

function cutText(text: string, start: number, max: number): string {
  const shown = text.slice(start, start + max);
  return `${start > 0 ? '…' : ''}${shown}${start + max < text.length ? '…' : ''}`;
}
