/** Lists whose entries have an identity: server-side apply merges them, and the API server refuses a second one. */
import { z } from 'zod';

/** A list of objects that are told apart by required fields. */
export function listByKey<S extends z.ZodObject>(
  item: S,
  key: (keyof z.output<S> & string) | (keyof z.output<S> & string)[],
  bounds: { min?: number; max: number },
  description: string,
) {
  const keys = [key].flat();
  return z
    .array(item)
    .min(bounds.min ?? 0)
    .max(bounds.max)
    .refine((entries) => allDifferent(entries.map((entry) => JSON.stringify(keys.map((name) => entry[name])))), {
      error: `has two entries with the same ${keys.join(' and ')}; keep one`,
    })
    .meta({ description, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
}

/** A list of different scalars. */
export function setOf<S extends z.ZodType<string | number, string | number>>(
  item: S,
  bounds: { min?: number; max: number },
  description: string,
) {
  return z
    .array(item)
    .min(bounds.min ?? 0)
    .max(bounds.max)
    .refine(allDifferent, { error: 'has an entry twice; keep one' })
    .meta({ description, 'x-kubernetes-list-type': 'set' });
}

function allDifferent(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
