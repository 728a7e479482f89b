/** Whether the programs go with each other, with the release, and with L1. */
import { compatibility } from '../../catalogue/compatibility.ts';
import { FORKS, type ForkName, type Minimums } from '../../catalogue/releases.ts';
import { isBelow } from '../../catalogue/version.ts';
import type { RenderInput } from '../input.ts';
import type { ProgramUse } from './programs.ts';
import { problem, type SettingProblem } from './setting-problem.ts';

/** Programs that need a newer one beside them or in the nodes that they read. */
export function programsGoTogether(_: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  return programs.flatMap((use) =>
    compatibility.pairs
      .filter(
        ({ program, from }) => program === use.program && use.version !== undefined && !isBelow(use.version, from),
      )
      .flatMap(({ needs, why }) =>
        programs
          .filter(({ object }) => use.nodes.some((node) => object === `OpNode/${node}`))
          .flatMap((other) => below(other, needs).map((minimum) => tooOldBeside(use, other, minimum, why))),
      ),
  );
}

function tooOldBeside(use: ProgramUse, other: ProgramUse, minimum: string, why: string): SettingProblem {
  return problem(
    'error',
    'Incompatible',
    use.object,
    `${use.name} ${use.version?.text} needs ${other.name} ${minimum} or later (${why}), and that of ${other.object} is ${other.version?.text}`,
    `use ${other.name} ${minimum} or later there`,
  );
}

/** A release was put together for these versions; a user's image may be older, and then nobody has tried it. */
export function imagesFitTheRelease({ release }: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  return programs
    .filter(({ isOfRelease }) => !isOfRelease)
    .flatMap((use) =>
      below(use, release.minimums).map((minimum) =>
        problem(
          'warning',
          'Incompatible',
          use.object,
          `release ${release.name} is made for ${use.name} ${minimum} or later; it is ${use.version?.text}`,
          `use ${use.name} ${minimum} or later, or the release that this version is of`,
        ),
      ),
    );
}

/** When an L1 forks only L1 knows; so this is a warning also long before. */
export function l1ForksAreKnown({ chain }: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  return compatibility.l1
    .filter(({ chainIds }) => chainIds.includes(chain.l1ChainId))
    .flatMap(({ fork, minimums, why }) =>
      programs.flatMap((use) =>
        below(use, minimums).map((minimum) =>
          problem(
            'warning',
            'Incompatible',
            use.object,
            `${use.name} ${use.version?.text} does not know ${fork} on L1: ${why}`,
            `use a release or an image with ${use.name} ${minimum} or later before the fork of L1`,
          ),
        ),
      ),
    );
}

/** An L1 that a program knew once: chain-files.ts asks for the configuration of those that none has known. */
export function l1IsStillKnown({ chain }: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  if (chain.config.l1ChainConfig !== undefined) return [];
  return compatibility.withoutL1
    .filter(({ chainId }) => chainId === chain.l1ChainId)
    .flatMap(({ program, from, l1, chainId }) =>
      programs
        .filter((use) => use.program === program && use.version !== undefined && !isBelow(use.version, from))
        .map(({ object, name, version }) =>
          problem(
            'error',
            'Incompatible',
            object,
            `${name} from ${from} on does not know ${l1} (L1 chain ${chainId}) any more, and exits without its configuration; it is ${version?.text}`,
            'set spec.l1.chainConfig of the OptimismNetwork',
          ),
        ),
    );
}

/** Only where the programs go by what they bring along of the chain: a rollup.json says it itself. */
export function builtInChainIsRight({ chain }: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  const { registryName, config } = chain;
  if (registryName === undefined || config.rollup !== undefined) return [];
  return compatibility.builtInChains
    .filter(({ chains }) => chains.includes(registryName))
    .flatMap(({ minimums, why }) =>
      programs.flatMap((use) =>
        below(use, minimums).map((minimum) =>
          problem(
            'error',
            'Incompatible',
            use.object,
            `${registryName} needs ${use.name} ${minimum} or later, and it is ${use.version?.text}: ${why}`,
            `use a release or an image with ${use.name} ${minimum} or later`,
          ),
        ),
      ),
    );
}

/** op-node from here on refuses a rollup.json in which Jovian or a later fork comes with the one before it. */
const FORKS_STAND_APART = 'v1.19.8';

/** A warning only: where both are there from genesis, whose time is not known here, op-node takes it. */
export function forksStandApart({ chain }: RenderInput, programs: readonly ProgramUse[]): SettingProblem[] {
  const times = new Map(chain.forks.map(({ name, time }) => [name, time]));
  const together = FORKS.filter((fork, index) => {
    const time = times.get(fork);
    return index >= FORKS.indexOf('jovian') && time !== undefined && time > 0 && time === times.get(before(fork));
  });
  const [fork] = together;
  if (fork === undefined) return [];
  return programs
    .filter(({ program, version }) => program === 'opNode' && version && !isBelow(version, FORKS_STAND_APART))
    .map(({ object, version }) =>
      problem(
        'warning',
        'Incompatible',
        object,
        `${fork}_time of the rollup configuration is that of ${before(fork)}: op-node ${version?.text} does not start with it, unless both are there from genesis`,
        `use op-node before ${FORKS_STAND_APART} until ${fork} has a time of its own`,
      ),
    );
}

function before(fork: ForkName): string {
  return FORKS[FORKS.indexOf(fork) - 1] ?? '';
}

/** The least version, where a program is below it. */
function below({ program, version }: ProgramUse, minimums: Minimums): string[] {
  const minimum = minimums[program];
  return version !== undefined && minimum !== undefined && isBelow(version, minimum) ? [minimum] : [];
}
