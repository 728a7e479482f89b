/** Files of a chain as immutable ConfigMaps of ours, named after their content. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { API_VERSION } from '../../api/names.ts';
import type { OptimismNetwork } from '../../api/optimism-network.ts';
import { genesisBlockHash } from '../../chain/genesis.ts';
import { OperatorError } from '../../contract/failures.ts';
import type { KubeObject } from '../../kube/index.ts';
import type { OwnedRef } from '../../render/input.ts';
import { objectLabels } from '../../render/labels.ts';

/** An immutable ConfigMap, and how renders name the file in it. */
export interface StoredFile {
  readonly object: KubeObject;
  readonly ref: OwnedRef;
}

/** Hash of block 0 by content: a genesis of thousands of accounts takes seconds, and looks are frequent. */
const genesisHashes = new Map<string, string>();
const REMEMBERED_HASHES = 200;

/** A genesis as it is stored, which is what every small image can unpack, and the hash of its block. */
export async function storedGenesis(network: OptimismNetwork, bytes: Buffer) {
  const genesis = unpack(bytes);
  const isPlain = bytes === genesis;
  const stored = isPlain || isGzip(bytes) ? bytes : gzipSync(genesis);
  const key = isPlain ? 'genesis.json' : 'genesis.json.gz';
  return {
    hash: await genesisHash(genesis),
    compression: isPlain ? ('none' as const) : ('gzip' as const),
    file: configMap(network, 'genesis', key, stored, { binaryData: { [key]: stored.toString('base64') } }),
  };
}

/** A text file in a ConfigMap. */
export function storedFile(network: OptimismNetwork, what: string, key: string, bytes: Buffer): StoredFile {
  return configMap(network, what, key, bytes, { data: { [key]: bytes.toString() } });
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

/** @throws OperatorError InvalidSpec */
export function parseJson(what: string, bytes: Buffer): unknown {
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

function configMap(
  network: OptimismNetwork,
  what: string,
  key: string,
  bytes: Buffer,
  content: { readonly data: Record<string, string> } | { readonly binaryData: Record<string, string> },
): StoredFile {
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
    ...content,
  };
  return { object, ref: { name: object.metadata.name, key } };
}
