/**
 * When approved plans may start: windows that open by a cron expression in a time zone, and stay open for a while. Pure.
 * Not for workflow code: what a time zone is says the Node that runs it.
 *
 * An hour that the clocks leave out opens its window right after it; one that they go through twice opens it once. How
 * long a window is open counts in real time.
 */
import { Cron } from 'croner';
import { parseDuration } from '../api/duration.ts';
import { isNear } from '../api/near-name.ts';
import type { OptimismNetworkSpec } from '../api/optimism-network.ts';
import type { Window } from '../contract/activities.ts';
import type { Problem } from '../contract/failures.ts';

export type WindowSpec = NonNullable<OptimismNetworkSpec['approval']['windows']>[number];

/**
 * The window that is open, of several the one that closes last; else the one that opens next.
 * @param now milliseconds since the epoch
 * @returns undefined when there are none, or none that {@link checkWindows} accepts
 */
export function windowAt(windows: readonly WindowSpec[], now: number): Window | undefined {
  const times = windows.filter((window) => check(window) === undefined).map((window) => timesOf(window, now));
  const [open] = times.filter(({ openedAt }) => openedAt !== undefined).sort((a, b) => b.closesAt - a.closesAt);
  if (open) return { name: open.window.name, closesAt: rfc3339(open.closesAt) };
  const [next] = times.sort((a, b) => a.opensAt - b.opensAt);
  if (!next) return undefined;
  const { window, opensAt, closesAt } = next;
  const local = window.timeZone === 'UTC' ? {} : { opensLocally: localTime(opensAt, window.timeZone) };
  return { name: window.name, opensAt: rfc3339(opensAt), ...local, closesAt: rfc3339(closesAt) };
}

/** What the schema can not know: names of time zones, and schedules that no day fits. */
export function checkWindows(windows: readonly WindowSpec[]): Problem[] {
  return windows.flatMap((window) => check(window) ?? []);
}

/** When it has opened, if it still is open; when it opens next; and when the one of the two closes. */
function timesOf(window: WindowSpec, now: number) {
  const cron = cronOf(window);
  const duration = parseDuration(window.duration);
  // The reference itself is left out, and this moment may be when it opens.
  const [last] = cron.previousRuns(1, new Date(now + 1));
  const openedAt = last !== undefined && now < last.getTime() + duration ? last.getTime() : undefined;
  const opensAt = cron.nextRun(new Date(now))?.getTime() ?? Number.POSITIVE_INFINITY;
  return { window, openedAt, opensAt, closesAt: (openedAt ?? opensAt) + duration };
}

function check({ name, schedule, timeZone }: WindowSpec): Problem | undefined {
  const field = `spec.approval.windows[${name}]`;
  if (!isTimeZone(timeZone)) {
    const similar = Intl.supportedValuesOf('timeZone').filter((known) => isNear(known, timeZone));
    return {
      type: 'InvalidSpec',
      message: `${field}.timeZone: there is no time zone "${timeZone}"`,
      fix:
        similar.length > 0
          ? `Did you mean ${similar.join(' or ')}?`
          : 'write the name that the IANA database has for it, for example Europe/Berlin, or UTC',
    };
  }
  try {
    // What no year of the calendar has, none will have.
    if (cronOf({ schedule, timeZone }).nextRun(new Date(0))) return undefined;
    return {
      type: 'InvalidSpec',
      message: `${field}.schedule: "${schedule}" never opens, there is no such day`,
      fix: 'correct the day of the month (third field) or the month (fourth)',
    };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: (Syntax error, )?/, '') : String(error);
    return {
      type: 'InvalidSpec',
      message: `${field}.schedule: "${schedule}" can not be read: ${why}`,
      fix: 'write ranges upwards (22-23,0-3 and not 22-3) and steps as */15 or 0-30/15, none above the largest value',
    };
  }
}

function cronOf({ schedule, timeZone }: Pick<WindowSpec, 'schedule' | 'timeZone'>): Cron {
  // A schedule with a list of hours is one of fixed times as well.
  return new Cron(schedule, { mode: '5-part', timezone: timeZone, fixedTimeRule: 'no-wildcard', paused: true });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Openings have whole minutes. */
function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function localTime(milliseconds: number, timeZone: string): string {
  // The Swedish way of writing a time is that of ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${format.format(milliseconds)} ${timeZone}`;
}
