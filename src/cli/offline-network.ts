/** A network of a file set, as far as rendering and its checks need it, with stand-ins for what only a cluster knows. */

import { GAME_TYPES } from '../api/game-type.ts';
import type { ObjectOf } from '../api/group.ts';
import type { OpNode } from '../api/op-node.ts';
import type { OptimismNetwork } from '../api/optimism-network.ts';
import { catalogueOf } from '../catalogue/own-catalogue.ts';
import type { Registry } from '../catalogue/registry.ts';
import type { RegistryChain } from '../catalogue/registry-chain.ts';
import type { Release } from '../catalogue/releases.ts';
import { registryRollupConfig } from '../chain/registry-rollup-config.ts';
import { parseRollupConfig, type RollupConfig, scheduledForks } from '../chain/rollup-config.ts';
import { OperatorError } from '../contract/failures.ts';
import { afterUpgrade } from '../render/game-types.ts';
import type { ChainFacts, RenderInput } from '../render/index.ts';
import { podName } from '../render/names.ts';
import { registryFacts } from '../render/registry-facts.ts';
import type { FileSet, Located } from './file-set.ts';

/** Ends the names of owned copies: in a cluster it is a hash of their content, which is not known here. */
export const OFFLINE = 'offline';

type Component = Exclude<ObjectOf[keyof ObjectOf], OptimismNetwork>;

export interface OfflineNetwork {
  readonly network: Located<OptimismNetwork>;
  readonly components: readonly Located<Component>[];
}

/** The networks of a file set with their components. */
export function networksOf({ objects }: Pick<FileSet, 'objects'>): OfflineNetwork[] {
  const networks = objects.flatMap(({ at, value }) => (value.kind === 'OptimismNetwork' ? [{ at, value }] : []));
  const components = componentsOf(objects);
  return networks.map((network) => ({
    network,
    components: components.filter(
      ({ value: { metadata, spec } }) =>
        metadata.namespace === network.value.metadata.namespace && spec.networkRef.name === network.value.metadata.name,
    ),
  }));
}

export function componentsOf(objects: FileSet['objects']): Located<Component>[] {
  return objects.flatMap(({ at, value }) => (value.kind === 'OptimismNetwork' ? [] : [{ at, value }]));
}

/** What is known offline of the chain of a network. */
export interface OfflineChain {
  /** Absent: not a chain of the registry. */
  readonly known?: RegistryChain | undefined;
  /** Absent: the rollup.json is somewhere else. */
  readonly rollup?: RollupConfig | undefined;
  /** The user's own rollup.json, where it is in the files. */
  readonly own?: RollupConfig | undefined;
}

/** @throws OperatorError InvalidSpec */
export function offlineChain(network: OptimismNetwork, data: Pick<FileSet, 'data'>, registry: Registry): OfflineChain {
  const { network: name, rollupConfig } = network.spec;
  const known = name === undefined ? undefined : registry.find(name);
  const own = rollupConfigOf(network, data);
  const isFile = rollupConfig !== undefined && rollupConfig.registry === undefined;
  return { known, own, rollup: own ?? (known && !isFile ? registryRollupConfig(known) : undefined) };
}

export interface OfflineCatalogue extends ReturnType<typeof catalogueOf> {
  /** The user's own releases are in a ConfigMap that is not among the files. */
  readonly isElsewhere: boolean;
}

/** The releases that a network may name. */
export function offlineCatalogue(network: OptimismNetwork, data: Pick<FileSet, 'data'>): OfflineCatalogue {
  const ref = network.spec.catalogue?.configMapRef;
  const content = ref && textOf(network, ref, data);
  return { ...catalogueOf(ref, content), isElsewhere: ref !== undefined && content === undefined };
}

/** The text of a ConfigMap of the files. */
function textOf(
  { metadata }: OptimismNetwork,
  ref: { name: string; key: string },
  { data }: Pick<FileSet, 'data'>,
): string | undefined {
  return data
    .find(({ kind, name, namespace }) => kind === 'ConfigMap' && name === ref.name && namespace === metadata.namespace)
    ?.texts.get(ref.key);
}

