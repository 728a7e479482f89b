/** Progress lines with the seconds since the start. Results go to stdout, progress to stderr. */
export interface Progress {
  /** Something is done or has begun. */
  step(text: string): void;
  /** Only with --verbose. */
  detail(text: string): void;
  note(text: string): void;
  /** A result: text for people, on stdout. */
  print(text: string): void;
  seconds(): number;
}

export function createProgress(options: { verbose: boolean }): Progress {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const line = (mark: string, text: string) =>
    process.stderr.write(`${seconds().toFixed(1).padStart(6)} s ${mark} ${text}\n`);
  return {
    step: (text) => line('•', text),
    detail: (text) => {
      if (options.verbose) line(' ', text);
    },
    note: (text) => line('!', text),
    print: (text) => process.stdout.write(`${text}\n`),
    seconds,
  };
}
