import type { Sample } from '../../chain/samples.ts';
import { blocks, count } from '../../plan/gates/words.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition } from './finding.ts';

/** A challenger acts at every L1 block that it sees. */
const CHALLENGER_MAX_L1_LAG = 10;
/** Whether a challenger follows L1; absent while it has no pod. Its process looks healthy in every broken state. */
export function challengingOne(samples: readonly Sample[], last: Sample, name: string): ConditionInput | undefined {
  const metricsOf = (sample: Sample | undefined) =>
    sample?.challengers?.find(({ challenger }) => challenger === name)?.metrics;
  const now = metricsOf(last);
  if (!now) return undefined;
  if (!now.ok) return condition('Challenging', 'Unknown', 'NoReading', `${name} can not be asked: ${now.error}`);
  const { highestActedL1Block: acted, claimFailures, trackedGames } = now.value;
  const head = last.l1?.ok ? last.l1.value.head.number : undefined;
  if (head === undefined)
    return condition('Challenging', 'Unknown', 'NoReading', `${name} can not be judged without L1`);
  if (acted === 0 || head - acted > CHALLENGER_MAX_L1_LAG) {
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
  const games = trackedGames === 1 ? '1 game' : `${count(trackedGames)} games`;
  return condition('Challenging', 'True', 'Following', `${name} follows L1 and watches ${games}`);
}

/** All challengers of a network as one condition: the worst of them decides. */
export function challenging(samples: readonly Sample[], last: Sample, names: readonly string[]): ConditionInput[] {
  const all = names.flatMap((name) => challengingOne(samples, last, name) ?? []);
  const worst =
    all.find(({ status }) => status === 'False') ?? all.find(({ status }) => status === 'Unknown') ?? all[0];
  return worst ? [worst] : [];
}
