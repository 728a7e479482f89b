import { describe, expect, it } from 'vitest';
import type { NodeSample } from '../../src/chain/samples.ts';
import { announcements, forkReadyCondition, notReadyEvent, withTold } from '../../src/status/fork-watch.ts';
import { failed, node, ok } from '../plan/gates/scene.ts';

const FORK = 1_900_000_000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FORKS = [
  { name: 'isthmus', time: 0 },
  { name: 'jovian', time: FORK },
];

/** The chain is at its head so many seconds before the fork. */
const left = (seconds: number) => ({ head: FORK - seconds, now: FORK - seconds });

function ready(pod: string, more: Partial<NodeSample> = {}): NodeSample {
  const forks = ok({ isthmus: 0, jovian: FORK });
  return { ...node(pod), rollupForks: forks, elForks: forks, ...more };
}

function conditionOf(nodes: readonly NodeSample[], seconds: number, forks = FORKS) {
  return forkReadyCondition(nodes, forks, left(seconds));
}

describe('the condition ForkReady', () => {
  it('is there while a fork is less than 30 days away', () => {
    expect(conditionOf([ready('acme-0')], 31 * DAY)).toEqual([]);
    expect(conditionOf([ready('acme-0')], 29 * DAY)).toMatchObject([{ status: 'True', reason: 'AllNodesReady' }]);
    expect(conditionOf([ready('acme-0')], 0)).toEqual([]);
  });

  it.each([
    [6 * DAY + 5 * HOUR, 'in 6 days'],
    [6 * DAY + 1, 'in 6 days'],
    [36 * HOUR + 7, 'in 36 hours'],
    [2 * HOUR, 'in 2 hours'],
    [90 * MINUTE, 'in an hour'],
    [59 * MINUTE, 'in less than an hour'],
    [1, 'in less than an hour'],
  ])('%i s before says "%s", which stands for a while', (seconds, words) => {
    expect(conditionOf([ready('acme-0')], seconds)[0]?.message).toBe(
      `jovian ${words}, at 2030-03-17T17:46:40Z (1900000000). All nodes (1) are ready for it.`,
    );
  });

  it('names the node, the place and both times long before', () => {
    const nodes = [ready('acme-0'), ready('replica-0', { elForks: ok({ isthmus: 0, jovian: FORK - DAY }) })];
    expect(conditionOf(nodes, 20 * DAY)).toMatchObject([
      {
        status: 'False',
        reason: 'ForkTimesDiffer',
        message: expect.stringMatching(
          /^jovian in 20 days, at .* by the configuration of the chain jovian is at .*\(1900000000\), and execution client of replica-0 has .*\(1899913600\)\. → let pod replica-0 restart/,
        ),
      },
    ]);
  });

  it('is False for a version that does not know the fork, whatever others do not answer', () => {
    const nodes = [ready('acme-0', { elForks: failed() }), ready('replica-0', { version: ok('v1.16.1') })];
    expect(conditionOf(nodes, DAY)).toMatchObject([
      { status: 'False', reason: 'VersionTooOld', message: expect.stringContaining('v1.16.2 or later') },
    ]);
  });

  it.each([
    ['ForkTimesUnread', failed<never>()],
    ['ForkTimesHidden', failed<never>('method-missing')],
  ])('is Unknown with %s where nobody can say', (reason, elForks) => {
    expect(conditionOf([ready('acme-0', { elForks })], DAY)).toMatchObject([{ status: 'Unknown', reason }]);
  });

  it('speaks of the next fork, and of those after it', () => {
    const forks = [...FORKS, { name: 'karst', time: FORK + DAY }];
    const own = ok({ isthmus: 0, jovian: FORK, karst: FORK + DAY });
    const nodes = [ready('acme-0', { rollupForks: own, elForks: own, version: ok('v1.19.7') })];
    expect(conditionOf(nodes, DAY, forks)[0]?.message).toMatch(/^jovian in 24 hours.* ready for it, and for karst\.$/);
  });
});

describe('the events of a fork', () => {
  const known = [
    { name: 'isthmus', time: FORK - 100 * DAY, active: true },
    { name: 'jovian', time: FORK, active: false },
  ];

  /** What is told at these moments, where the status remembers and nothing else does. */
  function toldAt(...moments: readonly { head: number; now: number }[]) {
    let forks: Parameters<typeof announcements>[0] = known;
    return moments.map((clock) => {
      const { events, told } = announcements(forks, clock);
      forks = withTold([...forks], told);
      return events.map(({ reason, note }) => `${reason} ${note.split(',')[0]}`);
    });
  }

  it('come seven days, a day and an hour before it, and when it is active, each once', () => {
    const moments = [8 * DAY, 7 * DAY, 6 * DAY, DAY, DAY - 1, HOUR, 60, 0, -60].map(left);
    expect(toldAt(...moments)).toEqual([
      [],
      ['ForkApproaching jovian in 7 days'],
      [],
      ['ForkApproaching jovian in 24 hours'],
      [],
      ['ForkApproaching jovian in an hour'],
      [],
      ['ForkActivated jovian is active since 2030-03-17T17:46:40Z (1900000000)'],
      [],
    ]);
  });

  it('tell the nearest moment only to who comes late', () => {
    expect(toldAt(left(90), left(80))).toEqual([['ForkApproaching jovian in less than an hour'], []]);
  });

  it('say nothing of the forks that a chain began with', () => {
    const began = [{ name: 'isthmus', time: FORK, active: false }];
    expect(announcements(began, { head: FORK + 10, now: FORK + 10 }).events).toEqual([]);
  });

  it('wait for the head of the chain, and not for the clock, to call a fork active', () => {
    expect(toldAt(left(60), { head: FORK - 60, now: FORK + 60 }, { head: FORK, now: FORK + 90 })).toEqual([
      ['ForkApproaching jovian in less than an hour'],
      [],
      ['ForkActivated jovian is active since 2030-03-17T17:46:40Z (1900000000)'],
    ]);
  });

  it('begin anew for a fork that has got another time', () => {
    const moved = [{ name: 'jovian', time: FORK + DAY, active: false }];
    const { told } = announcements([{ name: 'jovian', time: FORK, active: false }], left(60));
    expect(withTold(moved, told)).toEqual(moved);
  });

  it('warn of a node that is not ready when it is found, and not again', () => {
    const [condition] = conditionOf([ready('acme-0', { rollupForks: ok({ isthmus: 0 }) })], DAY);
    expect(notReadyEvent(condition, false)).toMatchObject({ type: 'Warning', reason: 'ForkNotReady' });
    expect(notReadyEvent(condition, true)).toBeUndefined();
    expect(notReadyEvent(conditionOf([ready('acme-0')], DAY)[0], false)).toBeUndefined();
  });
});
