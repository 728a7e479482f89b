/** Compares what a simulated program says with a recorded log: level and message of each line. */
import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import { recordedText } from './recording.ts';

/** `warn Engine temporary error`, of a line of an op-* program or of geth. */
export function wordsOf(line: string): string {
  const [, opLevel, quoted] = /lvl=(\w+) msg="((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
  if (opLevel !== undefined) return `${opLevel} ${quoted}`;
  const [, level = '', message = line] = /^([A-Z]+) *\[[^\]]*\] ?(.*)$/.exec(line) ?? [];
  return `${level.toLowerCase()} ${message.replace(/ +[\w-]+=.*$/, '').replaceAll(/ +/g, ' ')}`.trim();
}

/** What a recorded log says, without its comments and counts (`12x `). */
export function recordedWords(file: string): readonly string[] {
  return recordedText(file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => wordsOf(line.replace(/^\d+x /, '')));
}

/** The first of each kind. */
export const kindsOf = (words: readonly string[]): readonly string[] => [...new Set(words)];

/**
 * Expects every recorded line in the program's log, in the recorded order; others may stand between. Recordings are
 * excerpts, so repetitions of a line count once.
 */
export function expectInOrder(logs: readonly string[], recorded: readonly string[]): void {
  const said = logs.map(wordsOf);
  let from = 0;
  for (const [index, words] of recorded.entries()) {
    if (words === recorded[index - 1]) continue;
    const at = said.indexOf(words, from);
    if (at === -1) expect(said.slice(from), `after "${recorded[index - 1]}"`).toContain(words);
    from = at + 1;
  }
}

/** The same of a program that runs on: waits until it has said the last of it. */
export const eventuallyInOrder = (logs: () => readonly string[], recorded: readonly string[]): Promise<true> =>
  eventually('everything that is recorded, in its order', () => {
    expectInOrder(logs(), recorded);
    return true;
  });
