/** What is said of forks that lie ahead: a countdown that changes rarely, who is not ready, and each event once. Pure. */
import type { OptimismNetworkStatus } from '../api/optimism-network.ts';
import {
  type ForkProblem,
  forkMoment,
  forkProblems,
  forksAhead,
  type ScheduledFork,
} from '../chain/facts/fork-readiness.ts';
import type { NodeSample } from '../chain/samples.ts';
import { type ConditionInput, sentence } from './conditions.ts';
import { type EventText, forkEvent } from './event-text.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long before a fork its nodes are watched for it. */
const WATCHED_SECONDS = 30 * DAY;

type KnownFork = NonNullable<OptimismNetworkStatus['forks']>[number];
type Announced = NonNullable<KnownFork['announced']>;

/** Moments of which is told, the last one first: seconds before the fork. */
const ANNOUNCED: readonly (readonly [Announced, number])[] = [
  ['1h', HOUR],
  ['24h', DAY],
  ['7d', 7 * DAY],
];

/** Timestamp of the chain's head and the moment, both in seconds since the epoch. */
export interface ForkClock {
  readonly head: number;
  readonly now: number;
}

/** Forks that nodes are asked about: ahead, and near enough. */
export function watchedForks(forks: readonly ScheduledFork[], { head, now }: ForkClock): readonly ScheduledFork[] {
  return forksAhead(forks, head).filter(({ time }) => time - now <= WATCHED_SECONDS);
}

/** The condition ForkReady; none where no fork is near. @param nodes with their fork times */
export function forkReadyCondition(
  nodes: readonly NodeSample[],
  forks: readonly ScheduledFork[],
  clock: ForkClock,
): ConditionInput[] {
  const [next, ...later] = watchedForks(forks, clock);
  if (!next) return [];
  const what = `${next.name} in ${countdown(next, clock)}, at ${forkMoment(next.time)}`;
  const problems = forkProblems(nodes, forks, clock.head);
  const wrong = problems.filter(({ kind }) => kind === 'different' || kind === 'old');
  const said = wrong.length > 0 ? wrong : problems;
  const [first] = said;
  if (first) {
    const status = wrong.length > 0 ? 'False' : 'Unknown';
    const message = sentence(what, said.map((problem) => problem.message).join('; '), fixOf(said));
    return [{ type: 'ForkReady', status, reason: reasonOf(first), message }];
  }
  const others = later.length > 0 ? `, and for ${later.map(({ name }) => name).join(', ')}` : '';
  const message = sentence(what, `All nodes (${nodes.length}) are ready for it${others}`);
  return [{ type: 'ForkReady', status: 'True', reason: 'AllNodesReady', message }];
}

function reasonOf({ kind }: ForkProblem): string {
  switch (kind) {
    case 'different':
      return 'ForkTimesDiffer';
    case 'old':
      return 'VersionTooOld';
    case 'closed':
      return 'ForkTimesHidden';
    case 'unread':
      return 'ForkTimesUnread';
  }
}

function fixOf(problems: readonly ForkProblem[]): string {
  return [...new Set(problems.map(({ fix }) => fix))].join('; ');
}

/** `6 days`, `5 hours`, `less than an hour`: words that stand for a while, since each change is a write. */
function countdown({ time }: ScheduledFork, { now }: ForkClock): string {
  const left = time - now;
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} days`;
  if (left >= 2 * HOUR) return `${Math.floor(left / HOUR)} hours`;
  return left >= HOUR ? 'an hour' : 'less than an hour';
}

export interface Announcements {
  readonly events: readonly EventText[];
  /** Forks of which something is told, as the status shall remember them. */
  readonly told: readonly KnownFork[];
}

/**
 * What is to be told now. Who comes late tells the nearest moment only; that a fork is active is told where it was
 * announced before, so that nothing is told of the forks that a chain began with.
 */
export function announcements(forks: readonly KnownFork[], clock: ForkClock): Announcements {
  const told = forks.flatMap((fork) => announce(fork, clock) ?? []);
  return { events: told.map(({ event }) => event), told: told.map(({ fork }) => fork) };
}

/** Forks with what is remembered of those that were told of; others, and such as have got another time, stay. */
export function withTold(forks: readonly KnownFork[], told: readonly KnownFork[]): KnownFork[] {
  return forks.map((fork) => told.find(({ name, time }) => name === fork.name && time === fork.time) ?? fork);
}

function announce(fork: KnownFork, clock: ForkClock): { fork: KnownFork; event: EventText } | undefined {
  const { name, time, announced } = fork;
  if (time === undefined) return undefined;
  if (time <= clock.head) {
    if (announced === undefined || announced === 'Active') return undefined;
    const event = forkEvent('ForkActivated', `${name} is active since ${forkMoment(time)}`);
    return { fork: { ...fork, active: true, announced: 'Active' }, event };
  }
  const left = time - clock.now;
  const moment = ANNOUNCED.find(([, seconds]) => left > 0 && left <= seconds)?.[0];
  if (moment === undefined || moment === announced) return undefined;
  const event = forkEvent('ForkApproaching', `${name} in ${countdown({ name, time }, clock)}, at ${forkMoment(time)}`);
  return { fork: { ...fork, announced: moment }, event };
}

/** A node was found that is not ready, and was not known before. */
export function notReadyEvent(condition: ConditionInput | undefined, isKnown: boolean): EventText | undefined {
  return condition?.status === 'False' && !isKnown ? forkEvent('ForkNotReady', condition.message) : undefined;
}
