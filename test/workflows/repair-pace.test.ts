import { describe, expect, it } from 'vitest';
import { RepairPace } from '../../src/workflows/repair-pace.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22);

function repairOf(...objects: string[]) {
  return { hash: objects.join(), changes: objects.map((object) => ({ object })) } as never as Parameters<
    RepairPace['begun']
  >[0];
}

const scaled = repairOf('StatefulSet/acme');

/** @returns minutes from each repair to when the next one may be made; 0: at once */
function pauses(pace: RepairPace, times: number, from: number): number[] {
  let now = from;
  return Array.from({ length: times }, () => {
    pace.begun(scaled, now);
    const until = pace.notBefore(scaled, now + 1000) ?? now;
    const pause = (until - now) / MINUTE;
    now = Math.max(until, now + 10_000);
    return pause;
  });
}

describe('a repair that somebody keeps undoing', () => {
  it('is made three times at once, and then more and more rarely, up to once an hour', () => {
    expect(pauses(new RepairPace(), 8, START)).toEqual([0, 0, 5, 15, 45, 60, 60, 60]);
  });

  it('goes on at the pace that it had after continue-as-new', () => {
    const pace = new RepairPace();
    pauses(pace, 4, START);
    const carried = new RepairPace(pace.carry());
    expect(pauses(carried, 1, START + 21 * MINUTE)).toEqual([45]);
  });

  it('is a first one again when it has lasted five minutes longer than its pause', () => {
    const pace = new RepairPace();
    pauses(pace, 4, START);
    const last = START + 5 * MINUTE + 20_000;
    expect(pauses(pace, 3, last + 21 * MINUTE)).toEqual([0, 0, 5]);
  });

  it('does not slow down by what is repaired along with something else', () => {
    const pace = new RepairPace();
    pauses(pace, 3, START);
    const along = START + MINUTE;
    const both = repairOf('StatefulSet/acme', 'Service/acme');
    expect(pace.notBefore(both, along)).toBeUndefined();
    pace.begun(both, along);
    expect(pace.notBefore(scaled, along)).toBe(along + 5 * MINUTE);
  });

  it('is made at once when a person wants it', () => {
    const pace = new RepairPace();
    pauses(pace, 5, START);
    pace.forget();
    expect(pauses(pace, 1, START + 30 * MINUTE)).toEqual([0]);
  });
});
