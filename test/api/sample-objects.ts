/** Small valid objects of each kind, as a user writes them, and changes to them. */
import type { KindName } from '../../src/api/names.ts';

export interface RawObject {
  apiVersion: string;
  kind: KindName;
  metadata: { name: string; namespace?: string };
  spec: Record<string, unknown>;
  [field: string]: unknown;
}

/** Fields to set by path, e.g. `{'spec.l1.chainId': 1}`; undefined removes. */
export type Changes = Readonly<Record<string, unknown>>;

const SPECS: Readonly<Record<KindName, Record<string, unknown>>> = {
  OptimismNetwork: {
    l1: {
      chainId: 11155111,
      rpc: { secretKeyRef: { name: 'l1', key: 'rpc' } },
      beacon: { url: 'http://lighthouse:5052' },
    },
    l2: { chainId: 424242 },
    contracts: { systemConfig: '0x034edd2a225f7f429a63e0f1d2084b9e0a93b538' },
    rollupConfig: { configMapRef: { name: 'acme-chain', key: 'rollup.json' } },
    genesis: { configMapRef: { name: 'acme-chain', key: 'genesis.json.gz' } },
  },
  OpNode: {
    networkRef: { name: 'acme' },
    role: 'Replica',
    execution: { client: 'op-geth', storage: { size: '500Gi', className: 'fast' } },
  },
  OpBatcher: { networkRef: { name: 'acme' }, signer: { secretKeyRef: { name: 'acme-keys', key: 'batcher' } } },
  OpProposer: { networkRef: { name: 'acme' }, signer: { secretKeyRef: { name: 'acme-keys', key: 'proposer' } } },
  OpChallenger: {
    networkRef: { name: 'acme' },
    signer: { secretKeyRef: { name: 'acme-keys', key: 'challenger' } },
    storage: { size: '100Gi' },
  },
};

/** A valid object with changes. */
export function sample(kind: KindName, changes: Changes = {}, name = 'acme'): RawObject {
  const object: RawObject = {
    apiVersion: 'optimism.io/v1alpha1',
    kind,
    metadata: { name },
    spec: structuredClone(SPECS[kind]),
  };
  for (const [path, value] of Object.entries(changes)) set(object, path.split('.'), value);
  return object;
}

function set(object: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (name === undefined) return;
  if (rest.length > 0) {
    const inner = (object[name] ?? {}) as Record<string, unknown>;
    object[name] = inner;
    set(inner, rest, value);
  } else if (value === undefined) delete object[name];
  else object[name] = structuredClone(value);
}
