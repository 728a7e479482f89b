/** Maps with free keys. JSON schema can't bound their keys, so a rule does. */
import { z } from 'zod';
import { withRules } from './rule.ts';

/** A map of at most `max` entries whose keys have a form. */
export function boundedMap<V extends z.ZodType>(
  value: V,
  keys: { pattern: string; expected: string; example: string; max: number },
  description: string,
) {
  const pattern = new RegExp(keys.pattern);
  const record = z
    .record(z.string(), value)
    .refine((self) => Object.keys(self).length <= keys.max, { error: `must have at most ${keys.max} entries` })
    .meta({ maxProperties: keys.max });
  return withRules(record, [
    {
      cel: `self.all(key, key.matches('${keys.pattern}'))`,
      holds: (self) => Object.keys(self).every((key) => pattern.test(key)),
      message: `keys must be ${keys.expected}`,
      fix: `for example ${keys.example}`,
    },
  ]).meta({ description });
}

const QUALIFIED_NAME = {
  pattern: '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
  expected: 'names of at most 63 characters with an optional domain',
  example: 'team or example.com/team',
};

/** Labels to set or to select by. */
export function labels(description: string) {
  return boundedMap(
    z
      .string()
      .max(63)
      .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/, {
        error: "must be a label value: letters, digits, '-', '_' and '.'",
      })
      .meta({ expected: "a label value: letters, digits, '-', '_' and '.'", examples: ['chains'] }),
    { ...QUALIFIED_NAME, max: 32 },
    description,
  );
}

/** Annotations to set. */
export function annotations(description: string) {
  return boundedMap(z.string().max(4096).describe('The value.'), { ...QUALIFIED_NAME, max: 32 }, description);
}
