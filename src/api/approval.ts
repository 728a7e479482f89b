/** Which plans wait for a person, how long, and when they may run. */
import { z } from 'zod';
import { listByKey, setOf } from './lists.ts';
import { duration, objectName, patterned } from './text-fields.ts';

/** Kinds of plans: what a policy can be set for, and what a plan can be. */
export const PLAN_KINDS = [
  'install',
  'change',
  'drift',
  'operatorUpdate',
  'upgrade',
  'keyRotation',
  'teardown',
] as const;
export type PlanKind = (typeof PLAN_KINDS)[number];

const policy = (value: 'Automatic' | 'Required', description: string) =>
  z
    .enum(['Automatic', 'Required'])
    .default(value)
    .describe(`${description} Automatic: executed at once. Required: waits for approval.`);

/** One field of a cron expression: a list of `*`, values and ranges, each with an optional step. */
function cronField(value: string): string {
  const entry = `([*]|${value}(-${value})?)(/[1-9][0-9]?)?`;
  return `${entry}(,${entry})*`;
}

const CRON_PATTERN = `^${[
  cronField('[0-5]?[0-9]'),
  cronField('([01]?[0-9]|2[0-3])'),
  cronField('(0?[1-9]|[12][0-9]|3[01])'),
  cronField('(0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)'),
  cronField('([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)'),
].join(' ')}$`;

const window = z.object({
  name: objectName('Name of the window, shown while a plan waits for it.', 'weekday-mornings'),
  schedule: patterned(
    {
      pattern: CRON_PATTERN,
      maxLength: 128,
      expected: 'a cron expression of five fields',
    },
    {
      description: 'When the window opens: minute, hour, day of month, month, day of week.',
      example: '0 9 * * MON-THU',
    },
  ),
  duration: duration('How long it stays open.', { example: '3h', min: '5m', max: '168h' }),
  timeZone: patterned(
    {
      pattern: '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$',
      maxLength: 64,
      expected: 'the IANA name of a time zone',
    },
    { description: 'Time zone of `schedule`.', example: 'Europe/Berlin' },
  ).default('UTC'),
});

export const approval = z.object({
  install: policy('Automatic', 'New objects.'),
  change: policy('Automatic', "The user's edit that restarts nothing that sequences."),
  drift: policy('Automatic', 'Managed objects differ from what was applied.'),
  operatorUpdate: policy('Required', 'A new operator version would render something differently.'),
  upgrade: policy('Required', 'Versions or the release change.'),
  keyRotation: policy('Required', 'A key or an address changes.'),
  teardown: policy('Automatic', 'Objects are deleted.'),
  interruptions: policy(
    'Required',
    'Any plan that pauses block production, hands the sequencer over, or deletes the sequencer of a network that stays. Not asked for: a repair (drift), which mends what is broken, and the deletion of the whole network; `drift` and `teardown` ask for these.',
  ),
  expiresAfter: duration('How long a plan may wait for approval before it has to be made anew.', {
    example: '24h',
    min: '1m',
    max: '720h',
  }).default('24h'),
  windows: listByKey(
    window.describe('A window.'),
    'name',
    { max: 16 },
    'Times at which approved plans may start, of all kinds but install, drift and teardown. None: at any time.',
  ).optional(),
  sources: setOf(
    z.enum(['Kubernetes', 'Temporal']).describe('A source.'),
    { min: 1, max: 2 },
    'Ways by which a decision counts. Kubernetes: annotations, which take the right to change the object; with the admission policy of docs/security.md they take the verb approve, and the name in them is verified. Temporal: signals and updates, which anybody who reaches the Temporal frontend can send.',
  ).default(['Kubernetes', 'Temporal']),
});
