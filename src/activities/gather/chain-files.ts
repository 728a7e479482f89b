/**
 * The chain as it is configured: rollup.json, genesis and L1 chain configuration, read, checked against each other, and
 * made into our own ConfigMaps. A chain of the superchain registry needs none of the files: the programs know it by name.
 */
import { fromRegistryNames } from '../../api/contracts.ts';
import type { OptimismNetwork } from '../../api/optimism-network.ts';
import type { Registry } from '../../catalogue/registry.ts';
import type { RegistryChain } from '../../catalogue/registry-chain.ts';
import type { Addresses } from '../../chain/discovery/addresses.ts';
import { checkAgainstRegistry, saidBeside } from '../../chain/registry-check.ts';
import { registryRollupConfig } from '../../chain/registry-rollup-config.ts';
import { parseRollupConfig, type RollupConfig, scheduledForks } from '../../chain/rollup-config.ts';
import { checkRollupConfig } from '../../chain/rollup-config-check.ts';
import type { Problem } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { ChainFacts } from '../../render/input.ts';
import { registryFacts } from '../../render/registry-facts.ts';
import type { References } from './references.ts';
import { parseJson, storedFile, storedGenesis } from './stored-files.ts';

export interface ChainFiles {
  readonly rollup: RollupConfig;
  readonly facts: ChainFacts;
  /** Contracts on L1 as the registry has them, where the spec names the chain. */
  readonly contracts?: Addresses;
  /** Immutable ConfigMaps, named after their content. */
  readonly objects: readonly KubeObject[];
}

/**
 * @returns no files while something that they are made of is missing, or the chain is not known
 * @throws OperatorError InvalidSpec when a file can not be read; what contradicts is returned as problems
 */
export async function gatherChainFiles(
  network: OptimismNetwork,
  references: References,
  registry: Registry,
): Promise<{ files?: ChainFiles; problems: Problem[] }> {
  const { spec } = network;
  const known = spec.network === undefined ? undefined : registry.find(spec.network);
  if (spec.network !== undefined && !known) return { problems: [] };
  const rollupBytes = fileOf(spec.rollupConfig, references);
  const genesisBytes = fileOf(spec.genesis, references);
  if (!(rollupBytes || byRegistry(known, spec.rollupConfig))) return { problems: [] };
  if (!(genesisBytes || byRegistry(known, spec.genesis))) return { problems: [] };
  const own = rollupBytes && parseRollupConfig(parseJson('rollup configuration', rollupBytes));
  const registered = known && registryRollupConfig(known);
  const rollup = own ?? registered;
  if (!rollup) return { problems: [] };
  const problems = checkRollupConfig(rollup);
  if (registered) problems.push(...checkAgainstRegistry(spec.network ?? '', registered, saidBeside(spec, own)));
  else problems.push(...contradictions(network, rollup));
  const genesis = genesisBytes && (await storedGenesis(network, genesisBytes));
  // Where the chain was another one before, the genesis file is not where this one begins.
  if (genesis && rollup.genesis.l2.number === 0) problems.push(...genesisMismatch(genesis.hash, rollup));
  const l1Bytes = fileOf(spec.l1.chainConfig, references);
  if (l1Bytes) parseJson('L1 chain configuration', l1Bytes);
  const rollupFile = rollupBytes && storedFile(network, 'rollup', 'rollup.json', rollupBytes);
  const l1File = l1Bytes && storedFile(network, 'l1-chain', 'l1-chain.json', l1Bytes);
  return {
    problems,
    files: {
      rollup,
      ...(known ? { contracts: fromRegistryNames(known.addresses) } : {}),
      objects: [rollupFile, genesis?.file, l1File].flatMap((file) => (file ? [file.object] : [])),
      facts: {
        l1ChainId: rollup.l1_chain_id,
        l2ChainId: rollup.l2_chain_id,
        blockTimeSeconds: rollup.block_time,
        seqWindowSize: rollup.seq_window_size,
        genesisHash: rollup.genesis.l2.hash,
        ...registryFacts(spec.network, known),
        forks: scheduledForks(rollup),
        batchInbox: rollup.batch_inbox_address,
        config: {
          ...(rollupFile ? { rollup: rollupFile.ref } : {}),
          ...(genesis ? { genesis: { ...genesis.file.ref, compression: genesis.compression } } : {}),
          ...(l1File ? { l1ChainConfig: l1File.ref } : {}),
        },
      },
    },
  };
}

/** Whether the registry stands in for a file that the spec does not name. */
function byRegistry(known: RegistryChain | undefined, source: { registry?: true | undefined } | undefined): boolean {
  return known !== undefined && (source === undefined || source.registry === true);
}

function fileOf(
  source: { configMapRef?: { name: string; key: string } | undefined; inline?: string | undefined } | undefined,
  references: References,
): Buffer | undefined {
  if (source?.inline !== undefined) return Buffer.from(source.inline);
  const ref = source?.configMapRef;
  return ref && references.find('ConfigMap', ref.name, ref.key)?.value;
}

function contradictions({ spec }: OptimismNetwork, rollup: RollupConfig): Problem[] {
  return [
    ...mismatch(
      'l1_chain_id of the rollup configuration',
      rollup.l1_chain_id,
      spec.l1.chainId ?? rollup.l1_chain_id,
      'set spec.l1.chainId to the L1 of this chain, or provide its rollup.json',
    ),
    ...mismatch(
      'l2_chain_id of the rollup configuration',
      rollup.l2_chain_id,
      spec.l2?.chainId ?? rollup.l2_chain_id,
      'set spec.l2.chainId to the id of this chain, or provide its rollup.json',
    ),
    ...(spec.contracts.systemConfig
      ? mismatch(
          'l1_system_config_address of the rollup configuration',
          rollup.l1_system_config_address,
          spec.contracts.systemConfig.toLowerCase(),
          'set spec.contracts.systemConfig to the SystemConfig of this chain',
        )
      : []),
  ];
}

function genesisMismatch(hash: string, rollup: RollupConfig): Problem[] {
  return mismatch(
    'hash of block 0 by the genesis file',
    hash,
    rollup.genesis.l2.hash,
    'the genesis and the rollup configuration are of different chains: provide both from the same deployment',
  );
}

function mismatch(what: string, theirs: unknown, expected: unknown, fix: string): Problem[] {
  return theirs === expected
    ? []
    : [{ type: 'ChainMismatch', message: `${what}: ${theirs}, expected ${expected}`, fix }];
}
