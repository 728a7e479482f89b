/** Compares what a simulated program says with an excerpt of a recorded log. */
import { recordedText } from './recording.ts';

/** What a line says: its message, cut at a stack trace, and the names of its values. */
export interface Said {
  readonly message: string;
  readonly keys: readonly string[];
}

/** The lines of a recorded `log-*.txt`, without headings. */
export const recordedLog = (file: string): readonly string[] =>
  recordedText(file)
    .split('\n')
    .filter((line) => /^(t=|panic:)/.test(line));

export function saidIn(lines: readonly string[]): readonly Said[] {
  return lines.map((line) => {
    const [, message = line, values = ''] = /msg="((?:[^"\\]|\\.)*)"?(.*)$/.exec(line) ?? [];
    const names = [...values.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/(\S+)=/g)].map(([, key = '']) => key);
    return { message: message.split('\\n')[0] ?? '', keys: [...new Set(names)].sort() };
  });
}

/** The first line of each kind, in order. */
export function kindsOf(said: readonly Said[]): readonly Said[] {
  return said.filter((line, index) => said.findIndex(({ message }) => message === line.message) === index);
}
