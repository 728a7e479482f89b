import { blocks, count } from '../../chain/facts/words.ts';
import type { Sample } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition } from './finding.ts';
import type { ChallengerLimits } from './limits.ts';

/** How long a challenger may take after its start: it waits for its node, and looks through all games of the window. */
const STARTING_SECONDS = 180;

/** Whether a challenger follows L1; absent while it has no pod. Its process looks healthy in every broken state. */
export function challengingOne(
  samples: readonly Sample[],
  last: Sample,
  { name, maxL1Lag, startedAt, prestateCheck }: ChallengerLimits,
): ConditionInput | undefined {
  const metricsOf = (sample: Sample | undefined) =>
    sample?.challengers?.find(({ challenger }) => challenger === name)?.metrics;
  const now = metricsOf(last);
  if (!now) return undefined;
  if (!now.ok) return condition('Challenging', 'Unknown', 'NoReading', `${name} can not be asked: ${now.error}`);
  const { highestActedL1Block: acted, claimFailures, trackedGames, inflightGames } = now.value;
  const head = last.l1?.ok ? last.l1.value.head.number : undefined;
  if (head === undefined)
    return condition('Challenging', 'Unknown', 'NoReading', `${name} can not be judged without L1`);
  if (acted === 0 || head - acted > maxL1Lag) {
    const seen = samples.flatMap((sample) => metricsOf(sample) ?? []);
    // One look could meet the games beside one that can not be played.
    if (seen.every((metrics) => metrics.ok && metrics.value.inflightGames > 0))
      return condition(
        'Challenging',
        'True',
        'Playing',
        `${name} plays ${games(inflightGames)}, and goes on with L1 when that is done`,
      );
    if (acted === 0 && startedAt !== undefined && last.at - startedAt < STARTING_SECONDS * 1000)
      return condition('Challenging', 'Unknown', 'Starting', `${name} has just started, and looks through the games`);
    const what = acted === 0 ? 'has scheduled no game since its start' : `is ${blocks(head - acted, 'L1')} behind`;
    return condition(
      'Challenging',
      'False',
      'NotFollowing',
      `${name} ${what}: a wrong proposal may not be answered`,
      'its log says why: a game of a type that it does not play (leave gameTypes out), a prestate that is not at prestatesUrl (publish it), or a node that does not answer',
    );
  }
  const before = metricsOf(samples[0]);
  const failures = claimFailures - (before?.ok ? before.value.claimFailures : claimFailures);
  if (failures > 0) {
    return condition(
      'Challenging',
      'False',
      'ClaimsFail',
      `${name} could not claim ${failures} of its bonds`,
      'its log says why; mostly its account can not pay for gas',
    );
  }
  const prestate = samples.findLast((sample) => sample.prestate)?.prestate;
  if (prestateCheck !== undefined && prestate?.ok && !prestate.value.found) {
    return condition(
      'Challenging',
      prestateCheck === 'Warn' ? 'True' : 'False',
      'PrestateMissing',
      `The prestate ${prestate.value.hash} of the respected game is not at spec.prestatesUrl of ${name}: the next game of it stops all scheduling`,
      'publish it there as <hash>.bin.gz, .json.gz or .json',
    );
  }
  return condition('Challenging', 'True', 'Following', `${name} follows L1 and watches ${games(trackedGames)}`);
}

function games(number: number): string {
  return number === 1 ? '1 game' : `${count(number)} games`;
}

/** All challengers of a network as one condition: the worst of them decides. */
export function challenging(
  samples: readonly Sample[],
  last: Sample,
  challengers: readonly ChallengerLimits[],
): ConditionInput[] {
  const all = challengers.flatMap((challenger) => challengingOne(samples, last, challenger) ?? []);
  const worst =
    all.find(({ status }) => status === 'False') ??
    all.find(({ status }) => status === 'Unknown') ??
    all.find(({ reason }) => reason === 'PrestateMissing') ??
    all[0];
  return worst ? [worst] : [];
}
