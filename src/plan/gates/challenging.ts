import { blocks, count } from '../../chain/facts/words.ts';
import type { Sample } from '../../chain/samples.ts';
import { aboveFloor, accountOf } from './funds.ts';
import { type Gate, type GateContext, pass, type Verdict, wait } from './gate.ts';
import { unreadable } from './observations.ts';

/**
 * The challenger follows the L1 head and could act: it has scheduled all games at a young L1 block, again and again, has
 * failed to claim nothing, has the prestate of the game that the portal respects, or is to respect next, and can pay. Its process runs, and its
 * metrics answer, in every broken state: only the block that it acted on last tells (op-stack-observed.md 2.27). While a
 * game is played that block stands still, for hours where a program has to run: then it is seen to act.
 */
export const challenging: Gate = (samples, context) => {
  const account = accountOf(samples.at(-1), context);
  if (!account?.ok) return wait(unreadable("L1, asked for the challenger's account,", account));
  const floor = aboveFloor(account.value, context);
  if (floor.outcome !== 'pass') return floor;
  return prestate(samples.at(-1), context) ?? following(samples, context);
};

function prestate(sample: Sample | undefined, { subject }: GateContext): Verdict | undefined {
  if (subject.sender?.prestateRequired !== true || !sample?.prestate) return undefined;
  const reading = sample.prestate;
  if (!reading.ok) return wait(unreadable('the server of the prestates', reading));
  if (reading.value.found) return undefined;
  return wait(
    `the prestate ${reading.value.hash} is not at prestatesUrl: publish it there, or set prestateCheck: Warn`,
  );
}

function following(samples: readonly Sample[], context: GateContext): Verdict {
  const name = context.subject.sender?.name ?? '';
  const seen = samples.flatMap((sample) => {
    const metrics = metricsOf(sample, name);
    return metrics?.ok
      ? [{ head: sample.l1?.ok ? sample.l1.value.head.number : undefined, metrics: metrics.value }]
      : [];
  });
  const last = seen.at(-1);
  const first = seen[0];
  const latest = metricsOf(samples.at(-1), name);
  if (!latest?.ok || !last || !first) return wait(unreadable(`the pod of ${name}`, latest));
  const { highestActedL1Block: acted, claimFailures, trackedGames } = last.metrics;
  if (seen.every(({ metrics }) => metrics.inflightGames > 0))
    return pass(`${name} plays ${games(last.metrics.inflightGames)}, and goes on with L1 when that is done`);
  if (acted === 0)
    return wait(
      `${name} has scheduled nothing yet; if this lasts, its log says which game type it does not play, or which prestate it does not find`,
    );
  if (last.head === undefined) return wait(unreadable('L1', samples.at(-1)?.l1));
  const behind = last.head - acted;
  if (behind > context.limits.challengerMaxL1Lag)
    return wait(`${name} has acted at L1 block ${count(acted)}, ${blocks(behind)} behind`);
  if (acted <= first.metrics.highestActedL1Block)
    return wait(`${name} has acted at L1 block ${count(acted)}, expecting it to go on with the L1 head`);
  const failures = claimFailures - first.metrics.claimFailures;
  if (failures > 0) return wait(`${name} has failed to claim ${failures} bonds; its log says why`);
  return pass(`${name} follows L1 (block ${count(acted)}) and watches ${games(trackedGames)}`);
}

function games(number: number): string {
  return number === 1 ? '1 game' : `${count(number)} games`;
}

function metricsOf(sample: Sample | undefined, name: string) {
  return sample?.challengers?.find(({ challenger }) => challenger === name)?.metrics;
}
