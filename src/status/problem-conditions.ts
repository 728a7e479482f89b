/** Problems as conditions: which condition a failure type belongs to, and how several problems read in one message. */
import type { FailureType, Problem } from '../contract/failures.ts';
import { type ConditionInput, sentence } from './conditions.ts';

/** What the user has to mend: spec, objects it refers to, or what contradicts the chain. */
const CONFIGURATION_FAILURES: readonly FailureType[] = [
  'InvalidSpec',
  'ReferenceNotFound',
  'ChainMismatch',
  'DuplicateRole',
  'DuplicateChain',
  'Incompatible',
  'Forbidden',
  'ImmutableField',
  'NotSupportedYet',
];

/** What has to come back by itself before the configuration can be judged. */
const UNREACHABLE_FAILURES: readonly FailureType[] = ['KubernetesUnavailable', 'L1Unavailable', 'NodeUnavailable'];

const MAX_PROBLEMS = 5;

function isConfigurationProblem({ type }: Problem): boolean {
  return CONFIGURATION_FAILURES.includes(type);
}

function isUnreachable({ type }: Problem): boolean {
  return UNREACHABLE_FAILURES.includes(type);
}

/**
 * ConfigurationValid and, where the chain could not be read or contradicts, ContractsDiscovered. Problems that are
 * about neither (a failed gate, missing funds) are not configuration and leave both alone.
 */
export function problemsToConditions(problems: readonly Problem[]): ConditionInput[] {
  const wrong = problems.filter(isConfigurationProblem);
  const unreachable = problems.filter(isUnreachable);
  const l1 = unreachable.filter(({ type }) => type === 'L1Unavailable');
  return [
    configurationValid(wrong, unreachable),
    ...(l1.length > 0
      ? [
          {
            type: 'ContractsDiscovered',
            status: 'Unknown',
            reason: 'L1Unavailable',
            message: describeProblems(l1),
          } as const,
        ]
      : []),
  ];
}

/** Problems as one message: the first in full, each on a line of its own when there are several. */
export function describeProblems(problems: readonly Problem[]): string {
  const [first] = problems;
  if (!first) return '';
  if (problems.length === 1) return describe(first);
  const shown = problems.slice(0, MAX_PROBLEMS).map((problem, index) => `${index + 1}) ${describe(problem)}`);
  const rest = problems.length - shown.length;
  return [`${problems.length} problems:`, ...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

function describe({ object, message, fix }: Problem): string {
  const named = object === undefined || message.includes(object) || message.includes(nameOf(object));
  return sentence(named ? message : `${object}: ${message}`, undefined, fix);
}

function nameOf(object: string): string {
  return object.slice(object.indexOf('/') + 1);
}

function configurationValid(wrong: readonly Problem[], unreachable: readonly Problem[]): ConditionInput {
  const [first] = wrong;
  if (first) {
    return { type: 'ConfigurationValid', status: 'False', reason: first.type, message: describeProblems(wrong) };
  }
  const [missing] = unreachable;
  if (missing) {
    return {
      type: 'ConfigurationValid',
      status: 'Unknown',
      reason: missing.type,
      message: describeProblems(unreachable),
    };
  }
  return {
    type: 'ConfigurationValid',
    status: 'True',
    reason: 'Valid',
    message: sentence('The spec, what it refers to and the chain agree'),
  };
}
