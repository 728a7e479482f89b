import { describe, expect, it } from 'vitest';
import type { FailureType } from '../../src/contract/failures.ts';
import { nextTroubles, type PodTrouble, podFindings } from '../../src/status/health/pods.ts';
import type { PodProblem } from '../../src/status/pods/pod-problems.ts';

const MINUTE = 60_000;

function problem(reason: string, type: FailureType, object = 'Pod/acme-0'): PodProblem {
  return { object, reason, type, message: `${object}: ${reason}`, fix: 'look at its log' };
}

const crashes = problem('CrashLoopBackOff', 'NodeUnavailable');
const starts = problem('NotStarted', 'NotReadyYet');

/** What is said after each look, a minute apart. */
function saidOver(...looks: readonly (readonly PodProblem[])[]): (string | undefined)[] {
  let troubles: readonly PodTrouble[] = [];
  return looks.map((problems, index) => {
    troubles = nextTroubles(troubles, problems, index * MINUTE);
    return podFindings(troubles, index * MINUTE)[0]?.reason;
  });
}

describe('pods in the health of a network', () => {
  it('are told at once when they fail, with what to do', () => {
    const [finding] = podFindings(nextTroubles([], [crashes], 0), 0);
    expect(finding).toEqual(crashes);
  });

  it('are given time to start, and told when that lasts', () => {
    expect(saidOver([starts], [starts], [starts], [starts], [starts], [starts])).toEqual([
      ...Array.from({ length: 5 }, () => undefined),
      'NotStarted',
    ]);
  });

  it('are given that time anew after they were ready', () => {
    expect(saidOver([starts], [starts], [], [starts], [starts], [starts])).toEqual(Array.from({ length: 6 }));
  });

  it('are the ones that fail also while they start again, until they are ready', () => {
    expect(saidOver([crashes], [starts], [crashes], [starts], [])).toEqual([
      'CrashLoopBackOff',
      'CrashLoopBackOff',
      'CrashLoopBackOff',
      'CrashLoopBackOff',
      undefined,
    ]);
  });

  it('that can not be made are told when that is not over with the next one', () => {
    const refused = problem('QuotaExceeded', 'Forbidden', 'StatefulSet/acme');
    expect(saidOver([refused], [], [refused], [refused])).toEqual([undefined, undefined, undefined, 'QuotaExceeded']);
  });

  it('are told each', () => {
    const other = problem('OOMKilled', 'NodeUnavailable', 'Pod/acme-1');
    expect(podFindings(nextTroubles([], [crashes, starts, other], 0), 0).map(({ reason }) => reason)).toEqual([
      'CrashLoopBackOff',
      'OOMKilled',
    ]);
  });
});
