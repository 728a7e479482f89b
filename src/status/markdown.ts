/** Markdown of bounded length for Temporal's pages. Pure. */

/** One line without characters that would end a table cell. */
export function cell(text: string, limit = 300): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return (line.length > limit ? `${line.slice(0, limit)}…` : line).replaceAll('|', '\\|');
}

/** Commands to copy, each under a line that says when. Empty when there is none. */
export function commandBlock(lines: readonly (readonly [when: string, command: string])[]): string {
  if (lines.length === 0) return '';
  return ['```', ...lines.flatMap(([when, command]) => [`# ${when}`, command]), '```'].join('\n');
}

/** The first `limit` lines, and how many more there are. */
export function firstLines(lines: readonly string[], limit: number): string[] {
  return lines.length <= limit ? [...lines] : [...lines.slice(0, limit), `- … and ${lines.length - limit} more`];
}
