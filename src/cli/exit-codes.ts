/** What `opstack` ends with: part of its interface, for scripts. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** The command line is wrong: unknown command or option, or a value that can't be. */
  usage: 2,
  /** Nothing is wrong, but a plan waits for somebody to approve it. */
  waitingForApproval: 3,
  /** A network is halted, invalid, or does not work as it should. */
  degraded: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
