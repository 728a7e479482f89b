import type { EnvironmentVariable } from '../api/container.ts';
import type { Problem } from '../contract/failures.ts';
import type { RenderInput } from './input.ts';
import { isReserved, type Program, reservedEnvironment } from './reserved.ts';

export interface Overrides {
  readonly object: string;
  readonly program: Program;
  /** Field that holds `env` and `extraArgs`. */
  readonly field: string;
  readonly env: readonly EnvironmentVariable[] | undefined;
  readonly extraArgs: readonly string[] | undefined;
}

/** Overrides of variables and flags that are the operator's; see reserved.ts. Values are not shown: they may be secret. */
export function checkOverrides(
  input: Pick<RenderInput, 'nodes' | 'batchers' | 'proposers' | 'challengers'>,
): Problem[] {
  return overridesOf(input).flatMap(({ object, program, field, env, extraArgs }) => {
    const reserved = isReserved(program);
    const names = [
      ...(env ?? []).filter(({ name }) => reserved.variable(name)).map(({ name }) => `${field}env: ${name}`),
      ...(extraArgs ?? [])
        .filter(reserved.flag)
        .map((argument) => `${field}extraArgs: ${argument.split(/[= ]/, 1)[0]}`),
    ];
    return names.map((name) => ({
      type: 'InvalidSpec' as const,
      message: `spec.${name} is set by the operator itself, because its safety depends on it`,
      fix: `remove it; ${reservedEnvironment[program].instead}`,
      object,
    }));
  });
}

/** What users add to each program of a network. */
export function overridesOf({
  nodes,
  batchers,
  proposers,
  challengers,
}: Pick<RenderInput, 'nodes' | 'batchers' | 'proposers' | 'challengers'>): Overrides[] {
  return [
    ...nodes.flatMap(({ metadata, spec }) => {
      const object = `OpNode/${metadata.name}`;
      return [
        { object, program: spec.execution.client, field: 'execution.', ...ownOf(spec.execution) },
        { object, program: 'op-node' as const, field: 'consensus.', ...ownOf(spec.consensus) },
      ];
    }),
    ...batchers.map((batcher) => ofSender('OpBatcher', 'op-batcher', batcher)),
    ...proposers.map((proposer) => ofSender('OpProposer', 'op-proposer', proposer)),
    ...challengers.map((challenger) => ofSender('OpChallenger', 'op-challenger', challenger)),
  ];
}

function ownOf({ env, extraArgs }: { env?: EnvironmentVariable[] | undefined; extraArgs?: string[] | undefined }) {
  return { env, extraArgs };
}

function ofSender(
  kind: string,
  program: Program,
  { metadata, spec }: { metadata: { name: string }; spec: Parameters<typeof ownOf>[0] },
): Overrides {
  return { object: `${kind}/${metadata.name}`, program, field: '', ...ownOf(spec) };
}