/** The rollup configuration, where it is in the files; undefined: it is somewhere else. @throws OperatorError InvalidSpec */
function rollupConfigOf(network: OptimismNetwork, data: Pick<FileSet, 'data'>): RollupConfig | undefined {
  const source = network.spec.rollupConfig;
  const text = source?.inline ?? (source?.configMapRef && textOf(network, source.configMapRef, data));
  if (text === undefined) return undefined;
  try {
    return parseRollupConfig(JSON.parse(text));
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(
      { type: 'InvalidSpec', message: 'rollup.json is not JSON', fix: 'provide the file as it was made' },
      { cause: error },
    );
  }
}

/**
 * Input of the renderer. Owned copies and identities have stand-in names; without a rollup configuration the facts about
 * the chain are stand-ins too, chosen so that no check complains because of them.
 */
export function offlineRenderInput(
  { network, components }: OfflineNetwork,
  chain: OfflineChain,
  release: Release,
): RenderInput {
  const { value } = network;
  const values = components.map((component) => component.value);
  const copy = (name: string, key: string) => ({ name: `${value.metadata.name}-${name}-${OFFLINE}`, key });
  const nodes = values.filter((component) => component.kind === 'OpNode');
  return {
    network: value,
    nodes,
    batchers: values.filter((component) => component.kind === 'OpBatcher'),
    proposers: values.filter((component) => component.kind === 'OpProposer'),
    challengers: values.filter((component) => component.kind === 'OpChallenger'),
    chain: chainFacts(value, chain),
    contracts: afterUpgrade(CONTRACTS, value.spec.contracts.upgrade),
    release,
    secret: copy,
    configMap: copy,
    identity: (name) => {
      const node = nodes.find(({ metadata }) => metadata.name === name);
      const jwt = node?.spec.jwtSecretRef;
      return {
        jwt: jwt ? copy(jwt.name, jwt.key) : { name: `${name}-jwt-${OFFLINE}`, key: 'jwt.hex' },
        p2p: { secretName: `${name}-p2p` },
        peerIds: node ? podNamesOf(node).map((pod) => `peer-id-of-${pod}`) : [],
      };
    },
  };
}

/** What only L1 knows: a factory that respects permissioned games. */
const CONTRACTS = {
  disputeGameFactory: `0x${'0'.repeat(40)}`,
  gameType: GAME_TYPES.permissioned,
  registeredGameTypes: [],
};

function podNamesOf({ metadata, spec }: OpNode): string[] {
  return Array.from({ length: spec.role === 'Sequencer' ? 1 : (spec.replicas ?? 1) }, (_, ordinal) =>
    podName(metadata.name, ordinal),
  );
}

function chainFacts({ metadata, spec }: OptimismNetwork, { known, rollup }: OfflineChain): ChainFacts {
  const file = (what: string, key: string) => ({ name: `${metadata.name}-${what}-${OFFLINE}`, key });
  const isFile = (source: { registry?: true | undefined } | undefined) =>
    source === undefined ? known === undefined : source.registry === undefined;
  return {
    l1ChainId: rollup?.l1_chain_id ?? spec.l1.chainId ?? 0,
    l2ChainId: rollup?.l2_chain_id ?? spec.l2?.chainId ?? 0,
    blockTimeSeconds: rollup?.block_time ?? 2,
    seqWindowSize: rollup?.seq_window_size ?? Number.MAX_SAFE_INTEGER,
    genesisHash: rollup?.genesis.l2.hash ?? `0x${'0'.repeat(64)}`,
    ...registryFacts(spec.network, known),
    forks: rollup ? scheduledForks(rollup) : [],
    batchInbox: rollup?.batch_inbox_address ?? `0x${'0'.repeat(40)}`,
    config: {
      ...(isFile(spec.rollupConfig) ? { rollup: file('rollup', 'rollup.json') } : {}),
      ...(isFile(spec.genesis)
        ? { genesis: { ...file('genesis', 'genesis.json.gz'), compression: 'gzip' as const } }
        : {}),
      ...(spec.l1.chainConfig ? { l1ChainConfig: file('l1-chain', 'l1-chain.json') } : {}),
    },
  };
}
