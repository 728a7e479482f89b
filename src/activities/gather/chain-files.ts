/** rollup.json, genesis and L1 chain configuration: read, checked against each other, and made into our own ConfigMaps. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { API_VERSION } from '../../api/names.ts';
import type { OptimismNetwork } from '../../api/optimism-network.ts';
import { genesisBlockHash } from '../../chain/genesis.ts';
import { parseRollupConfig, type RollupConfig, scheduledForks } from '../../chain/rollup-config.ts';
import { checkRollupConfig } from '../../chain/rollup-config-check.ts';
import { OperatorError, type Problem } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { ChainFacts } from '../../render/input.ts';
import { objectLabels } from '../../render/labels.ts';
import type { References } from './references.ts';

export interface ChainFiles {
  readonly rollup: RollupConfig;
  readonly facts: ChainFacts;
  /** Immutable ConfigMaps, named after their content. */
  readonly objects: readonly KubeObject[];
}

/** Hash of block 0 by content: a genesis of thousands of accounts takes seconds, and looks are frequent. */
const genesisHashes = new Map<string, string>();
const REMEMBERED_HASHES = 200;

/** @throws OperatorError InvalidSpec when a file can not be read; what contradicts is returned as problems */
export async function gatherChainFiles(
  network: OptimismNetwork,
  references: References,
): Promise<{ files?: ChainFiles; problems: Problem[] }> {
  const { spec } = network;
  const rollupBytes = fileOf(spec.rollupConfig, references);
  const genesisBytes = fileOf(spec.genesis, references);
  if (!rollupBytes || !genesisBytes) return { problems: [] };
  const rollup = parseRollupConfig(parseJson('rollup configuration', rollupBytes));
  const genesis = unpack(genesisBytes);
  const hash = await genesisHash(genesis);
  const problems = [...checkRollupConfig(rollup), ...contradictions(network, rollup, hash)];
  const l1Bytes = fileOf(spec.l1.chainConfig, references);
  if (l1Bytes) parseJson('L1 chain configuration', l1Bytes);
  const compressed = genesisBytes === genesis ? genesisBytes : isGzip(genesisBytes) ? genesisBytes : gzipSync(genesis);
  const rollupMap = configMap(network, 'rollup', 'rollup.json', rollupBytes, false);
  const genesisMap = configMap(
    network,
    'genesis',
    compressed === genesis ? 'genesis.json' : 'genesis.json.gz',
    compressed,
    true,
  );
  const l1Map = l1Bytes ? configMap(network, 'l1-chain', 'l1-chain.json', l1Bytes, false) : undefined;
  return {
    problems,
    files: {
      rollup,
      objects: [rollupMap.object, genesisMap.object, ...(l1Map ? [l1Map.object] : [])],
      facts: {
        l1ChainId: rollup.l1_chain_id,
        l2ChainId: rollup.l2_chain_id,
        blockTimeSeconds: rollup.block_time,
        seqWindowSize: rollup.seq_window_size,
        genesisHash: rollup.genesis.l2.hash,
        custom: true,
        forks: scheduledForks(rollup),
        batchInbox: rollup.batch_inbox_address,
        config: {
          rollup: rollupMap.ref,
          genesis: { ...genesisMap.ref, compression: compressed === genesis ? 'none' : 'gzip' },
          ...(l1Map ? { l1ChainConfig: l1Map.ref } : {}),
        },
      },
    },
  };
}

function fileOf(
  source: { configMapRef?: { name: string; key: string } | undefined; inline?: string | undefined } | undefined,
  references: References,
): Buffer | undefined {
  if (source?.inline !== undefined) return Buffer.from(source.inline);
  const ref = source?.configMapRef;
  return ref && references.find('ConfigMap', ref.name, ref.key)?.value;
}

function contradictions({ spec }: OptimismNetwork, rollup: RollupConfig, genesisHash: string): Problem[] {
  const mismatch = (what: string, theirs: unknown, expected: unknown, fix: string): Problem[] =>
    theirs === expected ? [] : [{ type: 'ChainMismatch', message: `${what}: ${theirs}, expected ${expected}`, fix }];
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
    ...mismatch(
      'hash of block 0 by the genesis file',
      genesisHash,
      rollup.genesis.l2.hash,
      'the genesis and the rollup configuration are of different chains: provide both from the same deployment',
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

async function genesisHash(genesis: Buffer): Promise<string> {
  const id = createHash('sha256').update(genesis).digest('hex');
  const known = genesisHashes.get(id);
  if (known) return known;
  const hash = await genesisBlockHash(parseJson('genesis', genesis));
  genesisHashes.set(id, hash);
  if (genesisHashes.size > REMEMBERED_HASHES) genesisHashes.delete(genesisHashes.keys().next().value ?? '');
  return hash;
}

function parseJson(what: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperatorError({
      type: 'InvalidSpec',
      message: `${what} is not JSON: ${why.slice(0, 200)}`,
      fix: 'provide the file as it was made, plain or, for the genesis, gzip or zstd',
    });
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(bytes: Buffer): Buffer {
  try {
    if (isGzip(bytes)) return gunzipSync(bytes);
    if (bytes.subarray(0, 4).toString('hex') === '28b52ffd') return zstdDecompressSync(bytes);
    return bytes;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperatorError({
      type: 'InvalidSpec',
      message: `genesis can not be unpacked: ${why.slice(0, 200)}`,
      fix: 'compress it anew with gzip or zstd (without a dictionary)',
    });
  }
}

function configMap(network: OptimismNetwork, what: string, key: string, bytes: Buffer, binary: boolean) {
  const { name, namespace, uid } = network.metadata;
  const component = { kind: 'OptimismNetwork', name } as const;
  const hash = createHash('sha256').update(key).update(bytes).digest('hex').slice(0, 12);
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `${name}-${what}-${hash}`,
      namespace: namespace ?? 'default',
      labels: objectLabels(name, component, 'chain'),
      ownerReferences: [{ apiVersion: API_VERSION, kind: 'OptimismNetwork', name, uid: uid ?? '' }],
    },
    immutable: true,
    ...(binary ? { binaryData: { [key]: bytes.toString('base64') } } : { data: { [key]: bytes.toString() } }),
  };
  return { object, ref: { name: object.metadata.name, key } };
}
