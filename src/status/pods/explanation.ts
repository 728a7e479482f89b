/** What a program's log lines are explained by. */

export interface Explanation {
  readonly reason: string;
  /** Completes "because it …". */
  readonly why: string;
  readonly fix: string;
}

export interface Pattern {
  readonly matches: RegExp;
  readonly explain: (captures: readonly string[]) => Explanation;
}
