import type { Rule } from './rules.ts';

export interface SafeLagPolicy {
  /** How far the safe head may be behind the newest block, in seconds of L2 time. */
  readonly maxSeconds: number;
  /** True for moments (unix ms) at which the operator said that the safe head is behind. */
  announced(at: number): boolean;
}

/** The safe head falls behind only with an announcement. Reports the first moment of each time that it did. */
export function safeLagRule(policy: SafeLagPolicy): Rule {
  return (events, ledger) => {
    const found: string[] = [];
    let safeTime: number | undefined;
    let behind = false;
    for (const event of events) {
      if (event.type === 'safe-advanced') safeTime = ledger.block(event.block.hash)?.timestamp;
      if (event.type !== 'block-produced' || safeTime === undefined) continue;
      const lag = event.timestamp - safeTime;
      const wrong = lag > policy.maxSeconds && !policy.announced(event.at);
      if (wrong && !behind)
        found.push(`safe head is ${lag} s behind at block ${event.block.number} and nobody said so`);
      behind = wrong;
    }
    return found;
  };
}
