import { describe, expect, it } from 'vitest';
import { approval } from '../../src/api/approval.ts';
import { checkWindows, windowAt } from '../../src/plan/windows.ts';

type Given = { name?: string; schedule: string; duration: string; timeZone?: string };

function windowsOf(...given: Given[]) {
  return approval.parse({ windows: given.map((window, n) => ({ name: `w${n}`, ...window })) }).windows ?? [];
}

function seen(now: string, ...given: Given[]) {
  return windowAt(windowsOf(...given), Date.parse(now));
}

describe('a window', () => {
  const mornings = { name: 'mornings', schedule: '0 9 * * MON-THU', duration: '3h' };

  it.each<[string, string, object]>([
    ['opens next after a weekend', '2026-11-29T13:00:00Z', { opensAt: '2026-11-30T09:00:00Z' }],
    ['is shut a moment before it opens', '2026-11-30T08:59:59.999Z', { opensAt: '2026-11-30T09:00:00Z' }],
    ['is open from the moment on', '2026-11-30T09:00:00Z', { closesAt: '2026-11-30T12:00:00Z' }],
    ['is open to the last moment', '2026-11-30T11:59:59.999Z', { closesAt: '2026-11-30T12:00:00Z' }],
    ['is shut from when it closes', '2026-11-30T12:00:00Z', { opensAt: '2026-12-01T09:00:00Z' }],
  ])('%s', (_, now, expected) => {
    const found = seen(now, mornings);
    expect(found).toMatchObject({ name: 'mornings', ...expected });
    expect(found?.opensAt === undefined, 'it is open or opens').toBe('closesAt' in expected);
  });

  it('tells when it opens by its own clocks too, unless those are UTC', () => {
    const berlin = { ...mornings, timeZone: 'Europe/Berlin' };
    expect(seen('2026-11-29T13:00:00Z', berlin)).toEqual({
      name: 'mornings',
      opensAt: '2026-11-30T08:00:00Z',
      opensLocally: '2026-11-30 09:00 Europe/Berlin',
      closesAt: '2026-11-30T11:00:00Z',
    });
    expect(seen('2026-11-29T13:00:00Z', mornings)).not.toHaveProperty('opensLocally');
  });

  it('that is longer than its period never shuts', () => {
    for (const now of ['2026-11-29T00:00:00Z', '2026-11-29T11:59:00Z', '2026-11-29T12:00:00Z', '2026-11-29T23:59:00Z'])
      expect(seen(now, { schedule: '0 */12 * * *', duration: '13h' })?.opensAt, now).toBeUndefined();
  });

  it('that opens on a leap day only is waited for', () => {
    expect(seen('2026-11-29T00:00:00Z', { schedule: '0 0 29 2 *', duration: '1h' })?.opensAt).toBe(
      '2028-02-29T00:00:00Z',
    );
  });

  it('of a day of the month and a day of the week opens on either, as cron has it', () => {
    const either = { schedule: '0 0 13 * FRI', duration: '1h' };
    expect(seen('2026-11-30T00:00:00Z', either)?.opensAt).toBe('2026-12-04T00:00:00Z');
    expect(seen('2026-12-12T00:00:00Z', either)?.opensAt).toBe('2026-12-13T00:00:00Z');
  });
});

describe('several windows', () => {
  const early = { name: 'early', schedule: '0 9 * * *', duration: '3h' };
  const late = { name: 'late', schedule: '0 11 * * *', duration: '3h' };

  it.each([
    ['the one that opens first is waited for', '2026-11-29T08:00:00Z', 'early', '2026-11-29T09:00:00Z'],
    ['the one that is open counts, whatever opens next', '2026-11-29T10:00:00Z', 'early', undefined],
    ['of two that are open the one that closes last counts', '2026-11-29T11:30:00Z', 'late', undefined],
    ['the other one is still open when the first has closed', '2026-11-29T12:30:00Z', 'late', undefined],
    ['the first of the next day is waited for', '2026-11-29T14:00:00Z', 'early', '2026-11-30T09:00:00Z'],
  ])('%s', (_, now, name, opensAt) => {
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const found = seen(now, ...order);
      expect(found?.name).toBe(name);
      expect(found?.opensAt).toBe(opensAt);
    }
  });

  it('are none where none are written', () => {
    expect(windowAt([], Date.parse('2026-11-29T08:00:00Z'))).toBeUndefined();
  });
});

