/** What the processes of a stage take of the machine while something goes on. */
import type { ManagedProcess } from '../../devnet/servers/managed-process.ts';
import type { Figure } from '../row.ts';
import { usageOf } from './usage.ts';

const SAMPLE_EVERY_MS = 2000;

export interface Load {
  readonly seconds: number;
  /** Cores that each process has used, on the mean. */
  readonly cores: Readonly<Record<string, number>>;
  /** The most memory that each was seen with. */
  readonly peakMegabytes: Readonly<Record<string, number>>;
}

/** Watches until `stop` is called. A process that is restarted meanwhile can not be told. */
export function watchLoad(processes: Readonly<Record<string, ManagedProcess>>): { stop(): Load } {
  const all = Object.entries(processes);
  const from = performance.now();
  const before = new Map(all.map(([name, process]) => [name, usageOf(process).cpuSeconds]));
  const peak = new Map<string, number>();
  const look = () => {
    for (const [name, process] of all) {
      if (!process.running) continue;
      peak.set(name, Math.max(peak.get(name) ?? 0, usageOf(process).residentBytes / 1e6));
    }
  };
  look();
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      const seconds = (performance.now() - from) / 1000;
      const cores = all.map(([name, process]) => {
        const used = usageOf(process).cpuSeconds - (before.get(name) ?? 0);
        return [name, used / seconds] as const;
      });
      return { seconds, cores: Object.fromEntries(cores), peakMegabytes: Object.fromEntries(peak) };
    },
  };
}

/** Cores of each process, to see what the time went into. */
export function coresOf({ cores }: Load): Figure[] {
  return Object.entries(cores).map(([name, value]) => ({ name: `${name} CPU`, value, unit: 'cores' }));
}
