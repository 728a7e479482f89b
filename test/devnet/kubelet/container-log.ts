import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** Lines of a container that are kept in memory; the file has all of them. */
const KEPT_LINES = 5000;

export interface LogLine {
  readonly time: Date;
  readonly text: string;
}

/** Log of one instance of a container: in memory for assertions and `kubectl logs`, in a file for people. */
export class ContainerLog {
  readonly #file: string;
  readonly #followers = new Set<{ line: (line: LogLine) => void; end: () => void }>();
  #lines: LogLine[] = [];
  #stream: WriteStream | undefined;
  #closed = false;

  constructor(file: string) {
    this.#file = file;
  }

  append(text: string): void {
    const time = new Date();
    for (const part of text.replace(/\n$/, '').split('\n')) {
      const line = { time, text: part };
      this.#lines.push(line);
      this.#open().write(`${time.toISOString()} ${part}\n`);
      for (const follower of this.#followers) follower.line(line);
    }
    if (this.#lines.length > 2 * KEPT_LINES) this.#lines = this.#lines.slice(-KEPT_LINES);
  }

  lines(): LogLine[] {
    return this.#lines.slice(-KEPT_LINES);
  }

  /**
   * Hears of every line from now on.
   * @param end called when there will be no more; at once if the container has ended
   * @returns stops it
   */
  follow(line: (line: LogLine) => void, end: () => void): () => void {
    const follower = { line, end };
    if (this.#closed) end();
    else this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** The last lines, at most 80 and 2 kB: what `terminationMessagePolicy: FallbackToLogsOnError` shows. */
  terminationMessage(): string {
    const last = this.#lines.slice(-80).map(({ text }) => text);
    return last.join('\n').slice(-2048);
  }

  /** The container has ended. */
  close(): void {
    this.#closed = true;
    this.#stream?.end();
    this.#stream = undefined;
    for (const { end } of this.#followers) end();
    this.#followers.clear();
  }

  #open(): WriteStream {
    if (!this.#stream) {
      mkdirSync(dirname(this.#file), { recursive: true });
      // The file is for people to look at: whoever removes the folder while pods end does not want it.
      this.#stream = createWriteStream(this.#file, { flags: 'a' }).on('error', () => undefined);
    }
    return this.#stream;
  }
}
