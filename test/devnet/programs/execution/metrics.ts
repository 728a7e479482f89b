import type { Chain } from './chain.ts';

/** Prometheus text with the series of op-geth that are worth watching (op-stack-observed.md 2.13). */
export function executionMetrics(chain: Chain, peers: number): string {
  const gauges: Readonly<Record<string, number>> = {
    chain_head_block: chain.unsafe().number,
    chain_head_header: chain.unsafe().number,
    chain_head_safe: chain.safe()?.number ?? 0,
    chain_head_finalized: chain.finalized()?.number ?? 0,
    p2p_peers: peers,
    txpool_pending: chain.pool.size,
  };
  return Object.entries(gauges)
    .map(([name, value]) => `# TYPE ${name} gauge\n${name} ${value}\n\n`)
    .join('');
}
