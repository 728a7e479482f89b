/** Chains of the registry as people read them. */
import type { NamedChain } from '../catalogue/registry.ts';
import { registryRollupConfig } from '../chain/registry-rollup-config.ts';
import { type Fork, scheduledForks } from '../chain/rollup-config.ts';
import { opNetworkName } from '../render/registry-names.ts';
import { columns, type Paint } from './output.ts';

/** One row of the list, for programs. */
export interface ChainSummary {
  readonly name: string;
  readonly title: string;
  readonly chainId: number;
  readonly l1ChainId: number;
  readonly blockTimeSeconds: number;
  readonly dataAvailability: string;
  /** The last fork that has a time, be it in the future. */
  readonly newestFork: string;
}

export function chainSummary({ name, chain }: NamedChain): ChainSummary {
  return {
    name,
    title: chain.name,
    chainId: chain.chain_id,
    l1ChainId: chain.l1_chain_id,
    blockTimeSeconds: chain.block_time,
    dataAvailability: chain.data_availability_type,
    newestFork: scheduledForks(registryRollupConfig(chain)).at(-1)?.name ?? '',
  };
}

export function chainList(chains: readonly NamedChain[]): string {
  const rows = chains
    .map(chainSummary)
    .map((chain) => [
      chain.name,
      String(chain.chainId),
      String(chain.l1ChainId),
      `${chain.blockTimeSeconds}s`,
      chain.dataAvailability,
      chain.newestFork,
      chain.title,
    ]);
  return columns(['NAME', 'CHAIN ID', 'L1', 'BLOCKS', 'DATA', 'FORK', 'TITLE'], rows);
}

export interface DetailsView {
  readonly now: Date;
  readonly paint: Paint;
}

export function chainDetails({ name, chain }: NamedChain, { now, paint }: DetailsView): string {
  const { genesis } = chain;
  const facts = [
    ['chain id', `${chain.chain_id}, on L1 ${chain.l1_chain_id}`],
    ['op-node', `--network=${opNetworkName(name)}`],
    ['starts at', `block ${genesis.l2.number} ${genesis.l2.hash}, ${dateOf(genesis.l2_time)}`],
    ['after L1', `block ${genesis.l1.number} ${genesis.l1.hash}`],
    ['blocks', `every ${chain.block_time}s`],
    ['data', chain.data_availability_type],
    ['batch inbox', chain.batch_inbox_addr],
    ['sequencer', chain.sequencer_rpc ?? 'none is named'],
  ];
  const forks = scheduledForks(registryRollupConfig(chain)).map((fork) => [fork.name, activation(fork, genesis, now)]);
  return [
    `${paint('bold', name)}  ${chain.name}`,
    columns(['', ''], facts).trimStart(),
    columns(['FORK', ''], forks),
    columns(['CONTRACT ON L1', ''], Object.entries(chain.addresses)),
  ].join('\n');
}

function activation({ time }: Fork, { l2_time }: { readonly l2_time: number }, now: Date): string {
  if (time <= l2_time) return 'from the beginning';
  return time * 1000 > now.getTime() ? `${dateOf(time)}, in the future` : dateOf(time);
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
