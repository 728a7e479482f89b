import { FORKS } from '../catalogue/releases.ts';
import type { Problem } from '../contract/failures.ts';
import type { RollupConfig } from './rollup-config.ts';

/** The fields of `spec` that say something about the chain. */
interface ChainSpec {
  readonly l1: { readonly chainId?: number | undefined };
  readonly l2?: { readonly chainId: number } | undefined;
  readonly contracts: { readonly systemConfig?: string | undefined };
  readonly genesis?: { readonly registry?: true | undefined } | undefined;
}

/** What a spec says itself about a chain that it names. */
interface SaidBeside {
  readonly l1ChainId?: number | undefined;
  readonly l2ChainId?: number | undefined;
  readonly systemConfig?: string | undefined;
  /** The user's own rollup.json. */
  readonly rollup?: RollupConfig | undefined;
  /** Whether the user gives a genesis file as well. */
  readonly genesis: boolean;
}

/** @param rollup the user's own rollup.json */
export function saidBeside(spec: ChainSpec, rollup: RollupConfig | undefined): SaidBeside {
  return {
    l1ChainId: spec.l1.chainId,
    l2ChainId: spec.l2?.chainId,
    systemConfig: spec.contracts.systemConfig,
    rollup,
    genesis: spec.genesis !== undefined && spec.genesis.registry === undefined,
  };
}

type Value = string | number | undefined;

/** By the path in rollup.json: what makes it this chain and no other. */
const IDENTITY: readonly (readonly [string, (config: RollupConfig) => Value])[] = [
  ['l1_chain_id', (config) => config.l1_chain_id],
  ['l2_chain_id', (config) => config.l2_chain_id],
  ['genesis.l1.hash', ({ genesis }) => genesis.l1.hash],
  ['genesis.l2.hash', ({ genesis }) => genesis.l2.hash],
  ['genesis.l2_time', ({ genesis }) => genesis.l2_time],
  ['block_time', (config) => config.block_time],
  ['seq_window_size', (config) => config.seq_window_size],
  ['batch_inbox_address', (config) => config.batch_inbox_address],
  ['deposit_contract_address', (config) => config.deposit_contract_address],
  ['l1_system_config_address', (config) => config.l1_system_config_address],
];

/**
 * What a spec says of a chain must be so in the registry, by which the programs know it. Fork times of a rollup.json win
 * where a genesis file goes with it; else op-node and the execution client would fork at different times.
 * @param name of the chain in the registry
 * @param known its rollup configuration by the registry
 */
export function checkAgainstRegistry(name: string, known: RollupConfig, said: SaidBeside): Problem[] {
  const differ = (field: string, value: Value, expected: Value, fix: string): Problem[] =>
    value === expected
      ? []
      : [
          {
            type: 'ChainMismatch',
            message: `${field} is ${value ?? 'not set'}, and the superchain registry has ${expected ?? 'none'} for ${name}`,
            fix,
          },
        ];
  const ofSpec = (field: string, value: Value, expected: Value) =>
    value === undefined
      ? []
      : differ(
          field,
          value,
          expected,
          `leave ${field} out, or name the chain that is meant in spec.network; what is fixed after creation needs an object of another name`,
        );
  const ofFile = (field: string, valueIn: (config: RollupConfig) => Value) =>
    said.rollup
      ? differ(
          `${field} of the rollup configuration`,
          valueIn(said.rollup),
          valueIn(known),
          `leave spec.rollupConfig out, or provide the rollup.json of ${name}`,
        )
      : [];
  const forks = said.genesis ? [] : FORKS.map((fork) => `${fork}_time` as const);
  return [
    ...ofSpec('spec.l1.chainId', said.l1ChainId, known.l1_chain_id),
    ...ofSpec('spec.l2.chainId', said.l2ChainId, known.l2_chain_id),
    ...ofSpec('spec.contracts.systemConfig', said.systemConfig?.toLowerCase(), known.l1_system_config_address),
    ...IDENTITY.flatMap(([field, valueIn]) => ofFile(field, valueIn)),
    ...forks.flatMap((field) => ofFile(field, (config) => config[field])),
  ];
}
