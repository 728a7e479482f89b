/** What a plan that waits for its window is said to do. Free of imports: workflow code uses it. */

interface Opening {
  readonly name: string;
  readonly opensAt?: string | undefined;
  readonly opensLocally?: string | undefined;
}

/** `starts in window weekday-mornings at 2026-11-30T08:00:00Z (2026-11-30 09:00 Europe/Berlin)` */
export function startsInWindow({ name, opensAt, opensLocally }: Opening): string {
  const local = opensLocally === undefined ? '' : ` (${opensLocally})`;
  return `starts in window ${name} at ${opensAt ?? 'its next opening'}${local}`;
}
