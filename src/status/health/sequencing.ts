import type { NodeSample, Sample } from '../../chain/samples.ts';
import type { ConditionInput } from '../conditions.ts';
import { condition, isTrue, moves, names, sinceMoment, unanswered } from './finding.ts';
import type { HealthLimits } from './limits.ts';

/** A head that is older than this many block times, and stands still, is a chain that stands still. */
const STALL_BLOCK_TIMES = 6;
const LEAST_STALL_SECONDS = 15;

/** Whether exactly one sequencer makes blocks. */
export function sequencing(samples: readonly Sample[], last: Sample, limits: HealthLimits): ConditionInput {
  const sequencers = last.nodes.filter(({ role }) => role === 'Sequencer');
  const active = sequencers.filter(({ sequencerActive }) => isTrue(sequencerActive));
  const unknown = sequencers.filter(({ sequencerActive }) => !sequencerActive?.ok);
  if (active.length > 1) {
    return condition(
      'Sequencing',
      'False',
      'SeveralSequencers',
      `${names(active)} sequence at the same time`,
      'a plan stops all but the one that may; see the condition Progressing',
    );
  }
  const [sequencer] = active;
  if (!sequencer) {
    return unknown.length > 0 || sequencers.length === 0
      ? condition(
          'Sequencing',
          'Unknown',
          'SequencerUnreachable',
          `Nobody knows whether blocks are made: ${unanswered(unknown)}`,
          takeOver(sequencers, unknown),
        )
      : condition(
          'Sequencing',
          'False',
          'NobodySequences',
          `No sequencer is active (${names(sequencers)})`,
          'a plan starts one; see the condition Progressing',
        );
  }
  const { sync } = sequencer;
  if (!sync.ok)
    return condition('Sequencing', 'Unknown', 'SequencerUnreachable', `${sequencer.node} is active, but ${sync.error}`);
  const head = sync.value.unsafeL2;
  const age = Math.round(last.at / 1000 - head.timestamp);
  if (age <= stallSeconds(limits))
    return condition('Sequencing', 'True', 'Advancing', `${sequencer.node} makes blocks`);
  // Samples go back further than a stall: a head that has moved before it does not catch up.
  return moves(sinceMoment(samples, last.at - stallSeconds(limits) * 1000), sequencer.pod)
    ? condition(
        'Sequencing',
        'True',
        'CatchingUp',
        `${sequencer.node} makes blocks and is catching up: its head is ${age} s old`,
      )
    : standsStill(sequencer, head.number, age);
}

/** Nobody takes over by itself from one that may still make blocks. */
function takeOver(sequencers: readonly NodeSample[], unknown: readonly NodeSample[]): string | undefined {
  const standby = sequencers.find((sequencer) => !unknown.includes(sequencer));
  return standby && `if it is off for good, set spec.sequencer.preferred to "${standby.node}"`;
}

/** `admin_sequencerActive` stays true, and `/healthz` good, whatever has happened to the execution client (recorded). */
function standsStill({ node, pod, el }: NodeSample, head: number, age: number): ConditionInput {
  const what = `${node} is active, but block ${head} is its last for ${age} s`;
  return el.ok
    ? condition(
        'Sequencing',
        'False',
        'HeadStandsStill',
        what,
        `look at the log of op-node in pod ${pod}: "401" means that it and its execution client have different JWT secrets (delete the pod), else it says what L1 or the execution client answers`,
      )
    : condition(
        'Sequencing',
        'False',
        'ExecutionUnreachable',
        `${what}, and its execution client does not answer: ${el.error}`,
        `look at the log of the execution client in pod ${pod}`,
      );
}

function stallSeconds({ blockTimeSeconds }: HealthLimits): number {
  return Math.max(LEAST_STALL_SECONDS, STALL_BLOCK_TIMES * blockTimeSeconds);
}
