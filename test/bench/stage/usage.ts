/** What a process has taken, as Linux tells it. */
import { readFileSync } from 'node:fs';

/** The kernel counts in these for user space on every architecture that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** @throws when the process is gone, or this is no Linux */
export function usageOf({ pid }: { readonly pid: number }): Usage {
  // The name, in parentheses, may hold spaces: fields are counted after it (proc_pid_stat(5): utime 14, stime 15).
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    residentBytes: Number(kilobytes) * 1024,
  };
}