describe('when the clocks change', () => {
  const nightly = (schedule: string) => ({ schedule, duration: '2h', timeZone: 'Europe/Berlin' });

  it.each(['30 2 * * *', '30 2,14 * * *'])('%s in an hour that is left out opens right after it', (schedule) => {
    expect(seen('2026-03-28T22:00:00Z', nightly(schedule))).toMatchObject({
      opensAt: '2026-03-29T01:00:00Z',
      opensLocally: '2026-03-29 03:00 Europe/Berlin',
      closesAt: '2026-03-29T03:00:00Z',
    });
  });

  it.each(['30 2 * * *', '30 2,14 * * *'])('%s in an hour that comes twice opens once', (schedule) => {
    const window = nightly(schedule);
    expect(seen('2026-10-25T00:00:00Z', window)?.opensAt).toBe('2026-10-25T00:30:00Z');
    expect(seen('2026-10-25T01:30:00Z', window)).toEqual({ name: 'w0', closesAt: '2026-10-25T02:30:00Z' });
    expect(seen('2026-10-25T02:30:00Z', window)?.opensAt).not.toBe('2026-10-25T01:30:00Z');
  });

  it('the same hour of the day opens it, an hour earlier or later by UTC', () => {
    const morning = { schedule: '0 9 * * *', duration: '3h', timeZone: 'Europe/Berlin' };
    expect(seen('2026-10-24T12:00:00Z', morning)?.opensAt).toBe('2026-10-25T08:00:00Z');
    expect(seen('2026-10-24T06:00:00Z', morning)?.opensAt).toBe('2026-10-24T07:00:00Z');
  });

  it('it stays open as long as it says, in real time', () => {
    const night = { schedule: '0 1 * * *', duration: '4h', timeZone: 'Europe/Berlin' };
    // 5 hours by the clock on the wall, which goes back from 03:00 to 02:00.
    expect(seen('2026-10-25T02:59:00Z', night)).toEqual({ name: 'w0', closesAt: '2026-10-25T03:00:00Z' });
  });
});

describe('a window that can not be', () => {
  it.each<[string, Given, RegExp, RegExp]>([
    [
      'names a time zone that is misspelt',
      { schedule: '0 9 * * *', duration: '1h', timeZone: 'Europe/Berln' },
      /windows\[w0\]\.timeZone: there is no time zone "Europe\/Berln"/,
      /Did you mean Europe\/Berlin\?/,
    ],
    [
      'names a time zone that does not exist',
      { schedule: '0 9 * * *', duration: '1h', timeZone: 'Mars/Olympus' },
      /there is no time zone "Mars\/Olympus"/,
      /IANA database/,
    ],
    [
      'never opens',
      { schedule: '0 0 31 2 *', duration: '1h' },
      /windows\[w0\]\.schedule: "0 0 31 2 \*" never opens/,
      /day of the month/,
    ],
    ['never opens in short months', { schedule: '0 0 31 4,6 *', duration: '1h' }, /never opens/, /month/],
    ['has a range that goes down', { schedule: '0 22-3 * * *', duration: '1h' }, /22-3/, /22-23,0-3/],
    ['has a week that goes over Sunday', { schedule: '0 9 * * FRI-MON', duration: '1h' }, /larger than to/, /upwards/],
    ['steps from a single value', { schedule: '5/10 * * * *', duration: '1h' }, /numeric prefix/, /\*\/15/],
    ['steps further than the field goes', { schedule: '*/99 * * * *', duration: '1h' }, /maximum/, /largest value/],
  ])('%s', (_, given, message, fix) => {
    const windows = windowsOf(given);
    expect(checkWindows(windows)).toEqual([
      { type: 'InvalidSpec', message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    ]);
    expect(windowAt(windows, Date.parse('2026-11-29T00:00:00Z')), 'no plan waits for it').toBeUndefined();
  });

  it('is the only one that is told', () => {
    const good = { schedule: '0 9 * * MON-THU', duration: '3h', timeZone: 'America/New_York' };
    expect(checkWindows(windowsOf(good, { ...good, schedule: '0 0 30 2 *' }))).toHaveLength(1);
    expect(checkWindows(windowsOf(good))).toEqual([]);
  });
});
