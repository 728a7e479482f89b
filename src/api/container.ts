/** What every container of ours can be given: resources, environment, arguments, log format. */
import { z } from 'zod';
import { listByKey } from './lists.ts';
import { resources } from './quantities.ts';
import { configMapKeyRef, KEY_MATERIAL, secretKeyRef } from './references.ts';
import { celExactlyOne, countPresent, type Rule, withRules } from './rule.ts';
import { patterned } from './text-fields.ts';

const SECRET_NAME = '(PRIVATE_KEY|MNEMONIC|PASSWORD|SECRET|TOKEN|API_KEY)';
const SECRET_ARGUMENT = '=(0[xX])?[0-9a-fA-F]{64}$';

const variable = withRules(
  z.object({
    name: patterned(
      { pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 128, expected: 'a name of letters, digits and _' },
      { description: 'Name of the variable.', example: 'OP_NODE_L1_CACHE_SIZE' },
    ),
    value: z.string().max(8192).optional().describe('The value itself. Not for secrets: use `valueFrom.secretKeyRef`.'),
    valueFrom: withRules(
      z.object({
        secretKeyRef: secretKeyRef('A key of a Secret.', { name: 'acme', key: 'token' }).optional(),
        configMapKeyRef: configMapKeyRef('A key of a ConfigMap.', { name: 'acme', key: 'setting' }).optional(),
      }),
      [
        {
          cel: celExactlyOne('secretKeyRef', 'configMapKeyRef'),
          holds: (self) => countPresent(self.secretKeyRef, self.configMapKeyRef) === 1,
          message: 'set exactly one of secretKeyRef and configMapKeyRef',
          fix: 'for example secretKeyRef: {name: acme, key: token}',
        },
      ],
    )
      .optional()
      .describe('Where the value comes from.'),
  }),
  [
    {
      cel: 'has(self.value) != has(self.valueFrom)',
      holds: (self) => (self.value === undefined) !== (self.valueFrom === undefined),
      message: 'set exactly one of value and valueFrom',
      fix: 'for example value: "900"',
    },
    {
      cel: `!has(self.value) || !(self.name.matches('${SECRET_NAME}') || self.value.matches('${KEY_MATERIAL}'))`,
      holds: ({ name, value }) =>
        value === undefined || !(new RegExp(SECRET_NAME).test(name) || new RegExp(KEY_MATERIAL).test(value)),
      message: 'name or value look like a secret',
      fix: 'use valueFrom, for example valueFrom: {secretKeyRef: {name: acme, key: token}}',
      field: 'value',
    },
  ],
);

/** What the operator sets itself, and where people set it instead. */
export interface Reserved {
  /** Alternatives of a pattern; RE2. */
  readonly variables: string;
  readonly flags: string;
  readonly instead: string;
}

/** Resources, environment and arguments of one container. */
export function containerSettings(program: string, example: { variable: string; flag: string }, reserved?: Reserved) {
  const env = listByKey(
    variable.describe('A variable.'),
    'name',
    { max: 64 },
    `Further environment of ${program}; wins over what the operator sets. Example: {name: ${example.variable}}.`,
  );
  const extraArgs = z
    .array(z.string().max(2048).describe('One argument.'))
    .max(64)
    .meta({ description: `Further arguments of ${program}, after those of the operator. Example: [${example.flag}].` });
  return {
    resources: resources(`CPU and memory of ${program}. Absent: the network's \`defaults.resources\`.`).optional(),
    env: withRules(env, reserved === undefined ? [] : [reservedVariables(reserved)]).optional(),
    extraArgs: withRules(extraArgs, [
      noKeyInArguments,
      ...(reserved === undefined ? [] : [reservedFlags(reserved)]),
    ]).optional(),
  };
}

function reservedVariables({ variables, instead }: Reserved): Rule<{ name: string }[]> {
  const pattern = `^(${variables})$`;
  return {
    cel: `self.all(entry, !entry.name.matches('${pattern}'))`,
    holds: (self) => self.every((entry) => !new RegExp(pattern).test(entry.name)),
    message: 'names a variable that the operator sets itself, because its safety depends on it',
    fix: instead,
  };
}

const noKeyInArguments: Rule<string[]> = {
  cel: `self.all(argument, !argument.matches('${SECRET_ARGUMENT}'))`,
  holds: (self) => !self.some((argument) => new RegExp(SECRET_ARGUMENT).test(argument)),
  message: 'holds what looks like a private key',
  fix: 'use env with valueFrom, for example valueFrom: {secretKeyRef: {name: acme, key: token}}',
};

function reservedFlags({ flags, instead }: Reserved): Rule<string[]> {
  const pattern = `^--?(${flags})(=|$)`;
  return {
    cel: `self.all(argument, !argument.matches('${pattern}'))`,
    holds: (self) => self.every((argument) => !new RegExp(pattern).test(argument)),
    message: 'holds an argument that the operator sets itself, because its safety depends on it',
    fix: instead,
  };
}

export type EnvironmentVariable = z.output<typeof variable>;
