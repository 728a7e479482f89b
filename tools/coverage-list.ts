/** `test/coverage.json`: what has to be tested, and by which test file it is, or by which issue it will be. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const COVERAGE_FILE = 'test/coverage.json';

const tests = z.array(z.string()).min(1);
const issue = z.object({ issue: z.int().min(4).max(9) });
const names = z.record(z.string(), z.union([tests, issue]));

const schema = z.strictObject({
  /** Recordings of the real programs, by folder. */
  recordings: z.record(
    z.string(),
    z.strictObject({
      /** Folders of this repository that hold copies, under the same file names. */
      copies: z.array(z.string()),
      /** File name → tests that use it. */
      used: z.record(z.string(), tests),
      /** Number of the issue that will use them → file names. */
      planned: z.record(z.string(), z.array(z.string())),
    }),
  ),
  /** Files that were made of a recording → its name in `recordings`. */
  excerpts: z.record(z.string(), z.string()),
  /** Files in folders of fixtures that are no recordings → what they are. */
  own: z.record(z.string(), z.string()),
  gates: names,
  steps: names,
  failures: names,
  /** Rows of bad input (design: "Bad input") → the test that plays it, by a part of its title. */
  badInput: z.array(
    z.union([
      z.strictObject({ input: z.string(), test: z.string(), title: z.string() }),
      z.strictObject({ input: z.string(), ...issue.shape }),
    ]),
  ),
});

export type CoverageList = z.output<typeof schema>;
export type Names = CoverageList['gates'];

export function readCoverageList(): CoverageList {
  return schema.parse(JSON.parse(readFileSync(COVERAGE_FILE, 'utf8')));
}
