/** The preference goes to and fro between the two sequencers of a network. */
import { flip, gapsOf, INSTALLED, pausesOf, type Turn, turned } from '../../devnet/hand-overs.ts';
import { planAfter } from '../../integration/plans-in-status.ts';
import { atMost, distribution, type Row } from '../row.ts';
import { BLOCK_SECONDS, twoSequencers } from '../stage/two-sequencers.ts';
import { percentile } from '../statistics.ts';

const REPLACED = /was replaced/;

export const handOver: Row = {
  name: 'hand-over',
  what: 'hand-over between two sequencers: last block of the one → first block of the other one',
  targets: [atMost('p99', 2, 'block times'), atMost('replaced', 0, 'blocks')],
  size: { runs: { usual: 20, of: 'hand-overs' } },
  async measure(bench) {
    const { chain } = await bench.on(twoSequencers);
    const gaps: number[] = [];
    const latest: number[] = [];
    const pauses: number[] = [];
    const plans: number[] = [];
    let turn: Turn = INSTALLED;
    for (let run = 0; run < bench.runs; run++) {
      turn = turned(turn);
      const from = chain.referee.events().length;
      const began = performance.now();
      await planAfter({ chain }, () => flip(chain, turn));
      plans.push((performance.now() - began) / 1000);
      const { between, all } = gapsOf(chain, from);
      gaps.push(...between.map((seconds) => seconds / BLOCK_SECONDS));
      latest.push(Math.max(...all) / BLOCK_SECONDS);
      pauses.push(...pausesOf(chain, from));
    }
    if (gaps.length !== bench.runs) throw new Error(`${bench.runs} changes led to ${gaps.length} hand-overs`);
    const violations = chain.referee.violations();
    const others = violations.filter((text) => !REPLACED.test(text));
    if (others.length > 0) throw new Error(`the referee saw: ${others.join('; ')}`);
    return {
      figures: [
        ...distribution(gaps, 'block times'),
        { name: 'replaced', value: violations.length, unit: 'blocks' },
        { name: 'between any two max', value: Math.max(...latest), unit: 'block times' },
        { name: 'nobody sequences p50', value: percentile(pauses, 50), unit: 'ms' },
        { name: 'nobody sequences max', value: Math.max(...pauses), unit: 'ms' },
        { name: 'whole plan p50', value: percentile(plans, 50), unit: 's' },
      ],
      under:
        'two sequencers and a batcher, a block each second, times of the ledger; 1 block time is a hand-over that nobody notices; most of a plan waits for two equal heads two block times apart, and for blocks of the new one',
    };
  },
};
