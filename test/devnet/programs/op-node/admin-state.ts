import { readFileSync, writeFileSync } from 'node:fs';

/** The file of `--rpc.admin-state`: the last start or stop decision. */
export interface AdminState {
  /** Undefined when nothing was stored. */
  read(): boolean | undefined;
  /** Throws what writing throws. */
  write(started: boolean): void;
}

/** @param file path on this machine; undefined without the option */
export function openAdminState(file: string | undefined, writable: () => boolean): AdminState {
  return {
    read() {
      if (file === undefined) return undefined;
      try {
        const parsed = JSON.parse(readFileSync(file, 'utf8')) as { sequencerStarted?: boolean };
        return parsed.sequencerStarted;
      } catch {
        return undefined;
      }
    },
    write(started) {
      if (file !== undefined && writable()) writeFileSync(file, JSON.stringify({ sequencerStarted: started }));
    },
  };
}
